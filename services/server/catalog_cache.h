// The catalogs that requests read, in memory: one immutable snapshot per
// tenant, loaded when first asked for and replaced by each write.

#ifndef EVENLIGHT_SERVICES_SERVER_CATALOG_CACHE_H_
#define EVENLIGHT_SERVICES_SERVER_CATALOG_CACHE_H_

#include <array>
#include <memory>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/catalog.h"
#include "core/clock.h"
#include "core/histogram.h"
#include "core/ids.h"
#include "core/mutex.h"
#include "recommender/models/model_binding.h"
#include "storage/catalog_store.h"
#include "storage/database.h"

namespace evenlight {

// Entries to add to a catalog or to put in place of those with their ids.
struct CatalogChange {
  std::vector<std::shared_ptr<const Resource>> resources;
  std::vector<std::shared_ptr<const KnowledgeComponent>> kcs;

  bool empty() const { return resources.empty() && kcs.empty(); }
};

// Thread-safe.
class CatalogCache {
 public:
  // `database` and `clock` outlive it.
  explicit CatalogCache(Database* database,
                        const Clock* clock = &SystemClock());

  // The tenant's catalog as of the last write that was answered; of version 0
  // and empty if there is none. Never null.
  //
  // DATA_LOSS: a record is damaged.
  absl::StatusOr<std::shared_ptr<const Catalog>> Get(const TenantId& tenant)
      ABSL_LOCKS_EXCLUDED(mu_, write_mu_);

  // That catalog bound to `models`. The bindings of the two models that were
  // asked for last are kept, so that a new one can be bound while the old one
  // serves; the older keeps its model in memory until another takes its place.
  absl::StatusOr<std::shared_ptr<const ServingSnapshot>> Snapshot(
      const TenantId& tenant, std::shared_ptr<const ModelSet> models)
      ABSL_LOCKS_EXCLUDED(mu_, write_mu_);

  // Asks `decide` what to change in the catalog as it now is, and returns the
  // catalog after that. A change is on disk and in force when this returns; an
  // empty one writes nothing. An error of `decide` is returned, and nothing
  // written.
  absl::StatusOr<std::shared_ptr<const Catalog>> Update(
      const TenantId& tenant,
      absl::FunctionRef<absl::StatusOr<CatalogChange>(const Catalog&)> decide)
      ABSL_LOCKS_EXCLUDED(mu_, write_mu_);

  // Seconds that catalogs took to build from what is stored or was changed, and
  // to be bound to a model, since the start.
  Histogram build_seconds() const ABSL_LOCKS_EXCLUDED(mu_);

 private:
  // Of two models, the one asked for last first; null where there is none.
  using Snapshots = std::array<std::shared_ptr<const ServingSnapshot>, 2>;

  std::shared_ptr<const Catalog> Find(const TenantId& tenant) const
      ABSL_LOCKS_EXCLUDED(mu_);
  absl::StatusOr<std::shared_ptr<const Catalog>> Load(const TenantId& tenant)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(write_mu_) ABSL_LOCKS_EXCLUDED(mu_);
  void Keep(const TenantId& tenant,
            std::shared_ptr<const ServingSnapshot> snapshot)
      ABSL_LOCKS_EXCLUDED(mu_);
  void Publish(const TenantId& tenant, std::shared_ptr<const Catalog> catalog)
      ABSL_LOCKS_EXCLUDED(mu_);

  void CountBuild(absl::Time begin) ABSL_LOCKS_EXCLUDED(mu_);

  Database& database_;
  const Clock& clock_;
  const CatalogStore store_;
  const std::shared_ptr<const Catalog> nothing_;

  // Writes and loads go one by one, over their I/O: editors are few, and each
  // write needs the outcome of the one before. Readers never wait for it once
  // the tenant is loaded.
  Mutex write_mu_ ABSL_ACQUIRED_BEFORE(mu_);

  // Covers pointer copies and figures only.
  mutable Mutex mu_;
  absl::flat_hash_map<TenantId, std::shared_ptr<const Catalog>> catalogs_
      ABSL_GUARDED_BY(mu_);
  absl::flat_hash_map<TenantId, Snapshots> snapshots_ ABSL_GUARDED_BY(mu_);
  Histogram build_seconds_ ABSL_GUARDED_BY(mu_){kSecondsBounds};
};

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_SERVER_CATALOG_CACHE_H_
