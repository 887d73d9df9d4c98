// Spreads a source's places over kcs.

#ifndef EVENLIGHT_RECOMMENDER_CANDIDATES_TAKE_TURNS_H_
#define EVENLIGHT_RECOMMENDER_CANDIDATES_TAKE_TURNS_H_

#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/types/span.h"
#include "core/catalog.h"
#include "core/ids.h"

namespace evenlight {

// Goes round `kcs`, taking from each its next resource that `accept` takes and
// that was not taken before, until there are `limit` or none is left. No
// resource is offered to `accept` more than once per kc.
std::vector<ResourceIndex> TakeTurns(
    const Catalog& catalog, absl::Span<const KcIndex> kcs, int limit,
    absl::FunctionRef<bool(ResourceIndex)> accept);

// The same round lists of resources, each in its order.
std::vector<ResourceIndex> TakeTurns(
    absl::Span<const absl::Span<const ResourceIndex>> lists, int limit,
    absl::FunctionRef<bool(ResourceIndex)> accept);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_CANDIDATES_TAKE_TURNS_H_
