// What there is to say about a class list as a whole.

#ifndef EVENLIGHT_RECOMMENDER_CLASS_PLAN_CLASS_NOTICES_H_
#define EVENLIGHT_RECOMMENDER_CLASS_PLAN_CLASS_NOTICES_H_

#include <cstddef>
#include <vector>

#include "recommender/class_plan/class_sentences.h"
#include "recommender/class_plan/planned_learner.h"

namespace evenlight {

struct NoticeInput {
  PlannedLearners learners;
  size_t num_items = 0;   // On the list.
  size_t num_places = 0;  // At most.
  size_t num_pins = 0;
  float pin_minutes = 0;
  float max_minutes = 0;  // 0: no limit.
};

// Only an empty list looks at all resources, for why it is.
std::vector<ClassNotice> NoticesOf(const NoticeInput& input);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_CLASS_PLAN_CLASS_NOTICES_H_
