// The source of what is new in the catalog.

#ifndef EVENLIGHT_RECOMMENDER_CANDIDATES_NEW_RESOURCES_H_
#define EVENLIGHT_RECOMMENDER_CANDIDATES_NEW_RESOURCES_H_

#include <vector>

#include "recommender/candidates/source.h"

namespace evenlight {

// Proposes the newest resources of the last 30 days. What an import of answers
// made is not news. Looks at the newest few thousand of the catalog only.
void ProposeNewResources(const SourceInput& input,
                         std::vector<Candidate>& candidates);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_CANDIDATES_NEW_RESOURCES_H_
