#include "storage/check_track.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/status_macros.h"
#include "storage/keys.h"
#include "storage/records.h"
#include "storage/scan.h"
#include "storage/track_store.h"

namespace evenlight {
namespace {

constexpr size_t kReadTogether = 256;

struct Entry {
  std::string key;
  std::string value;
};

// Calls `visit` with the entries of a tenant, some at a time.
absl::Status VisitTogether(
    const Database& database, Family family, const TenantId& tenant,
    absl::FunctionRef<absl::Status(const std::vector<Entry>&)> visit) {
  const std::string prefix = TenantPrefix(tenant);
  std::vector<Entry> entries;
  RETURN_IF_ERROR(
      ScanRange(database, family, prefix, PrefixEnd(prefix),
                [&](absl::string_view key,
                    absl::string_view value) -> absl::StatusOr<bool> {
                  entries.push_back({std::string(key), std::string(value)});
                  if (entries.size() < kReadTogether) return true;
                  RETURN_IF_ERROR(visit(entries));
                  entries.clear();
                  return true;
                }));
  return visit(entries);
}

class TrackCheck {
 public:
  TrackCheck(const Database& database, const TenantId& tenant, Report report)
      : database_(database), tenant_(tenant), report_(report) {}

  absl::Status CheckEvents(const std::vector<Entry>& entries);
  absl::Status CheckSequences(const std::vector<Entry>& entries);
  absl::Status CheckIds(const std::vector<Entry>& entries);

  int64_t num_events() const { return num_events_; }

 private:
  void Fault(absl::string_view family, absl::string_view key,
             std::string what) {
    report_({absl::StrCat("family ", family, " key ", absl::CHexEscape(key)),
             std::move(what), kRestoreABackup, false});
  }

  // The id of the event with this sequence whose key begins so.
  absl::StatusOr<std::optional<EventId>> FindId(const std::string& key_start,
                                                int64_t sequence) const;

  const Database& database_;
  const TenantId tenant_;
  const Report report_;
  int64_t num_events_ = 0;
  int64_t last_sequence_ = 0;
};

absl::StatusOr<std::optional<EventId>> TrackCheck::FindId(
    const std::string& key_start, int64_t sequence) const {
  std::optional<EventId> id;
  RETURN_IF_ERROR(database_.Scan(
      Family::kEvents, key_start, PrefixEnd(key_start),
      [&](absl::string_view key, absl::string_view value) {
        const std::optional<EventKey> parts = ParseEventKey(key);
        if (!parts) return true;
        const absl::StatusOr<Event> event = DecodeEvent(*parts, value);
        if (event.ok() && event->sequence == sequence) id = event->id;
        return !id.has_value();
      }));
  return id;
}

absl::Status TrackCheck::CheckEvents(const std::vector<Entry>& entries) {
  std::vector<Event> events;
  std::vector<std::string> keys;
  std::vector<std::string> sequence_keys;
  std::vector<std::string> id_keys;
  for (const Entry& entry : entries) {
    ++num_events_;
    const std::optional<EventKey> parts = ParseEventKey(entry.key);
    if (!parts) continue;
    absl::StatusOr<Event> event = DecodeEvent(*parts, entry.value);
    if (!event.ok() || event->sequence <= 0) continue;
    keys.push_back(entry.key);
    sequence_keys.push_back(SequenceKey(tenant_, event->sequence));
    id_keys.push_back(IdKey(tenant_, event->id));
    events.push_back(*std::move(event));
  }
  ASSIGN_OR_RETURN(
      const auto by_sequence,
      database_.MultiGet(Family::kEventsBySequence, sequence_keys));
  ASSIGN_OR_RETURN(const auto by_id,
                   database_.MultiGet(Family::kEventIds, id_keys));
  for (size_t row = 0; row < events.size(); ++row) {
    const int64_t sequence = events[row].sequence;
    if (!by_sequence[row]) {
      Fault("events", keys[row],
            absl::StrCat("sequence ", sequence, " is not in the index"));
    } else if (!absl::StartsWith(keys[row], *by_sequence[row])) {
      Fault("events", keys[row],
            absl::StrCat("sequence ", sequence, " stands for another event"));
    }
    if (!by_id[row]) {
      Fault("events", keys[row], "its id is not among the used ids");
      continue;
    }
    const auto of_id = DecodeEventId(tenant_, events[row].id, *by_id[row]);
    if (of_id.ok() && *of_id != sequence) {
      Fault("events", keys[row],
            absl::StrCat("its sequence is ", sequence, ", that of its id is ",
                         *of_id));
    }
  }
  return absl::OkStatus();
}

absl::Status TrackCheck::CheckSequences(const std::vector<Entry>& entries) {
  for (const Entry& entry : entries) {
    const std::optional<int64_t> sequence = SequenceOfKey(entry.key);
    if (!sequence) continue;
    if (*sequence != last_sequence_ + 1) {
      Fault(
          "events_by_sequence", entry.key,
          absl::StrCat("sequences ", last_sequence_ + 1, " to ", *sequence - 1,
                       " of tenant ", tenant_, " are missing"));
    }
    last_sequence_ = *sequence;
    ASSIGN_OR_RETURN(const auto id, FindId(entry.value, *sequence));
    if (id) continue;
    Fault("events_by_sequence", entry.key,
          absl::StrCat("event ", absl::CHexEscape(entry.value),
                       " has a sequence but is missing"));
  }
  return absl::OkStatus();
}

absl::Status TrackCheck::CheckIds(const std::vector<Entry>& entries) {
  const size_t prefix_size = TenantPrefix(tenant_).size();
  for (const Entry& entry : entries) {
    const EventId id = entry.key.substr(prefix_size);
    const auto sequence = DecodeEventId(tenant_, id, entry.value);
    if (!sequence.ok() || *sequence <= 0) continue;
    ASSIGN_OR_RETURN(const auto key_start,
                     database_.Get(Family::kEventsBySequence,
                                   SequenceKey(tenant_, *sequence)));
    std::optional<EventId> found;
    if (key_start) {
      ASSIGN_OR_RETURN(found, FindId(*key_start, *sequence));
    }
    if (found != id) {
      Fault("event_ids", entry.key, "the id is used but has no event");
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<int64_t> CheckTrack(const Database& database,
                                   const TenantId& tenant, Report report) {
  TrackCheck check(database, tenant, report);
  using Entries = std::vector<Entry>;
  RETURN_IF_ERROR(VisitTogether(
      database, Family::kEvents, tenant,
      [&](const Entries& entries) { return check.CheckEvents(entries); }));
  RETURN_IF_ERROR(VisitTogether(
      database, Family::kEventsBySequence, tenant,
      [&](const Entries& entries) { return check.CheckSequences(entries); }));
  RETURN_IF_ERROR(VisitTogether(
      database, Family::kEventIds, tenant,
      [&](const Entries& entries) { return check.CheckIds(entries); }));
  return check.num_events();
}

absl::Status CheckPushSequences(const Database& database,
                                const TenantId& tenant, Report report) {
  const std::string prefix = EntryKey(tenant, EntryKind::kPushVersion, "");
  int64_t last = 0;
  return database.Scan(
      Family::kLists, prefix, PrefixEnd(prefix),
      [&](absl::string_view key, absl::string_view) {
        absl::string_view rest = key.substr(prefix.size());
        const auto sequence =
            static_cast<int64_t>(TakeUint64(&rest).value_or(0));
        if (sequence > 0 && sequence != last + 1) {
          report({absl::StrCat("family lists key ", absl::CHexEscape(key)),
                  absl::StrCat("versions ", last + 1, " to ", sequence - 1,
                               " of pushes of tenant ", tenant, " are missing"),
                  kRestoreABackup, false});
        }
        last = sequence;
        return true;
      });
}

}  // namespace evenlight
