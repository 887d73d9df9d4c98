// Any bytes as an entry of the database (the first byte is the family, the
// second the length of the key), as a manifest or as a backup's record: a value
// or DATA_LOSS; and a value is the same after a round trip.

#include <cstdint>
#include <cstdlib>
#include <string>

#include "storage/backup_record.h"
#include "storage/check_entries.h"
#include "storage/goal_store.h"
#include "storage/keys.h"
#include "storage/model_manifest.h"
#include "storage/push_records.h"
#include "storage/records.h"
#include "storage/sealed_bytes.h"

namespace evenlight {
namespace {

constexpr char kTenant[] = "t1";

// `encode` of what `decoded` holds decodes to the same bytes again.
template <typename Value, typename Encode, typename Decode>
void RoundTrip(const absl::StatusOr<Value>& decoded, Encode encode,
               Decode decode) {
  if (!decoded.ok()) return;
  const std::string bytes = encode(*decoded);
  const absl::StatusOr<Value> again = decode(bytes);
  if (!again.ok() || encode(*again) != bytes) std::abort();
}

void CheckValues(absl::string_view value) {
  const EventKey key = {
      kTenant, {ActorKind::kLearner, "l1"}, {absl::UnixEpoch(), "e1"}};
  const Actor actor = key.actor;
#define EVENLIGHT_ROUND_TRIP(decode_call, encode)                             \
  {                                                                           \
    const auto decode = [&](absl::string_view bytes) { return decode_call; }; \
    RoundTrip(                                                                \
        decode(value), [](const auto& v) { return encode(v); }, decode);      \
  }
  EVENLIGHT_ROUND_TRIP(DecodeEvent(key, bytes), EncodeEvent)
  EVENLIGHT_ROUND_TRIP(DecodeSequenceOfId(kTenant, "e1", bytes),
                       EncodeSequenceOfId)
  EVENLIGHT_ROUND_TRIP(DecodeLearnerState(kTenant, "l1", bytes),
                       EncodeLearnerState)
  EVENLIGHT_ROUND_TRIP(DecodeResource(kTenant, "r1", bytes), EncodeResource)
  EVENLIGHT_ROUND_TRIP(DecodeKc(kTenant, "k1", bytes), EncodeKc)
  EVENLIGHT_ROUND_TRIP(DecodeSchool(kTenant, "s1", bytes), EncodeSchool)
  EVENLIGHT_ROUND_TRIP(DecodeClass(kTenant, "c1", bytes), EncodeClass)
  EVENLIGHT_ROUND_TRIP(DecodePerson(kTenant, actor, bytes), EncodePerson)
  EVENLIGHT_ROUND_TRIP(DecodeGoal(kTenant, "l1", bytes), EncodeGoal)
  EVENLIGHT_ROUND_TRIP(DecodeList(kTenant, "a1", bytes), EncodeList)
  EVENLIGHT_ROUND_TRIP(DecodePush(kTenant, 1, bytes), EncodePush)
#undef EVENLIGHT_ROUND_TRIP
}

void CheckKey(absl::string_view key) {
  (void)TenantOfKey(key);
  (void)SequenceOfKey(key);
  const auto event = ParseEventKey(key);
  if (!event) return;
  const std::string again =
      EventKeyOf(event->tenant, event->actor, event->position);
  if (again != key) std::abort();
}

// Behind their checksum, which no fuzzer would guess.
void CheckSealed(absl::string_view bytes) {
  for (const std::string& sealed : {std::string(bytes), Seal(bytes)}) {
    (void)DecodeManifest(sealed, kTenant, "here");
    (void)DecodeBackup(sealed, "here");
  }
}

}  // namespace
}  // namespace evenlight

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  using evenlight::Family;
  if (size < 2) return 0;
  const absl::string_view rest(reinterpret_cast<const char*>(bytes) + 2,
                               size - 2);
  const absl::string_view key = rest.substr(0, bytes[1]);
  const absl::string_view value = rest.substr(key.size());
  const size_t selector = bytes[0] % (evenlight::kFamilyNames.size() + 2);
  if (selector == evenlight::kFamilyNames.size()) {
    evenlight::CheckSealed(rest);
  } else if (selector > evenlight::kFamilyNames.size()) {
    evenlight::CheckValues(rest);
  } else {
    evenlight::CheckKey(key);
    (void)evenlight::CheckEntry(static_cast<Family>(selector), key, value);
  }
  return 0;
}
