// What PushService does, without the network: makes, changes and answers
// pushes.

#ifndef EVENLIGHT_SERVICES_SERVER_PUSH_EDITS_H_
#define EVENLIGHT_SERVICES_SERVER_PUSH_EDITS_H_

#include <functional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/catalog.h"
#include "core/clock.h"
#include "core/ids.h"
#include "recommender/ingest/committer.h"
#include "recommender/ingest/state_reader.h"
#include "recommender/lifecycle/model_registry.h"
#include "services/server/catalog_cache.h"
#include "services/server/field_violations.h"
#include "services/server/learner_day.h"
#include "services/server/name_maker.h"
#include "services/server/push_deliveries.h"
#include "services/server/push_minutes.h"
#include "services/server/request_gate.h"
#include "storage/push_store.h"
#include "storage/roster_store.h"

namespace evenlight {

namespace v1 {
class CreatePushRequest;
class CreatePushResponse;
class GetPushRequest;
class GetPushResponse;
class ListPushesRequest;
class ListPushesResponse;
class UpdatePushRequest;
class UpdatePushResponse;
}  // namespace v1

// Thread-safe. Each method is the one of push_service.proto.
class PushEdits {
 public:
  // Called with each version once it is on disk, in the order of commit, by the
  // call that made it: be quick. May be empty.
  using OnCommit =
      std::function<void(const TenantId& tenant, const StoredPush& push)>;

  // All outlive it.
  struct Parts {
    const Clock* clock;
    Database* database;
    CatalogCache* catalogs;
    const ModelRegistry* registry;
    const StateReader* states;
    Committer* committer;
    NameMaker* names;
    const LearnerDay* day;
    const PushDeliveries* deliveries;
  };

  PushEdits(Parts parts, OnCommit on_commit);

  absl::Status Create(const TenantId& tenant,
                      const v1::CreatePushRequest& request,
                      v1::CreatePushResponse* response);
  absl::Status Update(const TenantId& tenant,
                      const v1::UpdatePushRequest& request,
                      v1::UpdatePushResponse* response);
  absl::Status Get(const TenantId& tenant, const v1::GetPushRequest& request,
                   v1::GetPushResponse* response) const;
  absl::Status List(const TenantId& tenant,
                    const v1::ListPushesRequest& request,
                    v1::ListPushesResponse* response) const;

 private:
  struct Call;

  template <typename Request>
  static void Read(const Request& request, int min_edits, Call* call,
                   FieldViolations* violations);
  absl::StatusOr<StoredPush> Draft(const Call& call,
                                   const v1::CreatePushRequest& request) const;
  absl::Status FindLearners(const Call& call,
                            const v1::CreatePushRequest& request,
                            StoredPush* push) const;
  absl::Status CheckMinutes(const Call& call, const StoredPush* before,
                            StoredPush* push) const;
  absl::StatusOr<bool> FindAnswered(const Call& call, StoredPush* push) const;
  absl::Status Commit(const Call& call, const StoredPush* before,
                      StoredPush* push);

  const Parts parts_;
  const OnCommit on_commit_;
  const PushStore pushes_;
  const RosterStore roster_;
  const PushMinutes minutes_;
  // Writes of a tenant go one by one, over their I/O: each takes the sequence
  // after the one before. Teachers are few.
  RequestGate gate_;
};

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_SERVER_PUSH_EDITS_H_
