// What a learner has to master for a goal: the goal's kcs that are not reached,
// and the prerequisites that are still missing before them.

#ifndef EVENLIGHT_RECOMMENDER_PATH_NEEDS_H_
#define EVENLIGHT_RECOMMENDER_PATH_NEEDS_H_

#include <vector>

#include "core/goal.h"
#include "core/ids.h"
#include "recommender/path/effort.h"
#include "recommender/state/learner_view.h"

namespace evenlight {

// Positions in the needs of one path.
using NeedIndex = int32_t;

struct Need {
  KcIndex kc = KcIndex::kNone;
  bool is_goal = false;
  float target = 0;  // The P(known) to be reached; see Standing.
  float p_correct = 0;
  Effort effort;
  int32_t num_answers = 0;  // To be planned: expected, at least num_right.
  std::vector<NeedIndex> before;  // Missing prerequisites, in order.
};

// The P(known) from which a goal of `level` counts `kc` as reached, if it was
// practised.
float TargetOf(const LearnerView& view, KcIndex kc, GoalLevel level,
               float mastered_p_known);

// True if the learner practised it and reached TargetOf().
bool IsReached(const LearnerView& view, KcIndex kc, GoalLevel level,
               float mastered_p_known);

// In an order in which what has to come before does: by the groups of the
// curriculum, cycles being one group within which nothing comes before. A
// prerequisite has to be mastered, whatever the goal's level; one that is
// mastered or presumed ends the search. Kcs that the catalog does not hold are
// left out.
std::vector<Need> FindNeeds(const LearnerView& view, const Goal& goal,
                            float mastered_p_known);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_PATH_NEEDS_H_
