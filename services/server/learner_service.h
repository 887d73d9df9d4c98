// LearnerService: what learners are believed to know. Its promises are in
// proto/evenlight/v1/learner_service.proto.

#ifndef EVENLIGHT_SERVICES_SERVER_LEARNER_SERVICE_H_
#define EVENLIGHT_SERVICES_SERVER_LEARNER_SERVICE_H_

#include "core/clock.h"
#include "evenlight/v1/learner_service.grpc.pb.h"
#include "recommender/ingest/state_reader.h"
#include "recommender/lifecycle/model_registry.h"
#include "services/server/call_runner.h"
#include "services/server/catalog_cache.h"
#include "storage/roster_store.h"

namespace evenlight {

// Thread-safe.
class LearnerService final
    : public v1::LearnerService::WithRawCallbackMethod_GetLearnerState<
          v1::LearnerService::Service> {
 public:
  // All outlive it.
  struct Parts {
    const Clock* clock;
    Database* database;
    CatalogCache* catalogs;
    const ModelRegistry* registry;
    const StateReader* states;
    float mastered_p_known;  // RankingPolicy::mastered_p_known.
  };

  // `runner` outlives it.
  LearnerService(const CallRunner* runner, Parts parts)
      : runner_(*runner), parts_(parts), roster_(parts.database) {}

  grpc::ServerUnaryReactor* GetLearnerState(
      grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
      grpc::ByteBuffer* response) override;

 private:
  absl::Status Get(const TenantId& tenant,
                   const v1::GetLearnerStateRequest& request,
                   v1::LearnerState* response) const;

  const CallRunner& runner_;
  const Parts parts_;
  const RosterStore roster_;
};

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_SERVER_LEARNER_SERVICE_H_
