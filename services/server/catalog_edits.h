// What CatalogService does, without the network: checks an editor's writes, has
// the catalog cache apply them, and answers from its snapshots.

#ifndef EVENLIGHT_SERVICES_SERVER_CATALOG_EDITS_H_
#define EVENLIGHT_SERVICES_SERVER_CATALOG_EDITS_H_

#include "absl/status/status.h"
#include "core/clock.h"
#include "core/ids.h"
#include "services/server/catalog_cache.h"

namespace evenlight {

namespace v1 {
class GetResourceRequest;
class HideResourceRequest;
class ListKnowledgeComponentsRequest;
class ListKnowledgeComponentsResponse;
class ListResourcesRequest;
class ListResourcesResponse;
class Resource;
class UpsertKnowledgeComponentsRequest;
class UpsertKnowledgeComponentsResponse;
class UpsertResourcesRequest;
class UpsertResourcesResponse;
}  // namespace v1

// Thread-safe. Each method is the one of catalog_service.proto.
class CatalogEdits {
 public:
  // Both outlive it.
  CatalogEdits(const Clock* clock, CatalogCache* catalogs)
      : clock_(*clock), catalogs_(*catalogs) {}

  absl::Status UpsertResources(const TenantId& tenant,
                               const v1::UpsertResourcesRequest& request,
                               v1::UpsertResourcesResponse* response);
  absl::Status GetResource(const TenantId& tenant,
                           const v1::GetResourceRequest& request,
                           v1::Resource* response);
  absl::Status ListResources(const TenantId& tenant,
                             const v1::ListResourcesRequest& request,
                             v1::ListResourcesResponse* response);
  absl::Status HideResource(const TenantId& tenant,
                            const v1::HideResourceRequest& request,
                            v1::Resource* response);
  absl::Status UpsertKcs(const TenantId& tenant,
                         const v1::UpsertKnowledgeComponentsRequest& request,
                         v1::UpsertKnowledgeComponentsResponse* response);
  absl::Status ListKcs(const TenantId& tenant,
                       const v1::ListKnowledgeComponentsRequest& request,
                       v1::ListKnowledgeComponentsResponse* response);

 private:
  const Clock& clock_;
  CatalogCache& catalogs_;
};

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_SERVER_CATALOG_EDITS_H_
