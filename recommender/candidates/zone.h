// The source for learners with little history: ZPDES, Clement, Roy, Oudeyer &
// Lopes, JEDM 2015. Activities are drawn by recent learning progress within the
// active zone.

#ifndef EVENLIGHT_RECOMMENDER_CANDIDATES_ZONE_H_
#define EVENLIGHT_RECOMMENDER_CANDIDATES_ZONE_H_

#include <cstdint>
#include <vector>

#include "recommender/candidates/source.h"
#include "recommender/state/learner_state.h"

namespace evenlight {

// From so many answers on, what is known of a learner says more.
inline constexpr int32_t kZoneAnswers = 20;

// Recent learning progress on a kc, in [-1, 1]: of the answers that the state
// keeps, the share right in the later half less that in the earlier; the middle
// one of three counts for neither. 0 with fewer than two.
float LearningProgress(const KcState& kc);

// Proposes practice of kcs of the zone, which is those in scope that are ready
// and not settled, while the learner has fewer than kZoneAnswers answers. Kcs
// are drawn without replacement by `input.seed`, each with weight
//
//   0.1 + max(0, LearningProgress)
//
// (0.1, the floor, is where a kc without answers stands), and take turns, the
// easiest question of each first. What is missing a prerequisite of another kc
// is left out. The same seed draws the same, whatever else is in scope. The
// reason is kNewLearner for a learner without events, else kNextStep.
void ProposeZone(const SourceInput& input, std::vector<Candidate>& candidates);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_CANDIDATES_ZONE_H_
