#include "storage/track_store.h"

#include <xxhash.h>

#include <algorithm>
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

// Reads the events that `keys` name; false if `visit` wants no more.
absl::StatusOr<bool> VisitEvents(const Database& database,
                                 absl::Span<const std::string> keys,
                                 absl::FunctionRef<bool(const Event&)> visit) {
  ASSIGN_OR_RETURN(const auto values, database.MultiGet(Family::kEvents, keys));
  for (size_t k = 0; k < keys.size(); ++k) {
    if (!values[k]) {
      return absl::DataLossError(
          absl::StrCat("event ", absl::CHexEscape(keys[k]),
                       " has a sequence but is missing"));
    }
    ASSIGN_OR_RETURN(const Event event, ParseEvent(keys[k], *values[k]));
    if (!visit(event)) return false;
  }
  return true;
}

}  // namespace

std::string ContentDigest(const Event& event) {
  Event content = event;
  content.sequence = 0;
  // -0 equals 0 but has other bits.
  content.score += 0.0f;
  for (ListedResource& listed : content.listed) listed.propensity += 0.0f;
  const std::string bytes = absl::StrCat(
      EventKeyOf("", content.actor, {content.time, ""}), EncodeEvent(content));
  XXH128_canonical_t digest;
  XXH128_canonicalFromHash(&digest, XXH3_128bits(bytes.data(), bytes.size()));
  return std::string(reinterpret_cast<const char*>(digest.digest),
                     sizeof digest.digest);
}

void TrackStore::Append(const TenantId& tenant, const Event& event,
                        const std::string& content_digest,
                        WriteBatch* batch) const {
  std::string key = EventKeyOf(tenant, event.actor, PositionOf(event));
  batch->Put(Family::kEventIds, IdKey(tenant, event.id),
             EncodeUsedEventId({content_digest, event.sequence}));
  batch->Put(Family::kEventsBySequence, SequenceKey(tenant, event.sequence),
             key);
  batch->Put(Family::kEvents, std::move(key), EncodeEvent(event));
}

absl::StatusOr<std::vector<std::optional<UsedEventId>>> TrackStore::FindIds(
    const TenantId& tenant, absl::Span<const EventId> ids) const {
  std::vector<std::string> keys;
  keys.reserve(ids.size());
  for (const EventId& id : ids) keys.push_back(IdKey(tenant, id));
  ASSIGN_OR_RETURN(const auto values,
                   database_.MultiGet(Family::kEventIds, keys));
  std::vector<std::optional<UsedEventId>> used(ids.size());
  for (size_t k = 0; k < ids.size(); ++k) {
    if (!values[k]) continue;
    ASSIGN_OR_RETURN(used[k], DecodeUsedEventId(tenant, ids[k], *values[k]));
  }
  return used;
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

absl::Status TrackStore::ListBySequence(
    const TenantId& tenant, int64_t sequence,
    absl::FunctionRef<bool(const Event&)> visit) const {
  // Events are read together, as one by one costs a seek each.
  constexpr size_t kReadTogether = 256;
  std::vector<std::string> keys;
  bool go_on = true;
  RETURN_IF_ERROR(
      ScanRange(database_, Family::kEventsBySequence,
                SequenceKey(tenant, std::max<int64_t>(sequence, 0)),
                PrefixEnd(TenantPrefix(tenant)),
                [&](absl::string_view,
                    absl::string_view event_key) -> absl::StatusOr<bool> {
                  keys.emplace_back(event_key);
                  if (keys.size() < kReadTogether) return true;
                  ASSIGN_OR_RETURN(go_on, VisitEvents(database_, keys, visit));
                  keys.clear();
                  return go_on;
                }));
  if (!go_on) return absl::OkStatus();
  return VisitEvents(database_, keys, visit).status();
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
