#include "services/server/catalog_cache.h"

#include <utility>

#include "core/awaited.h"
#include "core/status_macros.h"

namespace evenlight {
namespace {

// `entries` with those of `changed` in place of their namesakes, or added.
template <typename T>
std::vector<std::shared_ptr<const T>> Merge(
    const std::vector<std::shared_ptr<const T>>& entries,
    const std::vector<std::shared_ptr<const T>>& changed) {
  absl::flat_hash_map<std::string, std::shared_ptr<const T>> by_id;
  for (const auto& entry : changed) by_id[entry->id] = entry;
  std::vector<std::shared_ptr<const T>> merged;
  merged.reserve(entries.size() + changed.size());
  for (const auto& entry : entries) {
    if (!by_id.contains(entry->id)) merged.push_back(entry);
  }
  for (auto& [id, entry] : by_id) merged.push_back(entry);
  return merged;  // Catalog sorts.
}

bool IsOf(const std::shared_ptr<const ServingSnapshot>& snapshot,
          const std::shared_ptr<const Catalog>& catalog,
          const std::shared_ptr<const ModelSet>& models) {
  return snapshot != nullptr && snapshot->catalog == catalog &&
         snapshot->models == models;
}

}  // namespace

CatalogCache::CatalogCache(Database* database, const Clock* clock)
    : database_(*database),
      clock_(*clock),
      store_(database),
      nothing_(std::make_shared<const Catalog>(
          0, std::vector<std::shared_ptr<const Resource>>{},
          std::vector<std::shared_ptr<const KnowledgeComponent>>{})) {}

std::shared_ptr<const Catalog> CatalogCache::Find(
    const TenantId& tenant) const {
  MutexLock lock(mu_);
  const auto found = catalogs_.find(tenant);
  return found == catalogs_.end() ? nullptr : found->second;
}

absl::StatusOr<std::shared_ptr<const Catalog>> CatalogCache::Get(
    const TenantId& tenant) {
  std::shared_ptr<const Catalog> catalog = Find(tenant);
  if (catalog != nullptr) return catalog;
  MutexLock lock(write_mu_);
  return Load(tenant);
}

absl::StatusOr<std::shared_ptr<const Catalog>> CatalogCache::Load(
    const TenantId& tenant) {
  std::shared_ptr<const Catalog> catalog = Find(tenant);
  if (catalog != nullptr) return catalog;
  // All who come later wait for it too: were it cut off at the deadline of
  // each, a large catalog would never be loaded.
  const auto is_awaited = [] { return absl::OkStatus(); };
  const AwaitedScope to_the_end(is_awaited);
  const absl::Time begin = clock_.Now();
  ASSIGN_OR_RETURN(StoredCatalog stored, store_.Load(tenant));
  // Not kept: whoever invents tenants must not fill the memory.
  if (stored.version == 0) return nothing_;
  catalog = std::make_shared<const Catalog>(
      stored.version, std::move(stored.resources), std::move(stored.kcs));
  Publish(tenant, catalog);
  CountBuild(begin);
  return catalog;
}

void CatalogCache::Publish(const TenantId& tenant,
                           std::shared_ptr<const Catalog> catalog) {
  // What was there is destroyed after the lock. Its snapshots stay for the next
  // to be bound from; nobody is given them (IsOf()).
  MutexLock lock(mu_);
  std::swap(catalogs_[tenant], catalog);
}

absl::StatusOr<std::shared_ptr<const ServingSnapshot>> CatalogCache::Snapshot(
    const TenantId& tenant, std::shared_ptr<const ModelSet> models) {
  ASSIGN_OR_RETURN(std::shared_ptr<const Catalog> catalog, Get(tenant));
  std::shared_ptr<const ServingSnapshot> earlier;
  {
    MutexLock lock(mu_);
    const auto found = snapshots_.find(tenant);
    if (found != snapshots_.end()) {
      auto& [newest, older] = found->second;
      if (IsOf(newest, catalog, models)) return newest;
      if (IsOf(older, catalog, models)) {
        std::swap(newest, older);
        return newest;
      }
      for (const auto& kept : found->second) {
        if (kept != nullptr && kept->models == models) earlier = kept;
      }
    }
  }
  const bool is_kept = catalog->version() > 0;
  const absl::Time begin = clock_.Now();
  std::shared_ptr<const ServingSnapshot> snapshot =
      Bind(std::move(catalog), std::move(models), earlier.get());
  CountBuild(begin);
  if (is_kept) Keep(tenant, snapshot);
  return snapshot;
}

void CatalogCache::Keep(const TenantId& tenant,
                        std::shared_ptr<const ServingSnapshot> snapshot) {
  // What it takes the place of is destroyed after the lock.
  std::shared_ptr<const ServingSnapshot> kept = std::move(snapshot);
  MutexLock lock(mu_);
  auto& [newest, older] = snapshots_[tenant];
  // A slower request may put an older pair back; the next one corrects that.
  const bool is_same_model =
      newest != nullptr && newest->models == kept->models;
  std::swap(newest, kept);
  if (!is_same_model) std::swap(older, kept);
}

absl::StatusOr<std::shared_ptr<const Catalog>> CatalogCache::Update(
    const TenantId& tenant,
    absl::FunctionRef<absl::StatusOr<CatalogChange>(const Catalog&)> decide) {
  MutexLock lock(write_mu_);
  ASSIGN_OR_RETURN(const std::shared_ptr<const Catalog> catalog, Load(tenant));
  ASSIGN_OR_RETURN(const CatalogChange change, decide(*catalog));
  if (change.empty()) return catalog;

  const int64_t version = catalog->version() + 1;
  WriteBatch batch;
  for (const auto& resource : change.resources) {
    store_.Put(tenant, *resource, &batch);
  }
  for (const auto& kc : change.kcs) store_.Put(tenant, *kc, &batch);
  store_.PutVersion(tenant, version, &batch);
  RETURN_IF_ERROR(database_.Write(batch));

  const absl::Time begin = clock_.Now();
  auto next = std::make_shared<const Catalog>(
      version, Merge(catalog->resources(), change.resources),
      Merge(catalog->kcs(), change.kcs));
  Publish(tenant, next);
  CountBuild(begin);
  return next;
}

void CatalogCache::CountBuild(absl::Time begin) {
  const double seconds = absl::ToDoubleSeconds(clock_.Now() - begin);
  MutexLock lock(mu_);
  build_seconds_.Add(seconds);
}

Histogram CatalogCache::build_seconds() const {
  MutexLock lock(mu_);
  return build_seconds_;
}

}  // namespace evenlight
