#include "storage/push_store.h"

#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/strings/str_cat.h"
#include "core/status_macros.h"
#include "storage/push_records.h"
#include "storage/scan.h"

namespace evenlight {
namespace {

absl::Status Damaged(const TenantId& tenant, absl::string_view what) {
  return absl::DataLossError(absl::StrCat(
      "stored ", what, " of tenant ", tenant, " is missing or does not parse"));
}

std::string Number(int64_t sequence) {
  std::string bytes;
  AppendUint64(static_cast<uint64_t>(sequence), &bytes);
  return bytes;
}

absl::StatusOr<int64_t> NumberIn(const TenantId& tenant,
                                 absl::string_view bytes) {
  const std::optional<uint64_t> number = TakeUint64(&bytes);
  if (!number || !bytes.empty()) return Damaged(tenant, "sequence of a push");
  return static_cast<int64_t>(*number);
}

// What the index of an audience's pushes says of one.
struct NewestEntry {
  absl::Time create_time;
  absl::Time due_time;
  PushId id;
};

std::string EncodeEntry(const StoredPush& push) {
  std::string bytes;
  AppendTime(push.create_time, &bytes);
  AppendTime(push.due_time, &bytes);
  return bytes + push.id;
}

absl::StatusOr<NewestEntry> DecodeEntry(const TenantId& tenant,
                                        absl::string_view bytes) {
  const std::optional<absl::Time> create_time = TakeTime(&bytes);
  const std::optional<absl::Time> due_time = TakeTime(&bytes);
  if (!create_time || !due_time) return Damaged(tenant, "index of pushes");
  return NewestEntry{*create_time, *due_time, PushId(bytes)};
}

// Calls `visit` with the index of an audience's pushes, newest first, from the
// key `begin` on, until it returns false.
absl::Status VisitNewest(const Database& database, const TenantId& tenant,
                         const Audience& audience, const std::string& begin,
                         absl::FunctionRef<bool(NewestEntry)> visit) {
  return ScanRange(
      database, Family::kLists, begin,
      PrefixEnd(PushNewestPrefix(tenant, audience)),
      [&](absl::string_view, absl::string_view value) -> absl::StatusOr<bool> {
        ASSIGN_OR_RETURN(NewestEntry entry, DecodeEntry(tenant, value));
        return visit(std::move(entry));
      });
}

std::vector<Audience> AudiencesOf(const StoredPush& push) {
  std::vector<Audience> audiences = {{AudienceKind::kClass, push.class_id}};
  for (const LearnerId& learner : push.learners) {
    audiences.push_back({AudienceKind::kLearner, learner});
  }
  return audiences;
}

}  // namespace

void PushStore::Put(const TenantId& tenant, const StoredPush& push,
                    WriteBatch* batch) const {
  const std::string sequence = Number(push.sequence);
  batch->Put(Family::kLists, PushVersionKey(tenant, push.sequence),
             EncodePush(push));
  batch->Put(Family::kLists, EntryKey(tenant, EntryKind::kPush, push.id),
             sequence);
  for (const Audience& audience : AudiencesOf(push)) {
    batch->Put(Family::kLists, PushFeedKey(tenant, audience, push.sequence),
               "");
    if (push.sequence != push.first_sequence) continue;
    batch->Put(Family::kLists, PushNewestKey(tenant, audience, push.sequence),
               EncodeEntry(push));
  }
  if (push.request_id.empty()) return;
  batch->Put(Family::kLists,
             PushRequestKey(tenant, push.edited_by, push.request_id), sequence);
}

absl::StatusOr<std::optional<StoredPush>> PushStore::Get(
    const TenantId& tenant, const PushId& id) const {
  ASSIGN_OR_RETURN(
      const std::optional<std::string> sequence,
      database_.Get(Family::kLists, EntryKey(tenant, EntryKind::kPush, id)));
  if (!sequence) return std::optional<StoredPush>();
  ASSIGN_OR_RETURN(const int64_t number, NumberIn(tenant, *sequence));
  ASSIGN_OR_RETURN(std::vector<StoredPush> found, Versions(tenant, {number}));
  return std::move(found.front());
}

absl::StatusOr<std::optional<StoredPush>> PushStore::FindRequest(
    const TenantId& tenant, absl::string_view teacher,
    absl::string_view request_id) const {
  ASSIGN_OR_RETURN(const std::optional<std::string> sequence,
                   database_.Get(Family::kLists,
                                 PushRequestKey(tenant, teacher, request_id)));
  if (!sequence) return std::optional<StoredPush>();
  ASSIGN_OR_RETURN(const int64_t number, NumberIn(tenant, *sequence));
  ASSIGN_OR_RETURN(std::vector<StoredPush> found, Versions(tenant, {number}));
  return std::move(found.front());
}

absl::StatusOr<int64_t> PushStore::LastSequence(const TenantId& tenant) const {
  const std::string prefix = EntryKey(tenant, EntryKind::kPushVersion, "");
  ASSIGN_OR_RETURN(
      const std::optional<std::string> last,
      database_.LastKey(Family::kLists, prefix, PrefixEnd(prefix)));
  if (!last) return 0;
  return NumberIn(tenant, absl::string_view(*last).substr(prefix.size()));
}

absl::StatusOr<std::vector<StoredPush>> PushStore::ChangesAfter(
    const TenantId& tenant, const Audience& audience, int64_t sequence,
    int max_count) const {
  const std::string prefix = PushFeedPrefix(tenant, audience);
  std::vector<int64_t> sequences;
  RETURN_IF_ERROR(ScanRange(
      database_, Family::kLists, PushFeedKey(tenant, audience, sequence + 1),
      PrefixEnd(prefix),
      [&](absl::string_view key, absl::string_view) -> absl::StatusOr<bool> {
        ASSIGN_OR_RETURN(const int64_t number,
                         NumberIn(tenant, key.substr(prefix.size())));
        sequences.push_back(number);
        return static_cast<int>(sequences.size()) < max_count;
      }));
  return Versions(tenant, sequences);
}

absl::StatusOr<std::vector<StoredPush>> PushStore::Newest(
    const TenantId& tenant, const Audience& audience, int64_t from,
    int max_count) const {
  std::vector<PushId> ids;
  RETURN_IF_ERROR(VisitNewest(database_, tenant, audience,
                              PushNewestKey(tenant, audience, from),
                              [&](NewestEntry entry) {
                                ids.push_back(std::move(entry.id));
                                return static_cast<int>(ids.size()) < max_count;
                              }));
  return GetAll(tenant, ids);
}

absl::StatusOr<std::vector<StoredPush>> PushStore::DueFrom(
    const TenantId& tenant, const Audience& audience, absl::Time time) const {
  std::vector<PushId> ids;
  RETURN_IF_ERROR(VisitNewest(database_, tenant, audience,
                              PushNewestPrefix(tenant, audience),
                              [&](NewestEntry entry) {
                                if (entry.create_time + kMaxPushLife < time) {
                                  return false;
                                }
                                if (entry.due_time >= time) {
                                  ids.push_back(std::move(entry.id));
                                }
                                return true;
                              }));
  return GetAll(tenant, ids);
}

absl::StatusOr<std::vector<StoredPush>> PushStore::GetAll(
    const TenantId& tenant, const std::vector<PushId>& ids) const {
  std::vector<std::string> keys;
  for (const PushId& id : ids) {
    keys.push_back(EntryKey(tenant, EntryKind::kPush, id));
  }
  ASSIGN_OR_RETURN(const std::vector<std::optional<std::string>> found,
                   database_.MultiGet(Family::kLists, keys));
  std::vector<int64_t> sequences;
  for (const std::optional<std::string>& bytes : found) {
    if (!bytes) return Damaged(tenant, "push");
    ASSIGN_OR_RETURN(const int64_t sequence, NumberIn(tenant, *bytes));
    sequences.push_back(sequence);
  }
  return Versions(tenant, sequences);
}

absl::StatusOr<std::vector<StoredPush>> PushStore::Versions(
    const TenantId& tenant, const std::vector<int64_t>& sequences) const {
  std::vector<std::string> keys;
  for (const int64_t sequence : sequences) {
    keys.push_back(PushVersionKey(tenant, sequence));
  }
  ASSIGN_OR_RETURN(const std::vector<std::optional<std::string>> found,
                   database_.MultiGet(Family::kLists, keys));
  std::vector<StoredPush> pushes;
  for (size_t row = 0; row < found.size(); ++row) {
    if (!found[row]) return Damaged(tenant, "push");
    ASSIGN_OR_RETURN(StoredPush push,
                     DecodePush(tenant, sequences[row], *found[row]));
    pushes.push_back(std::move(push));
  }
  return pushes;
}

}  // namespace evenlight
