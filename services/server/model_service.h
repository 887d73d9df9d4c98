// ModelService: the model versions of a tenant, and copies of the database. Its
// promises are in proto/evenlight/v1/model_service.proto.

#ifndef EVENLIGHT_SERVICES_SERVER_MODEL_SERVICE_H_
#define EVENLIGHT_SERVICES_SERVER_MODEL_SERVICE_H_

#include <string>

#include "evenlight/v1/model_service.grpc.pb.h"
#include "recommender/lifecycle/model_loader.h"
#include "services/server/call_runner.h"
#include "services/server/checkpoints.h"

namespace evenlight {

// Thread-safe.
class ModelService final
    : public v1::ModelService::WithRawCallbackMethod_ListModels<
          v1::ModelService::WithRawCallbackMethod_ActivateModel<
              v1::ModelService::WithRawCallbackMethod_RollbackModel<
                  v1::ModelService::WithRawCallbackMethod_CreateCheckpoint<
                      v1::ModelService::Service>>>> {
 public:
  // Everything outlives it.
  ModelService(const CallRunner* runner, ModelLoader* loader,
               Checkpoints* checkpoints, std::string model_dir);

  grpc::ServerUnaryReactor* ListModels(grpc::CallbackServerContext* context,
                                       const grpc::ByteBuffer* request,
                                       grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* ActivateModel(grpc::CallbackServerContext* context,
                                          const grpc::ByteBuffer* request,
                                          grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* RollbackModel(grpc::CallbackServerContext* context,
                                          const grpc::ByteBuffer* request,
                                          grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* CreateCheckpoint(
      grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
      grpc::ByteBuffer* response) override;

 private:
  absl::Status List(const TenantId& tenant, v1::ListModelsResponse* response);
  absl::Status Activate(const TenantId& tenant, int64_t version,
                        v1::ActivateModelResponse* response);
  absl::Status MakeCheckpoint(v1::CreateCheckpointResponse* response);

  const CallRunner& runner_;
  ModelLoader& loader_;
  Checkpoints& checkpoints_;
  const std::string model_dir_;  // Absolute.
};

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_SERVER_MODEL_SERVICE_H_
