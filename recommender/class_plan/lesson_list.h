// Resources for a teacher who prepares a unit, by fit to what this class has
// mastered. Lesson plans are among them. Pure, as recommender/pipeline.

#ifndef EVENLIGHT_RECOMMENDER_CLASS_PLAN_LESSON_LIST_H_
#define EVENLIGHT_RECOMMENDER_CLASS_PLAN_LESSON_LIST_H_

#include <string>
#include <vector>

#include "recommender/class_plan/class_plan.h"

namespace evenlight {

struct LessonResource {
  ResourceIndex resource = ResourceIndex::kNone;
  float score = 0;  // [0, 1]; comparable within one list.
  // Of the learners whom it may be given: ready for it and not all mastered;
  // all of its kcs mastered. Both 0 without kcs.
  int32_t num_ready = 0;
  int32_t num_mastered = 0;
  float mean_gain = 0;  // Expected rise of mastery per learner, in kcs.
  float quality = 0;    // ScorePart::kQuality.
  std::string reason_text;
};

// What the unit builds on and much of the class lacks.
struct LessonGap {
  KcIndex kc = KcIndex::kNone;
  int32_t num_missing = 0;
  std::string reason_text;
};

struct LessonList {
  std::vector<LessonResource> resources;  // Best first; none twice.
  std::vector<LessonGap> gaps;  // Most missing first; at most kMaxLessonGaps.
  std::vector<ClassKc> map;     // As ClassPlan::map.
  std::vector<std::string> notices;  // As ClassPlan::notices.
  std::vector<std::string> degraded;
};

inline constexpr size_t kMaxLessonGaps = 10;

// The resources that pass the request's filter as a teacher sees it
// (EligibilityGate::CheckForTeacher), at most page_size, by
//
//   score = .5 fit + .3 gain / (gain + .1) + .2 quality,   hand-set:
//
// fit is the mean over the learners of the readiness of whom has not mastered
// it, gain is `mean_gain`; of a learner whom the gate refuses it for what they
// need (accessibility, bandwidth, grade) both are 0. Without kcs fit and gain
// are 0. Each better one of the same kind and kcs takes .1 off, not below 0, so
// that a list is not of one topic's exercises. Ties go to the earlier position.
// `rules` of the input are not read.
LessonList RankForLesson(const ClassPlanInput& input);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_CLASS_PLAN_LESSON_LIST_H_
