#include "storage/roster_store.h"

#include <algorithm>
#include <utility>

#include "core/status_macros.h"
#include "storage/keys.h"
#include "storage/records.h"
#include "storage/scan.h"

namespace evenlight {
namespace {

// What `batch` already does to a roster key; nullptr if nothing.
const WriteBatch::Change* LastChange(const WriteBatch& batch,
                                     absl::string_view key) {
  const auto& changes = batch.changes();
  const auto found = std::find_if(
      changes.rbegin(), changes.rend(), [key](const WriteBatch::Change& c) {
        return c.family == Family::kRoster && c.key == key;
      });
  return found == changes.rend() ? nullptr : &*found;
}

}  // namespace

void RosterStore::Put(const TenantId& tenant, const School& school,
                      WriteBatch* batch) const {
  batch->Put(Family::kRoster,
             EntryKey(tenant, EntryKind::kRosterSchool, school.id),
             EncodeSchool(school));
}

void RosterStore::Put(const TenantId& tenant, const SchoolClass& school_class,
                      WriteBatch* batch) const {
  batch->Put(Family::kRoster,
             EntryKey(tenant, EntryKind::kRosterClass, school_class.id),
             EncodeClass(school_class));
}

absl::Status RosterStore::PutPerson(const TenantId& tenant,
                                    const Person& person,
                                    WriteBatch* batch) const {
  const std::string key = PersonKey(tenant, person.actor.kind, person.actor.id);
  // The person may be in the batch already, then in classes of that entry.
  std::optional<Person> earlier;
  if (const WriteBatch::Change* change = LastChange(*batch, key)) {
    if (change->value) {
      ASSIGN_OR_RETURN(earlier,
                       DecodePerson(tenant, person.actor, *change->value));
    }
  } else {
    ASSIGN_OR_RETURN(earlier, GetPerson(tenant, person.actor));
  }
  if (earlier) {
    for (const ClassId& left : earlier->classes) {
      batch->Delete(Family::kRoster, MemberKey(tenant, left, person.actor));
    }
  }
  for (const ClassId& joined : person.classes) {
    batch->Put(Family::kRoster, MemberKey(tenant, joined, person.actor), "");
  }
  batch->Put(Family::kRoster, key, EncodePerson(person));
  return absl::OkStatus();
}

absl::StatusOr<std::optional<School>> RosterStore::GetSchool(
    const TenantId& tenant, const SchoolId& id) const {
  ASSIGN_OR_RETURN(
      const std::optional<std::string> bytes,
      database_.Get(Family::kRoster,
                    EntryKey(tenant, EntryKind::kRosterSchool, id)));
  if (!bytes) return std::optional<School>();
  return DecodeSchool(tenant, id, *bytes);
}

absl::StatusOr<std::optional<SchoolClass>> RosterStore::GetClass(
    const TenantId& tenant, const ClassId& id) const {
  ASSIGN_OR_RETURN(
      const std::optional<std::string> bytes,
      database_.Get(Family::kRoster,
                    EntryKey(tenant, EntryKind::kRosterClass, id)));
  if (!bytes) return std::optional<SchoolClass>();
  return DecodeClass(tenant, id, *bytes);
}

absl::StatusOr<std::optional<Person>> RosterStore::GetPerson(
    const TenantId& tenant, const Actor& actor) const {
  ASSIGN_OR_RETURN(
      const std::optional<std::string> bytes,
      database_.Get(Family::kRoster, PersonKey(tenant, actor.kind, actor.id)));
  if (!bytes) return std::optional<Person>();
  return DecodePerson(tenant, actor, *bytes);
}

absl::StatusOr<ClassMembers> RosterStore::GetMembers(const TenantId& tenant,
                                                     const ClassId& id) const {
  ClassMembers members;
  const std::string prefix = MemberPrefix(tenant, id);
  RETURN_IF_ERROR(database_.Scan(
      Family::kRoster, prefix, PrefixEnd(prefix),
      [&](absl::string_view key, absl::string_view) {
        key.remove_prefix(prefix.size());
        const bool is_learner =
            static_cast<ActorKind>(key[0]) == ActorKind::kLearner;
        auto& people = is_learner ? members.learners : members.teachers;
        people.emplace_back(key.substr(1));
        return true;
      }));
  return members;
}

absl::Status RosterStore::ListClasses(
    const TenantId& tenant, const ClassId& from,
    absl::FunctionRef<bool(const SchoolClass&)> visit) const {
  const std::string prefix = EntryKey(tenant, EntryKind::kRosterClass, "");
  return ScanRange(database_, Family::kRoster, prefix + from, PrefixEnd(prefix),
                   [&](absl::string_view key,
                       absl::string_view value) -> absl::StatusOr<bool> {
                     const ClassId id(key.substr(prefix.size()));
                     ASSIGN_OR_RETURN(const SchoolClass entry,
                                      DecodeClass(tenant, id, value));
                     return visit(entry);
                   });
}

absl::Status RosterStore::ListPeople(
    const TenantId& tenant, ActorKind kind,
    absl::FunctionRef<bool(const Person&)> visit) const {
  const std::string prefix = PersonKey(tenant, kind, "");
  return ScanRange(
      database_, Family::kRoster, prefix, PrefixEnd(prefix),
      [&](absl::string_view key,
          absl::string_view value) -> absl::StatusOr<bool> {
        const Actor actor{kind, std::string(key.substr(prefix.size()))};
        ASSIGN_OR_RETURN(const Person person,
                         DecodePerson(tenant, actor, value));
        return visit(person);
      });
}

}  // namespace evenlight
