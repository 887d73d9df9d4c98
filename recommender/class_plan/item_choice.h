// The items of a class list: pins, what the phase keeps a place for, and the
// greedy choice within places and minutes.

#ifndef EVENLIGHT_RECOMMENDER_CLASS_PLAN_ITEM_CHOICE_H_
#define EVENLIGHT_RECOMMENDER_CLASS_PLAN_ITEM_CHOICE_H_

#include <cstdint>
#include <utility>
#include <vector>

#include "recommender/class_plan/class_candidates.h"
#include "recommender/class_plan/class_gains.h"
#include "recommender/class_plan/facility_location.h"

namespace evenlight {

// Everything is borrowed for the call.
struct ChoiceInput {
  PlannedLearners learners;
  const ClassCandidates& candidates;
  GainRules rules;                  // Its pins are among the shared candidates.
  absl::Span<const float> minutes;  // By column, > 0.
  int32_t num_places = 0;
  float max_minutes = 0;           // 0: no limit.
  bool has_floor = false;          // ChooseWithFloor(), not ChooseGreedily().
  bool keeps_whole_class = false;  // In class.
};

// How many learners a column of `served` serves.
int32_t NumFit(const GainMatrix& served, int32_t column);

// What is chosen, pins first; and whether it has a gain for anybody. Without
// one, `served` becomes 1 where a candidate is eligible, and the choice is of
// what is eligible for most: better than an empty list. ClassPlan's header says
// what places are kept.
std::pair<std::vector<Chosen>, bool> ChooseItems(const ChoiceInput& input,
                                                 GainMatrix& served);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_CLASS_PLAN_ITEM_CHOICE_H_
