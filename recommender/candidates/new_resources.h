// The source of what is new in the catalog.

#ifndef EVENLIGHT_RECOMMENDER_CANDIDATES_NEW_RESOURCES_H_
#define EVENLIGHT_RECOMMENDER_CANDIDATES_NEW_RESOURCES_H_

#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "recommender/candidates/source.h"

namespace evenlight {

// A tenant's new resources whose exposure budget is not spent, each once, the
// least exposed first; or why that is not known.
using NewResources = absl::StatusOr<std::vector<ResourceIndex>>;

// Proposes of `new_resources` what nothing is missing before, and last, if
// there are places left, the rest. The first half of the places go by turn, so
// that every resource gets its budget; the others from a place in the order
// that the seed draws, going round, so that resources which are proposed and
// never win a place of a list do not keep the rest from their turn.
void ProposeNewResources(const SourceInput& input,
                         absl::Span<const ResourceIndex> new_resources,
                         std::vector<Candidate>& candidates);

// Where no budgets are kept: the newest resources of the last 28 days. What an
// import of answers made is not news. Looks at the newest few thousand of the
// catalog only.
void ProposeNewestResources(const SourceInput& input,
                            std::vector<Candidate>& candidates);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_CANDIDATES_NEW_RESOURCES_H_
