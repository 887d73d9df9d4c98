// Makes pushes delivered: what a learner's frontend says it has becomes
// DELIVERED events and the record that ListPushes answers. It sends nothing,
// see push_stream.h.

#ifndef EVENLIGHT_SERVICES_SERVER_PUSH_DELIVERIES_H_
#define EVENLIGHT_SERVICES_SERVER_PUSH_DELIVERIES_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/clock.h"
#include "core/executor.h"
#include "core/ids.h"
#include "core/mutex.h"
#include "recommender/ingest/committer.h"
#include "services/server/page_token.h"
#include "services/server/request_gate.h"
#include "storage/delivery_store.h"
#include "storage/push_store.h"

namespace evenlight {

namespace v1 {
class AcknowledgePushesRequest;
class AcknowledgePushesResponse;
class Push;
}  // namespace v1

// FAILED_PRECONDITION with reason RESUME_TOKEN_AHEAD if `sequence` is beyond
// `last`, that of the tenant's newest version.
absl::Status CheckNotAhead(int64_t sequence, int64_t last);

// Thread-safe.
class PushDeliveries {
 public:
  // All outlive it.
  PushDeliveries(const Clock* clock, Database* database, Committer* committer)
      : clock_(*clock),
        committer_(*committer),
        pushes_(database),
        deliveries_(database) {}

  // Has a thread run `task`, which may call Acknowledge(). Those that make
  // lists must not wait for the disk; of these, several wait for one commit.
  //
  // RESOURCE_EXHAUSTED: too many wait already.
  absl::Status Submit(std::function<void()> task);

  // Lets what was submitted end; no more is taken.
  void Stop() { executor_.Stop(); }

  // The method of push_service.proto. Waits for the disk.
  absl::Status Acknowledge(const TenantId& tenant,
                           const v1::AcknowledgePushesRequest& request,
                           v1::AcknowledgePushesResponse* response);

  // The learner's frontend has what streams sent up to `position`. Returns how
  // many versions were not known to be delivered; they are, on disk, each with
  // its event, when this returns: it waits for the disk. A learner's calls go
  // one by one.
  //
  // FAILED_PRECONDITION: as CheckNotAhead(). Others as Committer::Submit():
  // what was written before stays, and a later call goes on from there.
  absl::StatusOr<int32_t> Acknowledge(const TenantId& tenant,
                                      const LearnerId& learner,
                                      const PushPosition& position);

  // Adds to `to`, which is `push`, whose frontends have it: all, or the
  // audience alone if that is a learner.
  absl::Status AddTo(const TenantId& tenant, const StoredPush& push,
                     const Audience& audience, v1::Push* to) const;

 private:
  static constexpr int kNumThreads = 8;
  static constexpr int kMaxQueued = 10'000;

  struct Work;

  // Behind what a position stands for that was acknowledged before, if
  // `position` begins there; else its own begin.
  int64_t FirstUnknown(const std::string& key,
                       const PushPosition& position) const
      ABSL_LOCKS_EXCLUDED(mu_);
  void Remember(const std::string& key, const PushPosition& position)
      ABSL_LOCKS_EXCLUDED(mu_);

  absl::Status Deliver(const StoredPush& push, Work* work) const;
  absl::Status Commit(Work* work) const;

  const Clock& clock_;
  Committer& committer_;
  const PushStore pushes_;
  const DeliveryStore deliveries_;
  RequestGate gate_;  // By tenant and learner.
  mutable Mutex mu_;
  // The last acknowledged of some, by tenant and learner.
  absl::flat_hash_map<std::string, PushPosition> known_ ABSL_GUARDED_BY(mu_);
  Executor executor_{kNumThreads, kMaxQueued};  // Last: its tasks use the rest.
};

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_SERVER_PUSH_DELIVERIES_H_
