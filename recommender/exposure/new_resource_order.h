// Which new resources still have an exposure budget, and whose turn it is.

#ifndef EVENLIGHT_RECOMMENDER_EXPOSURE_NEW_RESOURCE_ORDER_H_
#define EVENLIGHT_RECOMMENDER_EXPOSURE_NEW_RESOURCE_ORDER_H_

#include <cstdint>
#include <vector>

#include "absl/time/time.h"
#include "core/catalog.h"
#include "core/ids.h"
#include "recommender/exposure/exposure_ledger.h"

namespace evenlight {

// Of a large upload only the newest so many count as new: a request must not
// walk through it.
inline constexpr int kMaxNewLookedAt = 4096;

struct NewResource {
  ResourceIndex resource = ResourceIndex::kNone;
  double exposure = 0;  // Given so far, as ExposureLedger counts it.
};

// The resources of `catalog` that were created within `max_age` of `now`, are
// neither hidden, expired nor made by an import of answers, and were given less
// exposure than `budget`: the least exposed first, ties by position. `max_age`
// is no longer than the ledger's window, so that all their exposure is known.
std::vector<NewResource> OrderNewResources(const TenantId& tenant,
                                           const Catalog& catalog,
                                           const ExposureLedger& ledger,
                                           absl::Duration max_age,
                                           double budget, absl::Time now);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_EXPOSURE_NEW_RESOURCE_ORDER_H_
