// Keeps schools, classes and people of each tenant, and who is in which class.

#ifndef EVENLIGHT_STORAGE_ROSTER_STORE_H_
#define EVENLIGHT_STORAGE_ROSTER_STORE_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/ids.h"
#include "core/roster.h"
#include "storage/database.h"

namespace evenlight {

// Thread-safe, but two PutPerson() of one person must not run together.
// `database` outlives it.
class RosterStore {
 public:
  explicit RosterStore(Database* database) : database_(*database) {}

  // Add one entry to `batch`, in place of an earlier one with its id.
  void Put(const TenantId& tenant, const School& school,
           WriteBatch* batch) const;
  void Put(const TenantId& tenant, const SchoolClass& school_class,
           WriteBatch* batch) const;

  // The same for a person, together with the membership in their classes; reads
  // the stored person to leave classes they are no longer in.
  absl::Status PutPerson(const TenantId& tenant, const Person& person,
                         WriteBatch* batch) const;

  // nullopt if there is none.
  absl::StatusOr<std::optional<School>> GetSchool(const TenantId& tenant,
                                                  const SchoolId& id) const;
  absl::StatusOr<std::optional<SchoolClass>> GetClass(const TenantId& tenant,
                                                      const ClassId& id) const;
  absl::StatusOr<std::optional<Person>> GetPerson(const TenantId& tenant,
                                                  const Actor& actor) const;

  // Empty lists for a class that nobody is in.
  absl::StatusOr<ClassMembers> GetMembers(const TenantId& tenant,
                                          const ClassId& id) const;

  // Call `visit` in the order of ids, from `from` on, until it returns false.
  absl::Status ListClasses(
      const TenantId& tenant, const ClassId& from,
      absl::FunctionRef<bool(const SchoolClass&)> visit) const;
  absl::Status ListPeople(const TenantId& tenant, ActorKind kind,
                          absl::FunctionRef<bool(const Person&)> visit) const;

 private:
  Database& database_;
};

}  // namespace evenlight

#endif  // EVENLIGHT_STORAGE_ROSTER_STORE_H_
