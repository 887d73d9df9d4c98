// One learner of a class at the moment of the plan.

#ifndef EVENLIGHT_RECOMMENDER_CLASS_PLAN_PLANNED_LEARNER_H_
#define EVENLIGHT_RECOMMENDER_CLASS_PLAN_PLANNED_LEARNER_H_

#include <memory>

#include "absl/types/span.h"
#include "recommender/ranking/eligibility.h"
#include "recommender/state/learner_view.h"

namespace evenlight {

// Refers to the input of the plan, and its gates to `view`.
struct PlannedLearner {
  PlannedLearner(const LearnerView& learner_view,
                 const LearnerProfile& learner_profile,
                 const ResourceFilter& filter, Phase phase)
      : view(learner_view),
        profile(learner_profile),
        request_gate(&view, learner_profile, filter, phase),
        gate(request_gate),
        pin_gate(&view, learner_profile, GradeOf(filter), Phase::kUnspecified) {
  }
  PlannedLearner(const PlannedLearner&) = delete;
  PlannedLearner& operator=(const PlannedLearner&) = delete;

  const LearnerView view;
  const LearnerProfile& profile;
  const EligibilityGate request_gate;  // What the request is restricted to.
  EligibilityGate gate;                // The same, as the phase widens it.
  // For what a teacher pinned: what the request is restricted to does not
  // count, what the learner needs does.
  const EligibilityGate pin_gate;
  // Does the rule of the phase (phase_rule.h) count?
  bool follows_rule = true;

  // Where it would leave them nothing it does not.
  void DropRule() {
    follows_rule = false;
    gate = request_gate;
  }

 private:
  static ResourceFilter GradeOf(const ResourceFilter& filter) {
    ResourceFilter only;
    only.grade = filter.grade;
    return only;
  }
};

using PlannedLearners = absl::Span<const std::unique_ptr<PlannedLearner>>;

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_CLASS_PLAN_PLANNED_LEARNER_H_
