// Keeps the resources and knowledge components of each tenant. The snapshot
// that requests read is core/catalog.h, built from Load().

#ifndef EVENLIGHT_STORAGE_CATALOG_STORE_H_
#define EVENLIGHT_STORAGE_CATALOG_STORE_H_

#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/ids.h"
#include "core/resource.h"
#include "storage/database.h"

namespace evenlight {

struct StoredCatalog {
  int64_t version = 0;                                     // 0: never written.
  std::vector<std::shared_ptr<const Resource>> resources;  // By id.
  std::vector<std::shared_ptr<const KnowledgeComponent>> kcs;  // By id.
};

// Thread-safe. `database` outlives it.
class CatalogStore {
 public:
  explicit CatalogStore(Database* database) : database_(*database) {}

  // Add one entry to `batch`, in place of an earlier one with its id.
  void Put(const TenantId& tenant, const Resource& resource,
           WriteBatch* batch) const;
  void Put(const TenantId& tenant, const KnowledgeComponent& kc,
           WriteBatch* batch) const;

  // Adds the catalog's version to `batch`. It goes with every change and
  // increases by one.
  void PutVersion(const TenantId& tenant, int64_t version,
                  WriteBatch* batch) const;

  // The whole catalog; empty with version 0 if there is none.
  absl::StatusOr<StoredCatalog> Load(const TenantId& tenant) const;

  // Every tenant with a catalog, in order.
  absl::StatusOr<std::vector<TenantId>> Tenants() const;

 private:
  Database& database_;
};

}  // namespace evenlight

#endif  // EVENLIGHT_STORAGE_CATALOG_STORE_H_
