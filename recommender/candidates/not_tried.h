// The source of last resort: whatever is eligible, so that no list is empty.

#ifndef EVENLIGHT_RECOMMENDER_CANDIDATES_NOT_TRIED_H_
#define EVENLIGHT_RECOMMENDER_CANDIDATES_NOT_TRIED_H_

#include <vector>

#include "recommender/candidates/source.h"

namespace evenlight {

// Proposes unmet resources in the order of the catalog, those with nothing
// missing before them first. Finds every eligible one if there are no more than
// the limit.
void ProposeNotTried(const SourceInput& input,
                     std::vector<Candidate>& candidates);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_CANDIDATES_NOT_TRIED_H_
