// Why a resource is on a list that was answered, or is not, from the list's
// record.

#ifndef EVENLIGHT_SERVICES_SERVER_LIST_EXPLANATIONS_H_
#define EVENLIGHT_SERVICES_SERVER_LIST_EXPLANATIONS_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/ids.h"
#include "recommender/ingest/state_reader.h"
#include "recommender/lifecycle/model_registry.h"
#include "recommender/ranking/policy.h"
#include "services/server/catalog_cache.h"
#include "storage/list_store.h"
#include "storage/roster_store.h"

namespace evenlight {

namespace v1 {
class ExplainRecommendationRequest;
class ExplainRecommendationResponse;
class Explanation;
}  // namespace v1

// Thread-safe.
class ListExplanations {
 public:
  // All outlive it.
  struct Parts {
    Database* database;
    CatalogCache* catalogs;
    const ModelRegistry* registry;
    const StateReader* states;
    RankingPolicy policy;
  };

  explicit ListExplanations(Parts parts);

  // Errors as in recommendation_service.proto.
  absl::Status Explain(const TenantId& tenant,
                       const v1::ExplainRecommendationRequest& request,
                       v1::ExplainRecommendationResponse* response) const;

 private:
  // Of a resource that the record does not keep.
  absl::Status Rescore(const TenantId& tenant, const StoredList& list,
                       const ResourceId& resource,
                       v1::Explanation* explanation) const;

  const Parts parts_;
  const ListStore lists_;
  const RosterStore roster_;
};

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_SERVER_LIST_EXPLANATIONS_H_
