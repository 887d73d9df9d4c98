// What each item of a class list is for.

#ifndef EVENLIGHT_RECOMMENDER_CLASS_PLAN_ITEM_USE_H_
#define EVENLIGHT_RECOMMENDER_CLASS_PLAN_ITEM_USE_H_

#include <Eigen/Core>
#include <cstdint>

#include "core/event.h"
#include "recommender/class_plan/phase_rule.h"
#include "recommender/class_plan/planned_learner.h"

namespace evenlight {

// What an item is for. Equal to evenlight.v1.ClassRecommendation.Use.
enum class ItemUse : uint8_t {
  kUnspecified = 0,    // Self-study.
  kPinned = 1,         // The teacher chose it.
  kPrerequisite = 2,   // Before class: what the lesson builds on.
  kIntroduction = 3,   // Before class: short, on the lesson itself.
  kWholeClass = 4,     // In class: it serves at least kWholeClassShare.
  kGroup = 5,          // In class: for those whom it serves.
  kConsolidation = 6,  // After class: what is begun and not mastered.
  kReview = 7,         // After class: for most of them, what is fading.
};

// Does an item that fits so many of so many learners serve the whole class?
inline constexpr float kWholeClassShare = 2.0f / 3;
inline bool IsForWholeClass(int32_t num_fit, size_t num_learners) {
  return static_cast<float>(num_fit) >=
         kWholeClassShare * static_cast<float>(num_learners);
}

struct UseInput {
  PlannedLearners learners;
  const PhaseRule& rule;
  Phase phase;
};

// The use of a resource that is not pinned; `served` [num_learners] is > 0 for
// those whom it serves. kUnspecified also for what stands there only for
// learners to whom the rule of the phase leaves nothing.
ItemUse UseOf(const UseInput& input, ResourceIndex resource,
              const Eigen::Ref<const Eigen::VectorXf>& served);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_CLASS_PLAN_ITEM_USE_H_
