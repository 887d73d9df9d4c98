// Makes the lists that RecommendForClass answers. They are previews: nothing is
// recorded.

#ifndef EVENLIGHT_SERVICES_SERVER_CLASS_LISTS_H_
#define EVENLIGHT_SERVICES_SERVER_CLASS_LISTS_H_

#include "absl/status/status.h"
#include "core/clock.h"
#include "core/ids.h"
#include "recommender/ingest/state_reader.h"
#include "recommender/lifecycle/model_registry.h"
#include "recommender/ranking/policy.h"
#include "services/server/catalog_cache.h"
#include "storage/roster_store.h"

namespace evenlight {

namespace v1 {
class RecommendForClassRequest;
class RecommendForClassResponse;
}  // namespace v1

// Thread-safe.
class ClassLists {
 public:
  // All outlive it.
  struct Parts {
    const Clock* clock;
    Database* database;
    CatalogCache* catalogs;
    const ModelRegistry* registry;
    const StateReader* states;
    RankingPolicy policy;
  };

  explicit ClassLists(Parts parts);

  // INVALID_ARGUMENT: with field violations. NOT_FOUND: no such class.
  // FAILED_PRECONDITION: it has no learners, or the tenant no resources.
  absl::Status Recommend(const TenantId& tenant,
                         const v1::RecommendForClassRequest& request,
                         v1::RecommendForClassResponse* response) const;

 private:
  const Parts parts_;
  const RosterStore roster_;
};

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_SERVER_CLASS_LISTS_H_
