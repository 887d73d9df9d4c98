#include "storage/list_store.h"

#include "core/status_macros.h"
#include "storage/keys.h"
#include "storage/records.h"

namespace evenlight {

void ListStore::Put(const TenantId& tenant, const StoredList& list,
                    WriteBatch* batch) const {
  batch->Put(Family::kLists, EntryKey(tenant, EntryKind::kList, list.id),
             EncodeList(list));
  if (list.request_id.empty()) return;
  batch->Put(Family::kLists, RequestKey(tenant, list.learner, list.request_id),
             list.id);
}

absl::StatusOr<std::optional<StoredList>> ListStore::Get(
    const TenantId& tenant, const ListId& id) const {
  ASSIGN_OR_RETURN(
      const std::optional<std::string> bytes,
      database_.Get(Family::kLists, EntryKey(tenant, EntryKind::kList, id)));
  if (!bytes) return std::optional<StoredList>();
  return DecodeList(tenant, id, *bytes);
}

absl::StatusOr<std::optional<StoredList>> ListStore::FindRequest(
    const TenantId& tenant, const LearnerId& learner,
    absl::string_view request_id) const {
  ASSIGN_OR_RETURN(
      const std::optional<std::string> id,
      database_.Get(Family::kLists, RequestKey(tenant, learner, request_id)));
  if (!id) return std::optional<StoredList>();
  return Get(tenant, *id);
}

}  // namespace evenlight
