#include "storage/check_entries.h"

#include <optional>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "core/status_macros.h"
#include "storage/data_directory.h"
#include "storage/keys.h"
#include "storage/push_records.h"
#include "storage/records.h"

namespace evenlight {
namespace {

absl::Status BadKey() {
  return absl::DataLossError("the key is none that this build makes");
}
absl::Status BadValue(absl::string_view what) {
  return absl::DataLossError(absl::StrCat("the value is not ", what));
}

// Takes the bytes before the next zero byte, and that byte.
std::optional<absl::string_view> TakeName(absl::string_view* rest) {
  const size_t end = rest->find('\0');
  if (end == absl::string_view::npos) return std::nullopt;
  const absl::string_view name = rest->substr(0, end);
  rest->remove_prefix(end + 1);
  return name;
}

bool TakeValidId(absl::string_view* rest) {
  const auto id = TakeName(rest);
  return id.has_value() && IsValidId(*id);
}

std::optional<ActorKind> TakeKind(absl::string_view* rest) {
  if (rest->empty()) return std::nullopt;
  const auto kind = static_cast<ActorKind>(rest->front());
  rest->remove_prefix(1);
  if (kind != ActorKind::kLearner && kind != ActorKind::kTeacher) {
    return std::nullopt;
  }
  return kind;
}

// A sequence from 1 on, and nothing behind it.
std::optional<int64_t> WholeSequence(absl::string_view bytes) {
  const std::optional<uint64_t> number = TakeUint64(&bytes);
  if (!number || !bytes.empty()) return std::nullopt;
  const auto sequence = static_cast<int64_t>(*number);
  return sequence > 0 ? std::optional<int64_t>(sequence) : std::nullopt;
}

bool IsEventKey(absl::string_view key) {
  const std::optional<EventKey> parts = ParseEventKey(key);
  return parts.has_value() && IsValidId(parts->tenant) &&
         IsValidId(parts->actor.id) && IsValidId(parts->position.id) &&
         EventKeyOf(parts->tenant, parts->actor, parts->position) == key;
}

absl::Status CheckEvent(absl::string_view key, absl::string_view value) {
  if (!IsEventKey(key)) return BadKey();
  const absl::StatusOr<Event> event = DecodeEvent(*ParseEventKey(key), value);
  if (event.ok() && event->sequence <= 0) return BadValue("a stored event");
  return event.status();
}

absl::Status CheckSequence(absl::string_view rest, absl::string_view value) {
  if (!WholeSequence(rest)) return BadKey();
  // Without an id; format 1 has it.
  return IsEventKey(value) || IsEventKey(absl::StrCat(value, "e"))
             ? absl::OkStatus()
             : BadValue("the start of an event's key");
}

absl::Status CheckEventId(const TenantId& tenant, absl::string_view rest,
                          absl::string_view value) {
  if (!IsValidId(rest)) return BadKey();
  ASSIGN_OR_RETURN(const int64_t sequence,
                   DecodeSequenceOfId(tenant, EventId(rest), value));
  return sequence > 0 ? absl::OkStatus() : BadValue("a sequence");
}

absl::Status CheckState(const TenantId& tenant, absl::string_view rest,
                        absl::string_view value) {
  if (!IsValidId(rest)) return BadKey();
  return DecodeLearnerState(tenant, LearnerId(rest), value).status();
}

absl::Status CheckCatalog(const TenantId& tenant, EntryKind kind,
                          absl::string_view rest, absl::string_view value) {
  if (kind == EntryKind::kCatalogVersion) {
    if (!rest.empty()) return BadKey();
    return value.size() == 8 ? absl::OkStatus() : BadValue("a version");
  }
  if (!IsValidId(rest)) return BadKey();
  const std::string id(rest);
  if (kind == EntryKind::kCatalogKc)
    return DecodeKc(tenant, id, value).status();
  if (kind == EntryKind::kCatalogResource) {
    return DecodeResource(tenant, id, value).status();
  }
  return BadKey();
}

absl::Status CheckRoster(const TenantId& tenant, EntryKind kind,
                         absl::string_view rest, absl::string_view value) {
  if (kind == EntryKind::kRosterMember && !TakeValidId(&rest)) return BadKey();
  std::optional<ActorKind> actor;
  if (kind == EntryKind::kRosterMember || kind == EntryKind::kRosterPerson) {
    actor = TakeKind(&rest);
    if (!actor) return BadKey();
  }
  if (!IsValidId(rest)) return BadKey();
  const std::string id(rest);
  switch (kind) {
    case EntryKind::kRosterMember:
      return value.empty() ? absl::OkStatus() : BadValue("empty");
    case EntryKind::kRosterPerson:
      return DecodePerson(tenant, {*actor, id}, value).status();
    case EntryKind::kRosterSchool:
      return DecodeSchool(tenant, id, value).status();
    case EntryKind::kRosterClass:
      return DecodeClass(tenant, id, value).status();
    case EntryKind::kRosterGoal:
      return DecodeGoal(tenant, id, value).status();
    default:
      return BadKey();
  }
}

// The two indexes of pushes by audience.
absl::Status CheckAudience(EntryKind kind, absl::string_view rest,
                           absl::string_view value) {
  if (rest.empty()) return BadKey();
  const char audience = rest.front();
  rest.remove_prefix(1);
  if (audience != static_cast<char>(AudienceKind::kClass) &&
      audience != static_cast<char>(AudienceKind::kLearner)) {
    return BadKey();
  }
  if (!TakeValidId(&rest) || rest.size() != 8) return BadKey();
  if (kind == EntryKind::kPushFeed) {
    if (!WholeSequence(rest)) return BadKey();
    return value.empty() ? absl::OkStatus() : BadValue("empty");
  }
  if (!TakeTime(&value) || !TakeTime(&value) || !IsValidId(value)) {
    return BadValue("two times and a push");
  }
  return absl::OkStatus();
}

absl::Status CheckList(const TenantId& tenant, EntryKind kind,
                       absl::string_view rest, absl::string_view value) {
  switch (kind) {
    case EntryKind::kList:
      if (!IsValidId(rest)) return BadKey();
      return DecodeList(tenant, ListId(rest), value).status();
    case EntryKind::kListRequest:  // The request id may be any bytes.
      if (!TakeValidId(&rest)) return BadKey();
      return IsValidId(value) ? absl::OkStatus() : BadValue("a list's id");
    case EntryKind::kPushRequest:
      if (!TakeValidId(&rest)) return BadKey();
      return WholeSequence(value) ? absl::OkStatus() : BadValue("a sequence");
    case EntryKind::kPush:
      if (!IsValidId(rest)) return BadKey();
      return WholeSequence(value) ? absl::OkStatus() : BadValue("a sequence");
    case EntryKind::kPushVersion: {
      const std::optional<int64_t> sequence = WholeSequence(rest);
      if (!sequence) return BadKey();
      return DecodePush(tenant, *sequence, value).status();
    }
    case EntryKind::kPushDelivery:
      if (!TakeValidId(&rest) || !IsValidId(rest)) return BadKey();
      return TakeTime(&value) && TakeTime(&value) && WholeSequence(value)
                 ? absl::OkStatus()
                 : BadValue("two times and a sequence");
    case EntryKind::kPushFeed:
    case EntryKind::kPushNewest:
      return CheckAudience(kind, rest, value);
    default:
      return BadKey();
  }
}

}  // namespace

absl::Status CheckEntry(Family family, absl::string_view key,
                        absl::string_view value) {
  if (family == Family::kMeta) {
    return key == kFormatKey ? CheckFormat("here", value).status() : BadKey();
  }
  if (family == Family::kEvents) return CheckEvent(key, value);
  absl::string_view rest = key;
  const auto name = TakeName(&rest);
  if (!name || !IsValidId(*name)) return BadKey();
  const TenantId tenant(*name);
  if (family == Family::kEventsBySequence) return CheckSequence(rest, value);
  if (family == Family::kEventIds) return CheckEventId(tenant, rest, value);
  if (family == Family::kLearnerState) return CheckState(tenant, rest, value);
  if (rest.empty()) return BadKey();
  const auto kind = static_cast<EntryKind>(rest.front());
  rest.remove_prefix(1);
  if (family == Family::kCatalog)
    return CheckCatalog(tenant, kind, rest, value);
  if (family == Family::kRoster) return CheckRoster(tenant, kind, rest, value);
  return CheckList(tenant, kind, rest, value);
}

NumEntries CheckEntries(const Database& database, Report report) {
  NumEntries num_entries = {};
  for (size_t family = 0; family < kFamilyNames.size(); ++family) {
    const absl::Status scanned = database.Scan(
        static_cast<Family>(family), "", "",
        [&](absl::string_view key, absl::string_view value) {
          ++num_entries[family];
          const absl::Status status =
              CheckEntry(static_cast<Family>(family), key, value);
          if (status.ok()) return true;
          // A state is made anew from the log.
          const bool is_state =
              family == static_cast<size_t>(Family::kLearnerState);
          report({absl::StrCat("family ", kFamilyNames[family], " key ",
                               absl::CHexEscape(key)),
                  std::string(status.message()),
                  is_state ? "nothing: the next event or read refolds it"
                           : kRestoreABackup,
                  is_state});
          return true;
        });
    if (scanned.ok()) continue;
    report({absl::StrCat("family ", kFamilyNames[family]),
            absl::StrCat("cannot be read to its end: ", scanned.message()),
            kRestoreABackup, false});
  }
  return num_entries;
}

}  // namespace evenlight
