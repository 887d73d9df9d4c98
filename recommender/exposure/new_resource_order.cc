#include "recommender/exposure/new_resource_order.h"

#include <algorithm>

namespace evenlight {

std::vector<NewResource> OrderNewResources(const TenantId& tenant,
                                           const Catalog& catalog,
                                           const ExposureLedger& ledger,
                                           absl::Duration max_age,
                                           double budget, absl::Time now) {
  std::vector<NewResource> order;
  std::vector<ResourceKey> keys;
  int num_looked_at = 0;
  for (const ResourceIndex resource : catalog.NewestFirst()) {
    const Resource& entry = catalog.resource(resource);
    if (entry.create_time < now - max_age ||
        num_looked_at++ == kMaxNewLookedAt) {
      break;
    }
    if (entry.imported || entry.hidden || entry.expire_time <= now) continue;
    order.push_back({resource});
    keys.push_back(catalog.key(resource));
  }
  const std::vector<double> exposures = ledger.ExposuresOf(tenant, keys, now);
  for (size_t i = 0; i < order.size(); ++i) order[i].exposure = exposures[i];
  std::erase_if(order,
                [&](const NewResource& n) { return n.exposure >= budget; });
  std::sort(order.begin(), order.end(),
            [](const NewResource& a, const NewResource& b) {
              return a.exposure != b.exposure ? a.exposure < b.exposure
                                              : a.resource < b.resource;
            });
  return order;
}

}  // namespace evenlight
