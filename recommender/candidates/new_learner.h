// The source for a learner of whom nothing is known yet.

#ifndef EVENLIGHT_RECOMMENDER_CANDIDATES_NEW_LEARNER_H_
#define EVENLIGHT_RECOMMENDER_CANDIDATES_NEW_LEARNER_H_

#include <vector>

#include "recommender/candidates/source.h"

namespace evenlight {

// Proposes what is popular (half of the places), then resources of the
// curriculum's first kcs, in its order.
void ProposeForNewLearner(const SourceInput& input,
                          std::vector<Candidate>& candidates);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_CANDIDATES_NEW_LEARNER_H_
