// What each phase of a lesson is for, as a rule about resources:
//
//   before class  what the lesson builds on and the learner has not mastered,
//                 and short introductions to the lesson itself; no practice of
//                 what is still to be taught, nothing for a higher grade
//   after class   what the learner has begun: consolidation and review
//   else          everything

#ifndef EVENLIGHT_RECOMMENDER_CLASS_PLAN_PHASE_RULE_H_
#define EVENLIGHT_RECOMMENDER_CLASS_PLAN_PHASE_RULE_H_

#include <cstdint>
#include <vector>

#include "core/event.h"
#include "recommender/class_plan/planned_learner.h"

namespace evenlight {

// The longest introduction before class, in minutes.
inline constexpr float kMaxIntroductionMinutes = 15;

// Immutable; refers to `catalog`, which outlives it.
class PhaseRule {
 public:
  // Takes everything.
  PhaseRule() = default;

  PhaseRule(const Catalog* catalog, Phase phase,
            absl::Span<const KcIndex> lesson);

  // False if it takes everything.
  bool IsRestrictive() const {
    return phase_ == Phase::kPreClass || phase_ == Phase::kPostClass;
  }

  // Besides the gate: does the phase take `resource` for this learner? True for
  // all who do not follow the rule.
  bool Takes(const PlannedLearner& learner, ResourceIndex resource) const;

  // A film, text, audio or micro-course on a kc of the lesson, not too long.
  // False outside PRE_CLASS.
  bool IsIntroduction(ResourceIndex resource) const;

  // On what the lesson builds on, and not on the lesson itself. False outside
  // PRE_CLASS.
  bool IsFoundation(ResourceIndex resource) const;

  // The filter before class: prerequisites of the lesson pass too, also those
  // of lower grades.
  ResourceFilter Widened(ResourceFilter filter) const;

  // Micro-courses first, each kc of the lesson in turn; at most a few per kc.
  // Empty outside PRE_CLASS.
  std::vector<ResourceIndex> Introductions() const;

 private:
  enum class Role : uint8_t { kNone, kLesson, kFoundation };

  bool Has(ResourceIndex resource, Role role) const;
  bool IsFoundationFor(const PlannedLearner& learner,
                       ResourceIndex resource) const;

  const Catalog* catalog_ = nullptr;
  Phase phase_ = Phase::kUnspecified;
  std::vector<KcIndex> lesson_;
  std::vector<Role> roles_;  // By KcIndex; before class only.
};

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_CLASS_PLAN_PHASE_RULE_H_
