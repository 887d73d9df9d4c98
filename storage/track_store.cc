#include "storage/track_store.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "core/status_macros.h"
#include "storage/keys.h"
#include "storage/records.h"
#include "storage/scan.h"

namespace evenlight {
namespace {

absl::StatusOr<Event> ParseEvent(absl::string_view key,
                                 absl::string_view value) {
  const std::optional<EventKey> parts = ParseEventKey(key);
  if (!parts) {
    return absl::DataLossError(absl::StrCat("key ", absl::CHexEscape(key),
                                            " in events is no event's"));
  }
  return DecodeEvent(*parts, value);
}

absl::Status ListRange(const Database& database, absl::string_view begin,
                       absl::string_view end,
                       absl::FunctionRef<bool(const Event&)> visit) {
  return ScanRange(database, Family::kEvents, begin, end,
                   [&](absl::string_view key,
                       absl::string_view value) -> absl::StatusOr<bool> {
                     ASSIGN_OR_RETURN(const Event event,
                                      ParseEvent(key, value));
                     return visit(event);
                   });
}

absl::Status MissingError(const TenantId& tenant, const EventId& id,
                          int64_t sequence) {
  return absl::DataLossError(absl::StrCat("event ", id, " of tenant ", tenant,
                                          " has sequence ", sequence,
                                          " but is missing"));
}

}  // namespace

bool HaveSameContent(const Event& one, const Event& other) {
  const auto content = [](Event event) {
    event.id.clear();
    event.sequence = 0;
    // -0 equals 0 but has other bits.
    event.score += 0.0f;
    for (ListedResource& listed : event.listed) listed.propensity += 0.0f;
    return EventKeyOf("", event.actor, PositionOf(event)) + EncodeEvent(event);
  };
  return content(one) == content(other);
}

void TrackStore::Append(const TenantId& tenant, const Event& event,
                        WriteBatch* batch) const {
  batch->Put(Family::kEventIds, IdKey(tenant, event.id),
             EncodeSequenceOfId(event.sequence));
  batch->Put(Family::kEventsBySequence, SequenceKey(tenant, event.sequence),
             EventKeyStart(tenant, event.actor, event.time));
  batch->Put(Family::kEvents,
             EventKeyOf(tenant, event.actor, PositionOf(event)),
             EncodeEvent(event));
}

absl::StatusOr<std::vector<TrackStore::UsedId>> TrackStore::FindUsed(
    const TenantId& tenant, absl::Span<const EventId> ids) const {
  std::vector<std::string> keys;
  keys.reserve(ids.size());
  for (const EventId& id : ids) keys.push_back(IdKey(tenant, id));
  ASSIGN_OR_RETURN(const auto values,
                   database_.MultiGet(Family::kEventIds, keys));
  std::vector<UsedId> used;
  for (size_t k = 0; k < ids.size(); ++k) {
    if (!values[k]) continue;
    ASSIGN_OR_RETURN(const int64_t sequence,
                     DecodeSequenceOfId(tenant, ids[k], *values[k]));
    if (sequence <= 0) return MissingError(tenant, ids[k], sequence);
    used.push_back({ids[k], sequence});
  }
  return used;
}

absl::StatusOr<std::vector<Event>> TrackStore::FindEvents(
    const TenantId& tenant, absl::Span<const EventId> ids) const {
  ASSIGN_OR_RETURN(const std::vector<UsedId> used, FindUsed(tenant, ids));
  if (used.empty()) return std::vector<Event>();
  std::vector<std::string> keys;
  for (const UsedId& row : used) {
    keys.push_back(SequenceKey(tenant, row.sequence));
  }
  ASSIGN_OR_RETURN(const auto starts,
                   database_.MultiGet(Family::kEventsBySequence, keys));
  for (size_t k = 0; k < used.size(); ++k) {
    const auto key =
        starts[k] ? CompleteEventKey(*starts[k], used[k].id) : std::nullopt;
    if (!key) return MissingError(tenant, used[k].id, used[k].sequence);
    keys[k] = *key;
  }
  ASSIGN_OR_RETURN(const auto values,
                   database_.MultiGet(Family::kEvents, keys));
  std::vector<Event> events;
  for (size_t k = 0; k < used.size(); ++k) {
    if (!values[k]) return MissingError(tenant, used[k].id, used[k].sequence);
    ASSIGN_OR_RETURN(Event event, ParseEvent(keys[k], *values[k]));
    if (event.sequence != used[k].sequence) {
      return MissingError(tenant, used[k].id, used[k].sequence);
    }
    events.push_back(std::move(event));
  }
  return events;
}

absl::Status TrackStore::List(
    const TenantId& tenant, const Actor& actor, const TrackPosition& from,
    const TrackPosition& until,
    absl::FunctionRef<bool(const Event&)> visit) const {
  return ListRange(database_, EventKeyOf(tenant, actor, from),
                   EventKeyOf(tenant, actor, until), visit);
}

absl::Status TrackStore::ListAll(
    const TenantId& tenant, absl::FunctionRef<bool(const Event&)> visit) const {
  const std::string prefix = TenantPrefix(tenant);
  return ListRange(database_, prefix, PrefixEnd(prefix), visit);
}

absl::Status TrackStore::ListSince(
    const TenantId& tenant, absl::Time since, absl::FunctionRef<bool()> goes_on,
    absl::FunctionRef<bool(const Event&)> visit) const {
  // Up to a whole microsecond, as keys have.
  since = FromMicros(
      ToMicros(since + absl::Microseconds(1) - absl::Nanoseconds(1)));
  std::string begin = TenantPrefix(tenant);
  const std::string end = PrefixEnd(begin);
  while (goes_on()) {
    // Whose events before `since` are to be passed over.
    std::optional<Actor> next;
    RETURN_IF_ERROR(ListRange(database_, begin, end, [&](const Event& event) {
      if (event.time >= since) return visit(event);
      next = event.actor;
      return false;
    }));
    if (!next) break;
    begin = EventKeyOf(tenant, *next, {since, ""});
  }
  return absl::OkStatus();
}

absl::StatusOr<int64_t> TrackStore::LastSequence(const TenantId& tenant) const {
  const std::string prefix = TenantPrefix(tenant);
  ASSIGN_OR_RETURN(
      const std::optional<std::string> last,
      database_.LastKey(Family::kEventsBySequence, prefix, PrefixEnd(prefix)));
  if (!last) return 0;
  const std::optional<int64_t> sequence = SequenceOfKey(*last);
  if (sequence) return *sequence;
  return absl::DataLossError(
      absl::StrCat("key ", absl::CHexEscape(*last),
                   " in events_by_sequence has no sequence"));
}

absl::StatusOr<std::vector<TenantId>> TrackStore::Tenants() const {
  return TenantsIn(database_, Family::kEvents);
}

}  // namespace evenlight
