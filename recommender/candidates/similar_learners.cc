#include "recommender/candidates/similar_learners.h"

#include <array>

#include "recommender/candidates/top_few.h"
#include "recommender/candidates/top_kernels.h"
#include "recommender/models/factors.h"
#include "recommender/state/engagement.h"

namespace evenlight {
namespace {

// Scored together, so that the memory is asked for all their rows, which lie
// scattered, before the first is needed.
constexpr size_t kRowsAtOnce = 64;

}  // namespace

std::optional<Eigen::VectorXf> FoldInLearner(const LearnerView& view) {
  const InterestModel& interest = view.snapshot().models->interest;
  if (!interest.has_factors()) return std::nullopt;
  std::vector<Engagement> history;
  const auto is_known = [&](ResourceKey key) {
    return interest.FindResource(key) != ResourceRow::kNone;
  };
  for (const ResourceState* resource :
       LatestEngagements(view.state(), is_known)) {
    history.push_back({interest.FindResource(resource->resource),
                       EngagementWeight(*resource, view.state().last.time)});
  }
  if (history.empty()) return std::nullopt;
  absl::StatusOr<Eigen::VectorXf> factors =
      FoldIn(interest.params().factors, history);
  if (!factors.ok() || !factors->allFinite()) return std::nullopt;
  return *std::move(factors);
}

void ProposeSimilarLearners(const SourceInput& input,
                            const Eigen::VectorXf& learner_factors,
                            std::vector<Candidate>& candidates) {
  const ServingSnapshot& snapshot = input.view.snapshot();
  const absl::Span<const float> learner(
      learner_factors.data(), static_cast<size_t>(learner_factors.size()));
  TopFew best(input.limit);
  std::array<ResourceIndex, kRowsAtOnce> some;
  std::array<const float*, kRowsAtOnce> rows;
  std::array<float, kRowsAtOnce> scores;
  size_t count = 0;
  const auto offer = [&] {
    ScoreRowsAt({rows.data(), count}, learner, scores.data());
    for (size_t i = 0; i < count; ++i) {
      // Most are not near the top; only the few that are ask for the gate.
      if (best.Takes(scores[i], some[i]) && input.is_eligible(some[i])) {
        best.Add(scores[i], some[i]);
      }
    }
    count = 0;
  };
  for (const ResourceIndex resource : input.scope) {
    const absl::Span<const float> factors = snapshot.FactorsOf(resource);
    if (factors.empty()) continue;
    some[count] = resource;
    rows[count++] = factors.data();
    if (count == kRowsAtOnce) offer();
  }
  offer();
  for (const auto& [score, resource] : best.Take()) {
    candidates.push_back({resource, Reason::kSimilarLearners});
  }
}

}  // namespace evenlight
