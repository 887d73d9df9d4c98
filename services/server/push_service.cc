#include "services/server/push_service.h"

namespace evenlight {

grpc::ServerUnaryReactor* PushService::CreatePush(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return RunUnary<v1::CreatePushRequest, v1::CreatePushResponse>(
      runner_, Priority::kRecord, context, request, response,
      [this](const TenantId& tenant, const auto& parsed, auto* answer) {
        return edits_.Create(tenant, parsed, answer);
      });
}

grpc::ServerUnaryReactor* PushService::UpdatePush(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return RunUnary<v1::UpdatePushRequest, v1::UpdatePushResponse>(
      runner_, Priority::kRecord, context, request, response,
      [this](const TenantId& tenant, const auto& parsed, auto* answer) {
        return edits_.Update(tenant, parsed, answer);
      });
}

grpc::ServerUnaryReactor* PushService::GetPush(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return RunUnary<v1::GetPushRequest, v1::GetPushResponse>(
      runner_, Priority::kRecommend, context, request, response,
      [this](const TenantId& tenant, const auto& parsed, auto* answer) {
        return edits_.Get(tenant, parsed, answer);
      });
}

grpc::ServerUnaryReactor* PushService::ListPushes(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return RunUnary<v1::ListPushesRequest, v1::ListPushesResponse>(
      runner_, Priority::kRecommend, context, request, response,
      [this](const TenantId& tenant, const auto& parsed, auto* answer) {
        return edits_.List(tenant, parsed, answer);
      });
}

grpc::ServerWriteReactor<grpc::ByteBuffer>* PushService::SubscribePushes(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request) {
  return streams_.Open(context, runner_.TenantOf(*context), *request);
}

grpc::ServerUnaryReactor* PushService::AcknowledgePushes(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return runner_.Run(
      context, Priority::kRecord,
      [this, request, response](const TenantId& tenant,
                                const CallRunner::Finish& finish) {
        const absl::Status queued =
            deliveries_.Submit([this, request, response, tenant, finish] {
              v1::AcknowledgePushesRequest parsed;
              v1::AcknowledgePushesResponse answer;
              absl::Status status = ParseBuffer(*request, &parsed);
              if (status.ok()) {
                status = deliveries_.Acknowledge(tenant, parsed, &answer);
              }
              if (status.ok()) *response = ToBuffer(answer.SerializeAsString());
              finish(status);
            });
        if (!queued.ok()) finish(queued);
      });
}

}  // namespace evenlight
