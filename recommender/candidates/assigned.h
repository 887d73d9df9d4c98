// The source of what a teacher sent the learner and is not done.

#ifndef EVENLIGHT_RECOMMENDER_CANDIDATES_ASSIGNED_H_
#define EVENLIGHT_RECOMMENDER_CANDIDATES_ASSIGNED_H_

#include <vector>

#include "absl/types/span.h"
#include "recommender/candidates/source.h"

namespace evenlight {

// Proposes what is assigned, in its order, as far as the gate takes it.
void ProposeAssigned(const SourceInput& input,
                     absl::Span<const ResourceIndex> assigned,
                     std::vector<Candidate>& candidates);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_CANDIDATES_ASSIGNED_H_
