// What is said about the resources of a unit, in English or Chinese.

#ifndef EVENLIGHT_RECOMMENDER_CLASS_PLAN_LESSON_SENTENCES_H_
#define EVENLIGHT_RECOMMENDER_CLASS_PLAN_LESSON_SENTENCES_H_

#include <cstdint>
#include <string>

#include "core/catalog.h"
#include "core/recommendation.h"
#include "recommender/class_plan/lesson_list.h"

namespace evenlight {

// How far the class is from `judged`.
std::string ExplainForLesson(const Catalog& catalog,
                             const LessonResource& judged, int32_t num_learners,
                             ReasonLanguage language);

// What the unit builds on, and how many lack it.
std::string ExplainGap(const Catalog& catalog, KcIndex kc, int32_t num_missing,
                       int32_t num_learners, ReasonLanguage language);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_CLASS_PLAN_LESSON_SENTENCES_H_
