// The source of next steps: kcs that are not settled and whose prerequisites
// are mastered.

#ifndef EVENLIGHT_RECOMMENDER_CANDIDATES_NEXT_STEP_H_
#define EVENLIGHT_RECOMMENDER_CANDIDATES_NEXT_STEP_H_

#include <vector>

#include "recommender/candidates/source.h"

namespace evenlight {

// Proposes resources of such kcs, where nothing else that the resource
// practises is missing a prerequisite either. Kcs already begun come first,
// nearest to mastery first, then the rest in the order of the curriculum; each
// kc gives one resource in turn. Finds every such resource if there are no more
// than the limit.
void ProposeNextStep(const SourceInput& input,
                     std::vector<Candidate>& candidates);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_CANDIDATES_NEXT_STEP_H_
