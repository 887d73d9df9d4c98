#include "services/server/new_resource_turns.h"

#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "recommender/exposure/new_resource_order.h"

namespace evenlight {
namespace {

// A budget is overdrawn by what a second shows at most.
constexpr absl::Duration kHoldsFor = absl::Seconds(1);

}  // namespace

std::shared_ptr<const NewResources> NewResourceTurns::Get(
    const TenantId& tenant, const std::shared_ptr<const Catalog>& catalog,
    absl::Time now) {
  {
    const MutexLock lock(mu_);
    Turns& turns = turns_[tenant];
    const bool is_of_catalog =
        turns.order != nullptr && turns.catalog == catalog;
    if (is_of_catalog && (turns.is_being_made ||
                          absl::AbsDuration(now - turns.time) < kHoldsFor)) {
      return turns.order;
    }
    turns.is_being_made = true;
  }
  // What these take the place of is destroyed after the lock.
  Turns made = {catalog, now, Make(tenant, *catalog, now), false};
  std::shared_ptr<const NewResources> order = made.order;
  const MutexLock lock(mu_);
  std::swap(turns_[tenant], made);
  return order;
}

std::shared_ptr<const NewResources> NewResourceTurns::Make(
    const TenantId& tenant, const Catalog& catalog, absl::Time now) const {
  const absl::Status replayed = replay_.status(tenant);
  if (absl::IsUnavailable(replayed)) return nullptr;
  if (!replayed.ok()) return std::make_shared<const NewResources>(replayed);
  std::vector<ResourceIndex> order;
  for (const NewResource& one : OrderNewResources(
           tenant, catalog, ledger_, policy_.max_age, policy_.budget, now)) {
    order.push_back(one.resource);
  }
  return std::make_shared<const NewResources>(std::move(order));
}

}  // namespace evenlight
