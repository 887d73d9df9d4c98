// What RosterService does, without the network: checks and writes schools,
// classes and people, and answers from storage.

#ifndef EVENLIGHT_SERVICES_SERVER_ROSTER_EDITS_H_
#define EVENLIGHT_SERVICES_SERVER_ROSTER_EDITS_H_

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "core/ids.h"
#include "core/mutex.h"
#include "storage/database.h"
#include "storage/roster_store.h"

namespace evenlight {

namespace v1 {
class GetClassRequest;
class GetClassResponse;
class ListClassesRequest;
class ListClassesResponse;
class UpsertClassesRequest;
class UpsertClassesResponse;
class UpsertPeopleRequest;
class UpsertPeopleResponse;
class UpsertSchoolsRequest;
class UpsertSchoolsResponse;
}  // namespace v1

// Thread-safe. Each method is the one of roster_service.proto.
class RosterEdits {
 public:
  // `database` outlives it.
  explicit RosterEdits(Database* database)
      : database_(*database), roster_(database) {}

  absl::Status UpsertSchools(const TenantId& tenant,
                             const v1::UpsertSchoolsRequest& request,
                             v1::UpsertSchoolsResponse* response)
      ABSL_LOCKS_EXCLUDED(write_mu_);
  absl::Status UpsertClasses(const TenantId& tenant,
                             const v1::UpsertClassesRequest& request,
                             v1::UpsertClassesResponse* response)
      ABSL_LOCKS_EXCLUDED(write_mu_);
  absl::Status UpsertPeople(const TenantId& tenant,
                            const v1::UpsertPeopleRequest& request,
                            v1::UpsertPeopleResponse* response)
      ABSL_LOCKS_EXCLUDED(write_mu_);
  absl::Status GetClass(const TenantId& tenant,
                        const v1::GetClassRequest& request,
                        v1::GetClassResponse* response);
  absl::Status ListClasses(const TenantId& tenant,
                           const v1::ListClassesRequest& request,
                           v1::ListClassesResponse* response);

 private:
  Database& database_;
  const RosterStore roster_;
  // Writes go one by one, over their I/O: a person's write reads the one
  // before.
  Mutex write_mu_;
};

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_SERVER_ROSTER_EDITS_H_
