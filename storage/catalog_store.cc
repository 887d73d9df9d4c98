#include "storage/catalog_store.h"

#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "core/status_macros.h"
#include "storage/keys.h"
#include "storage/records.h"
#include "storage/scan.h"

namespace evenlight {
namespace {

absl::StatusOr<int64_t> DecodeVersion(const TenantId& tenant,
                                      absl::string_view value) {
  // The value is laid out like the sequence of a key.
  const std::optional<int64_t> version =
      SequenceOfKey(absl::StrCat(TenantPrefix(tenant), value));
  if (version) return *version;
  return absl::DataLossError(absl::StrCat("stored catalog version of tenant ",
                                          tenant, " does not parse"));
}

}  // namespace

void CatalogStore::Put(const TenantId& tenant, const Resource& resource,
                       WriteBatch* batch) const {
  batch->Put(Family::kCatalog,
             EntryKey(tenant, EntryKind::kCatalogResource, resource.id),
             EncodeResource(resource));
}

void CatalogStore::Put(const TenantId& tenant, const KnowledgeComponent& kc,
                       WriteBatch* batch) const {
  batch->Put(Family::kCatalog, EntryKey(tenant, EntryKind::kCatalogKc, kc.id),
             EncodeKc(kc));
}

void CatalogStore::PutVersion(const TenantId& tenant, int64_t version,
                              WriteBatch* batch) const {
  std::string value;
  AppendUint64(static_cast<uint64_t>(version), &value);
  batch->Put(Family::kCatalog, EntryKey(tenant, EntryKind::kCatalogVersion, ""),
             std::move(value));
}

absl::StatusOr<StoredCatalog> CatalogStore::Load(const TenantId& tenant) const {
  StoredCatalog catalog;
  const std::string prefix = TenantPrefix(tenant);
  // One scan, so that the version is that of the entries.
  RETURN_IF_ERROR(ScanRange(
      database_, Family::kCatalog, prefix, PrefixEnd(prefix),
      [&](absl::string_view key,
          absl::string_view value) -> absl::StatusOr<bool> {
        key.remove_prefix(prefix.size());
        const std::string id(key.substr(1));
        switch (static_cast<EntryKind>(key[0])) {
          case EntryKind::kCatalogResource: {
            ASSIGN_OR_RETURN(auto resource, DecodeResource(tenant, id, value));
            catalog.resources.push_back(
                std::make_shared<const Resource>(std::move(resource)));
            return true;
          }
          case EntryKind::kCatalogKc: {
            ASSIGN_OR_RETURN(auto kc, DecodeKc(tenant, id, value));
            catalog.kcs.push_back(
                std::make_shared<const KnowledgeComponent>(std::move(kc)));
            return true;
          }
          case EntryKind::kCatalogVersion: {
            ASSIGN_OR_RETURN(catalog.version, DecodeVersion(tenant, value));
            return true;
          }
          default:
            return true;  // A kind that a later build added.
        }
      }));
  return catalog;
}

absl::StatusOr<std::vector<TenantId>> CatalogStore::Tenants() const {
  return TenantsIn(database_, Family::kCatalog);
}

}  // namespace evenlight
