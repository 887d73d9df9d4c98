#include "recommender/candidates/similar_learners.h"

#include "recommender/candidates/top_few.h"
#include "recommender/models/factors.h"
#include "recommender/state/engagement.h"

namespace evenlight {
namespace {

// The scope's rows lie scattered, so that the scan would wait for memory at
// every one of them.
constexpr size_t kPrefetchAhead = 8;
constexpr Eigen::Index kFloatsPerLine = 16;

void Prefetch(const FactorMatrix& factors, ResourceRow row) {
  if (row == ResourceRow::kNone) return;
  const float* const begin = factors.row(ToInt(row)).data();
  for (Eigen::Index i = 0; i < factors.cols(); i += kFloatsPerLine) {
    __builtin_prefetch(begin + i);
  }
}

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
                       EngagementWeight(*resource)});
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
  const FactorMatrix& factors =
      snapshot.models->interest.params().factors.factors;
  TopFew best(input.limit);
  for (size_t i = 0; i < input.scope.size(); ++i) {
    if (i + kPrefetchAhead < input.scope.size()) {
      Prefetch(factors, snapshot.resource_row(input.scope[i + kPrefetchAhead]));
    }
    const ResourceIndex resource = input.scope[i];
    const ResourceRow row = snapshot.resource_row(resource);
    if (row == ResourceRow::kNone) continue;
    const float score = factors.row(ToInt(row)).dot(learner_factors);
    // Most are not near the top; only the few that are ask for the gate.
    if (best.Takes(score, resource) && input.is_eligible(resource)) {
      best.Add(score, resource);
    }
  }
  for (const auto& [score, resource] : best.Take()) {
    candidates.push_back({resource, Reason::kSimilarLearners});
  }
}

}  // namespace evenlight
