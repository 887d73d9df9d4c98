// LearnerService: what learners are believed to know, and their goals. Its
// promises are in
// proto/evenlight/v1/learner_service.proto.

#ifndef EVENLIGHT_SERVICES_SERVER_LEARNER_SERVICE_H_
#define EVENLIGHT_SERVICES_SERVER_LEARNER_SERVICE_H_

#include "core/clock.h"
#include "evenlight/v1/learner_service.grpc.pb.h"
#include "recommender/ingest/state_reader.h"
#include "recommender/lifecycle/model_registry.h"
#include "services/server/call_runner.h"
#include "services/server/catalog_cache.h"
#include "services/server/learner_goals.h"
#include "storage/roster_store.h"

namespace evenlight {

// Thread-safe.
class LearnerService final
    : public v1::LearnerService::WithRawCallbackMethod_GetLearnerState<
          v1::LearnerService::WithRawCallbackMethod_SetGoal<
              v1::LearnerService::WithRawCallbackMethod_GetGoal<
                  v1::LearnerService::Service>>> {
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

  // `runner` and `goals` outlive it.
  LearnerService(const CallRunner* runner, Parts parts, LearnerGoals* goals)
      : runner_(*runner),
        parts_(parts),
        roster_(parts.database),
        goals_(*goals) {}

  grpc::ServerUnaryReactor* GetLearnerState(
      grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
      grpc::ByteBuffer* response) override;

  grpc::ServerUnaryReactor* SetGoal(grpc::CallbackServerContext* context,
                                    const grpc::ByteBuffer* request,
                                    grpc::ByteBuffer* response) override;

  grpc::ServerUnaryReactor* GetGoal(grpc::CallbackServerContext* context,
                                    const grpc::ByteBuffer* request,
                                    grpc::ByteBuffer* response) override;

 private:
  absl::Status Get(const TenantId& tenant,
                   const v1::GetLearnerStateRequest& request,
                   v1::LearnerState* response) const;

  const CallRunner& runner_;
  const Parts parts_;
  const RosterStore roster_;
  LearnerGoals& goals_;
};

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_SERVER_LEARNER_SERVICE_H_
