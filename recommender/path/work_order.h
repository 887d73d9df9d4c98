// In which order the needs of a path are worked for.

#ifndef EVENLIGHT_RECOMMENDER_PATH_WORK_ORDER_H_
#define EVENLIGHT_RECOMMENDER_PATH_WORK_ORDER_H_

#include <vector>

#include "absl/types/span.h"
#include "recommender/path/needs.h"

namespace evenlight {

// [need][need]: true if the second comes before the first, directly or not.
using Foundations = std::vector<std::vector<bool>>;

Foundations FoundationsOf(absl::Span<const Need> needs);

struct WorkOrderInput {
  absl::Span<const Need> needs;
  const Foundations& foundations;
  const std::vector<float>& minutes;    // By need: of its own questions.
  const std::vector<bool>& is_blocked;  // By need.
  NeedIndex first_goal = -1;            // -1: none has the first turn.
};

// Every need once: goal by goal, each with what comes before it, the one with
// the fewest minutes left to do first. Goals that are blocked come last, and
// are worked for as far as there is anything: a teacher or the next import may
// help with the rest.
std::vector<NeedIndex> OrderOfWork(const WorkOrderInput& input);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_PATH_WORK_ORDER_H_
