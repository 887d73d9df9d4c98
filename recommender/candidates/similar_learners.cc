#include "recommender/candidates/similar_learners.h"

#include <algorithm>

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

// The latest first.
std::vector<const ResourceState*> LatestEngagements(const LearnerState& state) {
  std::vector<const ResourceState*> engaged;
  for (const ResourceState& resource : state.resources) {
    if (EngagementWeight(resource) > 0) engaged.push_back(&resource);
  }
  std::sort(engaged.begin(), engaged.end(),
            [](const ResourceState* a, const ResourceState* b) {
              return a->last_event != b->last_event
                         ? a->last_event > b->last_event
                         : a->resource < b->resource;
            });
  return engaged;
}

}  // namespace

std::optional<Eigen::VectorXf> FoldInLearner(const LearnerView& view) {
  const InterestModel& interest = view.snapshot().models->interest;
  if (!interest.has_factors()) return std::nullopt;
  std::vector<Engagement> history;
  for (const ResourceState* resource : LatestEngagements(view.state())) {
    if (history.size() == kMaxEngagements) break;
    const ResourceRow row = interest.FindResource(resource->resource);
    if (row == ResourceRow::kNone) continue;
    history.push_back({row, EngagementWeight(*resource)});
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
