#include "recommender/class_plan/class_candidates.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "recommender/candidates/next_step.h"
#include "recommender/candidates/not_tried.h"
#include "recommender/candidates/review.h"
#include "recommender/candidates/take_turns.h"
#include "recommender/class_plan/gain.h"
#include "recommender/ranking/score.h"

namespace evenlight {
namespace {

// Of each learner and source: the whole class shares kMaxClassCandidates.
constexpr int32_t kPlaces = 20;
constexpr size_t kFew = 5;
constexpr float kAnyMinutes = std::numeric_limits<float>::infinity();

// Next steps go by what is nearly mastered, which has the least left to gain.
void ProposeRising(const SourceInput& input,
                   std::vector<ResourceIndex>& resources) {
  std::vector<std::pair<float, KcIndex>> rising;
  for (const KcIndex kc : input.scope_kcs) {
    const float rise =
        ExpectedRise(input.view, kc) * input.view.kc(kc).readiness;
    if (rise > 0) rising.emplace_back(-rise, kc);
  }
  std::sort(rising.begin(), rising.end());
  std::vector<KcIndex> kcs;
  for (const auto& [rise, kc] : rising) kcs.push_back(kc);
  for (const ResourceIndex resource :
       TakeTurns(input.view.catalog(), kcs, input.limit, input.is_eligible)) {
    resources.push_back(resource);
  }
}

bool HasGain(const PlannedLearner& learner, const RankingPolicy& policy,
             absl::Span<const ResourceIndex> resources) {
  return std::any_of(
      resources.begin(), resources.end(), [&](ResourceIndex resource) {
        return Gain(learner.view, learner.gate, policy, resource) > 0;
      });
}

std::vector<ResourceIndex> CandidatesOf(const PlannedLearner& learner,
                                        const RankingPolicy& policy,
                                        const PhaseRule& rule,
                                        float max_minutes = kAnyMinutes) {
  const EligibilityGate& gate = learner.gate;
  const auto is_taken = [&](ResourceIndex resource) {
    return rule.Takes(learner, resource) &&
           learner.view.catalog().resource(resource).minutes <= max_minutes;
  };
  const auto is_eligible = [&](ResourceIndex resource) {
    return gate.CheckNew(resource) == Refusal::kNone && is_taken(resource);
  };
  const auto is_review_eligible = [&](ResourceIndex resource) {
    return gate.CheckReview(resource) == Refusal::kNone && is_taken(resource);
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
  std::vector<ResourceIndex> resources;
  for (const Candidate& candidate : candidates) {
    resources.push_back(candidate.resource);
  }
  if (!HasGain(learner, policy, resources)) ProposeRising(input, resources);
  return resources;
}

}  // namespace

ClassCandidates FindClassCandidates(PlannedLearners learners,
                                    const RankingPolicy& policy,
                                    const PhaseRule& rule) {
  ClassCandidates candidates;
  // Each learner's vote is 1 for the first of their own list, then falls.
  absl::flat_hash_map<ResourceIndex, double> votes;
  for (const auto& learner : learners) {
    candidates.own.push_back(CandidatesOf(*learner, policy, rule));
    if (rule.IsRestrictive() &&
        !HasGain(*learner, policy, candidates.own.back())) {
      learner->DropRule();
      candidates.own.back() = CandidatesOf(*learner, policy, rule);
    }
    int rank = 0;
    for (const ResourceIndex resource : candidates.own.back()) {
      votes[resource] += 1.0 / ++rank;
    }
  }
  std::vector<std::pair<double, ResourceIndex>> ordered;
  for (const auto& [resource, vote] : votes) {
    ordered.emplace_back(-vote, resource);
  }
  std::sort(ordered.begin(), ordered.end());
  if (ordered.size() > kMaxClassCandidates) ordered.resize(kMaxClassCandidates);
  for (const auto& [vote, resource] : ordered) {
    candidates.shared.push_back(resource);
  }
  std::sort(candidates.shared.begin(), candidates.shared.end());
  return candidates;
}

void AddShort(PlannedLearners learners, const RankingPolicy& policy,
              const PhaseRule& rule, float max_minutes,
              ClassCandidates& candidates) {
  for (const auto& learner : learners) {
    AddShared(CandidatesOf(*learner, policy, rule, max_minutes), candidates);
  }
}

void AddShared(absl::Span<const ResourceIndex> resources,
               ClassCandidates& candidates) {
  std::vector<ResourceIndex>& shared = candidates.shared;
  shared.insert(shared.end(), resources.begin(), resources.end());
  std::sort(shared.begin(), shared.end());
  shared.erase(std::unique(shared.begin(), shared.end()), shared.end());
}

int32_t ColumnOf(const ClassCandidates& candidates, ResourceIndex resource) {
  const std::vector<ResourceIndex>& shared = candidates.shared;
  const auto found = std::lower_bound(shared.begin(), shared.end(), resource);
  if (found == shared.end() || *found != resource) return -1;
  return static_cast<int32_t>(found - shared.begin());
}

}  // namespace evenlight
