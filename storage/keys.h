// The keys of every family. Stored; do not change: docs/storage_format.md has
// the layouts.
//
// The tenant comes first in every key. An id that something follows ends with a
// zero byte, which no id contains: so no id is a prefix trap for another, and
// ids order as their bytes do. Numbers are big-endian and ordered.

#ifndef EVENLIGHT_STORAGE_KEYS_H_
#define EVENLIGHT_STORAGE_KEYS_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "core/event.h"
#include "core/ids.h"

namespace evenlight {

// What a key in `events` says of its event.
struct EventKey {
  TenantId tenant;
  Actor actor;
  TrackPosition position;
};

// All keys of a tenant, and only those, start with this.
std::string TenantPrefix(absl::string_view tenant);

// nullopt if `key` starts with no tenant.
std::optional<TenantId> TenantOfKey(absl::string_view key);

// events: tenant 0 kind id 0 time event. Actors order by kind, then id.
std::string ActorPrefix(absl::string_view tenant, const Actor& actor);
std::string EventKeyOf(absl::string_view tenant, const Actor& actor,
                       const TrackPosition& position);
std::optional<EventKey> ParseEventKey(absl::string_view key);

// The key without the event's id: what `events_by_sequence` has of it; and the
// key again. `start` may be the key of any event of that actor and time, as
// format 1 has it. nullopt if it is none.
std::string EventKeyStart(absl::string_view tenant, const Actor& actor,
                          absl::Time time);
std::optional<std::string> CompleteEventKey(absl::string_view start,
                                            absl::string_view id);

// events_by_sequence: tenant 0 sequence. `sequence` is at least 0.
std::string SequenceKey(absl::string_view tenant, int64_t sequence);
std::optional<int64_t> SequenceOfKey(absl::string_view key);

// event_ids, learner_state: tenant 0 id.
std::string IdKey(absl::string_view tenant, absl::string_view id);

// catalog, roster, lists: tenant 0 kind id. Stored; do not change.
enum class EntryKind : char {
  kCatalogKc = 'k',
  kCatalogResource = 'r',
  kCatalogVersion = 'v',  // Without an id.
  kRosterClass = 'c',
  kRosterGoal = 'g',
  kRosterMember = 'm',
  kRosterPerson = 'p',
  kRosterSchool = 's',
  kList = 'l',
  kListRequest = 'q',
  kPush = 'u',
  kPushDelivery = 'd',
  kPushFeed = 'f',
  kPushNewest = 'n',
  kPushRequest = 'x',
  kPushVersion = 'h',
};
std::string EntryKey(absl::string_view tenant, EntryKind kind,
                     absl::string_view id);

// roster: tenant 0 'p' kind id.
std::string PersonKey(absl::string_view tenant, ActorKind kind,
                      absl::string_view id);

// roster: tenant 0 'm' class 0 kind id.
std::string MemberPrefix(absl::string_view tenant, absl::string_view class_id);
std::string MemberKey(absl::string_view tenant, absl::string_view class_id,
                      const Actor& actor);

// lists: tenant 0 'q' learner 0 request. A request id may hold any byte.
std::string RequestKey(absl::string_view tenant, absl::string_view learner,
                       absl::string_view request_id);

// lists: tenant 0 'x' teacher 0 request. A request id may hold any byte.
std::string PushRequestKey(absl::string_view tenant, absl::string_view teacher,
                           absl::string_view request_id);

// lists: tenant 0 'd' push 0 learner.
std::string PushDeliveryPrefix(absl::string_view tenant,
                               absl::string_view push);
std::string PushDeliveryKey(absl::string_view tenant, absl::string_view push,
                            absl::string_view learner);

// lists: tenant 0 'h' sequence.
std::string PushVersionKey(absl::string_view tenant, int64_t sequence);

// Whom a push concerns. Stored; do not change.
enum class AudienceKind : char { kClass = 'c', kLearner = 'l' };
struct Audience {
  AudienceKind kind = AudienceKind::kLearner;
  std::string id;

  friend bool operator==(const Audience&, const Audience&) = default;
};

// lists: tenant 0 'f' kind id 0 sequence: the changes of an audience's pushes,
// oldest first; and tenant 0 'n' kind id 0 sequence with its bits flipped: its
// pushes, newest first.
std::string PushFeedPrefix(absl::string_view tenant, const Audience& audience);
std::string PushFeedKey(absl::string_view tenant, const Audience& audience,
                        int64_t sequence);
std::string PushNewestPrefix(absl::string_view tenant,
                             const Audience& audience);
std::string PushNewestKey(absl::string_view tenant, const Audience& audience,
                          int64_t sequence);

// Big-endian, 8 bytes. Times in whole microseconds with the sign bit flipped,
// so that those before 1970 come first; infinite times are the outermost.
void AppendUint64(uint64_t number, std::string* out);
void AppendTime(absl::Time time, std::string* out);

// What those made, taken from the front of `bytes`; nullopt if it is shorter.
std::optional<uint64_t> TakeUint64(absl::string_view* bytes);
std::optional<absl::Time> TakeTime(absl::string_view* bytes);

// Microseconds since 1970; infinite times are the outermost numbers.
int64_t ToMicros(absl::Time time);
absl::Time FromMicros(int64_t micros);

}  // namespace evenlight

#endif  // EVENLIGHT_STORAGE_KEYS_H_
