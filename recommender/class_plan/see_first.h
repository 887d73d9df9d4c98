// Whom of a class the teacher should see first: those with the least chance in
// what comes next, with what stands in their way.

#ifndef EVENLIGHT_RECOMMENDER_CLASS_PLAN_SEE_FIRST_H_
#define EVENLIGHT_RECOMMENDER_CLASS_PLAN_SEE_FIRST_H_

#include <string>
#include <vector>

#include "core/recommendation.h"
#include "recommender/class_plan/class_scope.h"
#include "recommender/class_plan/planned_learner.h"

namespace evenlight {

inline constexpr size_t kMaxSeeFirst = 5;

struct LearnerToSee {
  LearnerId learner;
  // The mean over the kcs of the lesson of readiness x BKT's P(correct), or
  // that of the kc that they struggle with if it is lower; in [0, 1].
  float chance = 0;
  // Direct prerequisites of the lesson that are neither mastered nor presumed.
  int32_t num_missing = 0;
  // The first of those, else the kc with most answers more wrong than right.
  KcIndex kc = KcIndex::kNone;
  std::string reason_text;
};

// At most kMaxSeeFirst, the least chance first, then by id: learners who lack a
// prerequisite of the lesson, or who answered, at least three times, a kc of
// the map that they have not mastered and more often wrong than right. Nobody
// without events: of them nothing is known.
std::vector<LearnerToSee> WhomToSeeFirst(PlannedLearners learners,
                                         const ClassScope& scope,
                                         ReasonLanguage language);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_CLASS_PLAN_SEE_FIRST_H_
