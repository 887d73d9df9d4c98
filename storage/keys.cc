#include "storage/keys.h"

#include <cassert>
#include <limits>

namespace evenlight {
namespace {

constexpr char kEnd = '\0';
constexpr uint64_t kSignBit = uint64_t{1} << 63;

void AppendId(absl::string_view id, std::string* out) {
  assert(id.find(kEnd) == absl::string_view::npos);
  out->append(id.data(), id.size());
  out->push_back(kEnd);
}

// Takes an id and its end from the front of `key`.
std::optional<std::string> TakeId(absl::string_view* key) {
  const size_t end = key->find(kEnd);
  if (end == absl::string_view::npos) return std::nullopt;
  std::string id(key->substr(0, end));
  key->remove_prefix(end + 1);
  return id;
}

std::optional<ActorKind> TakeActorKind(absl::string_view* key) {
  if (key->empty()) return std::nullopt;
  const auto kind = static_cast<ActorKind>(key->front());
  if (kind != ActorKind::kLearner && kind != ActorKind::kTeacher) {
    return std::nullopt;
  }
  key->remove_prefix(1);
  return kind;
}

std::string AudiencePrefix(absl::string_view tenant, EntryKind kind,
                           const Audience& audience) {
  std::string key = EntryKey(tenant, kind, "");
  key.push_back(static_cast<char>(audience.kind));
  AppendId(audience.id, &key);
  return key;
}

}  // namespace

int64_t ToMicros(absl::Time time) { return absl::ToUnixMicros(time); }

absl::Time FromMicros(int64_t micros) {
  if (micros == std::numeric_limits<int64_t>::min()) {
    return absl::InfinitePast();
  }
  if (micros == std::numeric_limits<int64_t>::max()) {
    return absl::InfiniteFuture();
  }
  return absl::FromUnixMicros(micros);
}

void AppendUint64(uint64_t number, std::string* out) {
  for (int shift = 56; shift >= 0; shift -= 8) {
    out->push_back(static_cast<char>(number >> shift & 0xff));
  }
}

void AppendTime(absl::Time time, std::string* out) {
  AppendUint64(static_cast<uint64_t>(ToMicros(time)) ^ kSignBit, out);
}

std::optional<uint64_t> TakeUint64(absl::string_view* bytes) {
  if (bytes->size() < 8) return std::nullopt;
  uint64_t number = 0;
  for (const char c : bytes->substr(0, 8)) {
    number = number << 8 | static_cast<unsigned char>(c);
  }
  bytes->remove_prefix(8);
  return number;
}

std::optional<absl::Time> TakeTime(absl::string_view* bytes) {
  const std::optional<uint64_t> number = TakeUint64(bytes);
  if (!number) return std::nullopt;
  return FromMicros(static_cast<int64_t>(*number ^ kSignBit));
}

std::string TenantPrefix(absl::string_view tenant) {
  std::string key;
  AppendId(tenant, &key);
  return key;
}

std::optional<TenantId> TenantOfKey(absl::string_view key) {
  return TakeId(&key);
}

std::string ActorPrefix(absl::string_view tenant, const Actor& actor) {
  std::string key = TenantPrefix(tenant);
  key.push_back(static_cast<char>(actor.kind));
  AppendId(actor.id, &key);
  return key;
}

std::string EventKeyOf(absl::string_view tenant, const Actor& actor,
                       const TrackPosition& position) {
  std::string key = ActorPrefix(tenant, actor);
  AppendTime(position.time, &key);
  return key + position.id;
}

std::optional<EventKey> ParseEventKey(absl::string_view key) {
  std::optional<std::string> tenant = TakeId(&key);
  if (!tenant) return std::nullopt;
  const std::optional<ActorKind> kind = TakeActorKind(&key);
  if (!kind) return std::nullopt;
  std::optional<std::string> actor = TakeId(&key);
  if (!actor) return std::nullopt;
  const std::optional<uint64_t> time = TakeUint64(&key);
  if (!time) return std::nullopt;
  return EventKey{
      *std::move(tenant),
      {*kind, *std::move(actor)},
      {FromMicros(static_cast<int64_t>(*time ^ kSignBit)), std::string(key)}};
}

std::string EventKeyStart(absl::string_view tenant, const Actor& actor,
                          absl::Time time) {
  return EventKeyOf(tenant, actor, {time, ""});
}

std::optional<std::string> CompleteEventKey(absl::string_view start,
                                            absl::string_view id) {
  const std::optional<EventKey> key = ParseEventKey(start);
  if (!key) return std::nullopt;
  return EventKeyOf(key->tenant, key->actor,
                    {key->position.time, std::string(id)});
}

std::string SequenceKey(absl::string_view tenant, int64_t sequence) {
  assert(sequence >= 0);
  std::string key = TenantPrefix(tenant);
  AppendUint64(static_cast<uint64_t>(sequence), &key);
  return key;
}

std::optional<int64_t> SequenceOfKey(absl::string_view key) {
  if (!TakeId(&key) || key.size() != 8) return std::nullopt;
  return static_cast<int64_t>(*TakeUint64(&key));
}

std::string IdKey(absl::string_view tenant, absl::string_view id) {
  std::string key = TenantPrefix(tenant);
  key.append(id.data(), id.size());
  return key;
}

std::string EntryKey(absl::string_view tenant, EntryKind kind,
                     absl::string_view id) {
  std::string key = TenantPrefix(tenant);
  key.push_back(static_cast<char>(kind));
  key.append(id.data(), id.size());
  return key;
}

std::string PersonKey(absl::string_view tenant, ActorKind kind,
                      absl::string_view id) {
  std::string key = EntryKey(tenant, EntryKind::kRosterPerson, "");
  key.push_back(static_cast<char>(kind));
  key.append(id.data(), id.size());
  return key;
}

std::string MemberPrefix(absl::string_view tenant, absl::string_view class_id) {
  std::string key = EntryKey(tenant, EntryKind::kRosterMember, "");
  AppendId(class_id, &key);
  return key;
}

std::string MemberKey(absl::string_view tenant, absl::string_view class_id,
                      const Actor& actor) {
  std::string key = MemberPrefix(tenant, class_id);
  key.push_back(static_cast<char>(actor.kind));
  return key + actor.id;
}

std::string RequestKey(absl::string_view tenant, absl::string_view learner,
                       absl::string_view request_id) {
  std::string key = EntryKey(tenant, EntryKind::kListRequest, "");
  AppendId(learner, &key);
  key.append(request_id.data(), request_id.size());
  return key;
}

std::string PushRequestKey(absl::string_view tenant, absl::string_view teacher,
                           absl::string_view request_id) {
  std::string key = EntryKey(tenant, EntryKind::kPushRequest, "");
  AppendId(teacher, &key);
  key.append(request_id.data(), request_id.size());
  return key;
}

std::string PushDeliveryPrefix(absl::string_view tenant,
                               absl::string_view push) {
  std::string key = EntryKey(tenant, EntryKind::kPushDelivery, "");
  AppendId(push, &key);
  return key;
}

std::string PushDeliveryKey(absl::string_view tenant, absl::string_view push,
                            absl::string_view learner) {
  std::string key = PushDeliveryPrefix(tenant, push);
  key.append(learner.data(), learner.size());
  return key;
}

std::string PushVersionKey(absl::string_view tenant, int64_t sequence) {
  std::string key = EntryKey(tenant, EntryKind::kPushVersion, "");
  AppendUint64(static_cast<uint64_t>(sequence), &key);
  return key;
}

std::string PushFeedPrefix(absl::string_view tenant, const Audience& audience) {
  return AudiencePrefix(tenant, EntryKind::kPushFeed, audience);
}

std::string PushFeedKey(absl::string_view tenant, const Audience& audience,
                        int64_t sequence) {
  std::string key = PushFeedPrefix(tenant, audience);
  AppendUint64(static_cast<uint64_t>(sequence), &key);
  return key;
}

std::string PushNewestPrefix(absl::string_view tenant,
                             const Audience& audience) {
  return AudiencePrefix(tenant, EntryKind::kPushNewest, audience);
}

std::string PushNewestKey(absl::string_view tenant, const Audience& audience,
                          int64_t sequence) {
  std::string key = PushNewestPrefix(tenant, audience);
  AppendUint64(~static_cast<uint64_t>(sequence), &key);
  return key;
}

}  // namespace evenlight
