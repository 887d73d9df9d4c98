#include "recommender/class_plan/class_candidates.h"

#include <algorithm>

#include "absl/container/flat_hash_map.h"
#include "recommender/candidates/next_step.h"
#include "recommender/candidates/not_tried.h"
#include "recommender/candidates/review.h"

namespace evenlight {
namespace {

// Of each learner and source: the whole class shares kMaxClassCandidates.
constexpr int32_t kPlaces = 20;
constexpr size_t kFew = 5;

std::vector<Candidate> CandidatesOf(const PlannedLearner& learner) {
  const EligibilityGate& gate = learner.gate;
  const auto is_eligible = [&](ResourceIndex resource) {
    return gate.CheckNew(resource) == Refusal::kNone;
  };
  const auto is_review_eligible = [&](ResourceIndex resource) {
    return gate.CheckReview(resource) == Refusal::kNone;
  };
  const SourceInput input = {.view = learner.view,
                             .scope = gate.scope().resources,
                             .scope_kcs = gate.scope().kcs,
                             .is_eligible = is_eligible,
                             .is_review_eligible = is_review_eligible,
                             .grade = gate.grade(),
                             .limit = kPlaces};
  std::vector<Candidate> candidates;
  ProposeNextStep(input, candidates);
  ProposeReview(input, candidates);
  if (candidates.size() < kFew) ProposeNotTried(input, candidates);
  return candidates;
}

}  // namespace

std::vector<ResourceIndex> ClassCandidates(
    absl::Span<const std::unique_ptr<PlannedLearner>> learners) {
  // Each learner's vote is 1 for the first of their own list, then falls.
  absl::flat_hash_map<ResourceIndex, double> votes;
  for (const auto& learner : learners) {
    int rank = 0;
    for (const Candidate& candidate : CandidatesOf(*learner)) {
      votes[candidate.resource] += 1.0 / ++rank;
    }
  }
  std::vector<std::pair<double, ResourceIndex>> ordered;
  for (const auto& [resource, vote] : votes) {
    ordered.emplace_back(-vote, resource);
  }
  std::sort(ordered.begin(), ordered.end());
  if (ordered.size() > kMaxClassCandidates) ordered.resize(kMaxClassCandidates);
  std::vector<ResourceIndex> candidates;
  for (const auto& [vote, resource] : ordered) candidates.push_back(resource);
  std::sort(candidates.begin(), candidates.end());
  return candidates;
}

}  // namespace evenlight
