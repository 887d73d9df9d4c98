// The candidates that a class shares.

#ifndef EVENLIGHT_RECOMMENDER_CLASS_PLAN_CLASS_CANDIDATES_H_
#define EVENLIGHT_RECOMMENDER_CLASS_PLAN_CLASS_CANDIDATES_H_

#include <memory>
#include <vector>

#include "absl/types/span.h"
#include "recommender/ranking/eligibility.h"
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

// The union of each learner's next steps, reviews and, where both are few,
// whatever they have not tried; what more learners need sooner comes first when
// there are more than kMaxClassCandidates. In the order of positions.
std::vector<ResourceIndex> ClassCandidates(
    absl::Span<const std::unique_ptr<PlannedLearner>> learners);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_CLASS_PLAN_CLASS_CANDIDATES_H_
