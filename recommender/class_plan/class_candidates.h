// The candidates of every learner of a class, and those that the class shares.

#ifndef EVENLIGHT_RECOMMENDER_CLASS_PLAN_CLASS_CANDIDATES_H_
#define EVENLIGHT_RECOMMENDER_CLASS_PLAN_CLASS_CANDIDATES_H_

#include <memory>
#include <vector>

#include "absl/types/span.h"
#include "recommender/ranking/eligibility.h"
#include "recommender/ranking/policy.h"
#include "recommender/state/learner_view.h"

namespace evenlight {

// One learner of the class at the moment of the plan. Refers to the input of
// the plan, and `gate` to `view`.
struct PlannedLearner {
  PlannedLearner(const LearnerView& learner_view, const LearnerProfile& profile,
                 const ResourceFilter& filter, Phase phase)
      : view(learner_view), gate(&view, profile, filter, phase) {}
  PlannedLearner(const PlannedLearner&) = delete;
  PlannedLearner& operator=(const PlannedLearner&) = delete;

  const LearnerView view;
  const EligibilityGate gate;
};

inline constexpr size_t kMaxClassCandidates = 200;

struct ClassCandidates {
  // At most kMaxClassCandidates, in the order of positions.
  std::vector<ResourceIndex> shared;
  // By learner, what they need soonest first. Empty only if nothing at all is
  // eligible for them.
  std::vector<std::vector<ResourceIndex>> own;
};

// Each learner's own are their next steps and reviews; where both are few,
// whatever they have not tried; where none of it has a gain, resources of the
// kcs with the highest expected rise. Shared is the union; what more learners
// need sooner stays if there are too many.
ClassCandidates FindClassCandidates(
    absl::Span<const std::unique_ptr<PlannedLearner>> learners,
    const RankingPolicy& policy);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_CLASS_PLAN_CLASS_CANDIDATES_H_
