#include "services/server/model_service.h"

#include <filesystem>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/status_macros.h"
#include "services/server/convert_value.h"

namespace evenlight {
namespace {

void FromVersion(const ModelVersionState& from, v1::Model* to) {
  to->set_version(from.summary.version);
  to->set_state(v1::Model::STATE_AVAILABLE);
  if (from.is_serving) to->set_state(v1::Model::STATE_SERVING);
  const absl::Status& problem =
      from.problem.ok() ? from.summary.status : from.problem;
  if (!problem.ok()) {
    if (!from.is_serving) to->set_state(v1::Model::STATE_BROKEN);
    to->set_problem(std::string(problem.message()));
  }
  *to->mutable_publish_time() = ToTimestamp(from.summary.publish_time);
  to->set_num_events(from.summary.num_events);
  to->set_pinned(from.is_pinned);
}

}  // namespace

ModelService::ModelService(const CallRunner* runner, ModelLoader* loader,
                           Checkpoints* checkpoints, std::string model_dir)
    : runner_(*runner),
      loader_(*loader),
      checkpoints_(*checkpoints),
      model_dir_(std::filesystem::absolute(model_dir).lexically_normal()) {}

grpc::ServerUnaryReactor* ModelService::ListModels(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return RunUnary<v1::ListModelsRequest, v1::ListModelsResponse>(
      runner_, Priority::kBulk, context, request, response,
      [this](const TenantId& tenant, const v1::ListModelsRequest&,
             v1::ListModelsResponse* answer) { return List(tenant, answer); });
}

absl::Status ModelService::List(const TenantId& tenant,
                                v1::ListModelsResponse* response) {
  ASSIGN_OR_RETURN(const std::vector<ModelVersionState> versions,
                   loader_.List(tenant));
  for (const ModelVersionState& version : versions) {
    FromVersion(version, response->add_models());
  }
  return absl::OkStatus();
}

grpc::ServerUnaryReactor* ModelService::ActivateModel(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return RunUnary<v1::ActivateModelRequest, v1::ActivateModelResponse>(
      runner_, Priority::kBulk, context, request, response,
      [this](const TenantId& tenant, const v1::ActivateModelRequest& parsed,
             v1::ActivateModelResponse* answer) {
        return Activate(tenant, parsed.version(), answer);
      });
}

absl::Status ModelService::Activate(const TenantId& tenant, int64_t version,
                                    v1::ActivateModelResponse* response) {
  if (version < 0) {
    FieldViolations violations;
    violations.Add(FieldPath(FieldPath(), "version"),
                   absl::StrCat(version, " is negative"));
    return violations.ToStatus();
  }
  ASSIGN_OR_RETURN(const int64_t serving, loader_.Activate(tenant, version));
  response->set_version(serving);
  return absl::OkStatus();
}

grpc::ServerUnaryReactor* ModelService::RollbackModel(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return RunUnary<v1::RollbackModelRequest, v1::RollbackModelResponse>(
      runner_, Priority::kBulk, context, request, response,
      [this](const TenantId& tenant, const v1::RollbackModelRequest&,
             v1::RollbackModelResponse* answer) -> absl::Status {
        ASSIGN_OR_RETURN(const int64_t serving, loader_.Rollback(tenant));
        answer->set_version(serving);
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* ModelService::CreateCheckpoint(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return RunUnary<v1::CreateCheckpointRequest, v1::CreateCheckpointResponse>(
      runner_, Priority::kBulk, context, request, response,
      [this](const TenantId&, const v1::CreateCheckpointRequest&,
             v1::CreateCheckpointResponse* answer) {
        return MakeCheckpoint(answer);
      });
}

absl::Status ModelService::MakeCheckpoint(
    v1::CreateCheckpointResponse* response) {
  ASSIGN_OR_RETURN(const Checkpoint made, checkpoints_.Create());
  response->set_directory(made.directory);
  *response->mutable_expire_time() = ToTimestamp(made.expire_time);
  response->set_model_directory(model_dir_);
  return absl::OkStatus();
}

}  // namespace evenlight
