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
constexpr int64_t kMaxSequence = int64_t{1} << 34;  // 2 GiB of bits.

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

  // Of a sequence that the index has; false if it was marked before.
  bool Mark(int64_t sequence);
  bool IsMarked(int64_t sequence) const;

  const Database& database_;
  const TenantId tenant_;
  const Report report_;
  int64_t num_events_ = 0;
  int64_t last_sequence_ = 0;
  // By sequence: whether an event stands for it. Up to kMaxSequence.
  std::vector<bool> has_event_;
};

bool TrackCheck::Mark(int64_t sequence) {
  if (sequence > kMaxSequence) return true;
  const auto at = static_cast<size_t>(sequence);
  if (at >= has_event_.size()) has_event_.resize(at + 1);
  const bool is_first = !has_event_[at];
  has_event_[at] = true;
  return is_first;
}

bool TrackCheck::IsMarked(int64_t sequence) const {
  const auto at = static_cast<size_t>(sequence);
  return at < has_event_.size() && has_event_[at];
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
    } else if (!Mark(sequence)) {
      Fault("events", keys[row],
            absl::StrCat("another event has its sequence ", sequence));
    }
    if (!by_id[row]) {
      Fault("events", keys[row], "its id is not among the used ids");
      continue;
    }
    const auto of_id = DecodeSequenceOfId(tenant_, events[row].id, *by_id[row]);
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
    if (*sequence > kMaxSequence || IsMarked(*sequence)) continue;
    Fault("events_by_sequence", entry.key,
          absl::StrCat("event ", absl::CHexEscape(entry.value),
                       " has a sequence but is missing or damaged"));
  }
  return absl::OkStatus();
}

absl::Status TrackCheck::CheckIds(const std::vector<Entry>& entries) {
  const size_t prefix_size = TenantPrefix(tenant_).size();
  std::vector<const Entry*> rows;
  std::vector<std::string> keys;
  for (const Entry& entry : entries) {
    const auto sequence =
        DecodeSequenceOfId(tenant_, entry.key.substr(prefix_size), entry.value);
    if (!sequence.ok() || *sequence <= 0) continue;
    rows.push_back(&entry);
    keys.push_back(SequenceKey(tenant_, *sequence));
  }
  ASSIGN_OR_RETURN(const auto starts,
                   database_.MultiGet(Family::kEventsBySequence, keys));
  for (size_t row = 0; row < rows.size(); ++row) {
    const absl::string_view id =
        absl::string_view(rows[row]->key).substr(prefix_size);
    // Without a start, a key that no event has.
    keys[row] = CompleteEventKey(starts[row].value_or(""), id).value_or("");
  }
  ASSIGN_OR_RETURN(const auto events,
                   database_.MultiGet(Family::kEvents, keys));
  for (size_t row = 0; row < rows.size(); ++row) {
    if (events[row]) continue;
    Fault("event_ids", rows[row]->key, "the id is used but has no event");
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
