#include "services/server/recommendation_service.h"

#include <string>

namespace evenlight {

// The list is answered as the bytes that are stored: a retry gets the same.
grpc::ServerUnaryReactor* RecommendationService::RecommendResources(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return runner_.Run(
      context, Priority::kRecommend,
      [this, request, response](const TenantId& tenant,
                                const CallRunner::Finish& finish) {
        v1::RecommendResourcesRequest parsed;
        const absl::Status status = ParseBuffer(*request, &parsed);
        if (!status.ok()) return finish(status);
        const absl::StatusOr<std::string> list =
            learner_lists_.Recommend(tenant, parsed);
        if (list.ok()) *response = ToBuffer(*list);
        finish(list.status());
      });
}

grpc::ServerUnaryReactor* RecommendationService::RecommendForClass(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return RunUnary<v1::RecommendForClassRequest, v1::RecommendForClassResponse>(
      runner_, Priority::kRecommend, context, request, response,
      [this](const TenantId& tenant, const v1::RecommendForClassRequest& parsed,
             v1::RecommendForClassResponse* answer) {
        return class_lists_.ForClass(tenant, parsed, answer);
      });
}

grpc::ServerUnaryReactor* RecommendationService::RecommendForGroup(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return RunUnary<v1::RecommendForGroupRequest, v1::RecommendForGroupResponse>(
      runner_, Priority::kRecommend, context, request, response,
      [this](const TenantId& tenant, const v1::RecommendForGroupRequest& parsed,
             v1::RecommendForGroupResponse* answer) {
        return class_lists_.ForGroup(tenant, parsed, answer);
      });
}

grpc::ServerUnaryReactor* RecommendationService::RecommendForLesson(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return RunUnary<v1::RecommendForLessonRequest,
                  v1::RecommendForLessonResponse>(
      runner_, Priority::kRecommend, context, request, response,
      [this](const TenantId& tenant,
             const v1::RecommendForLessonRequest& parsed,
             v1::RecommendForLessonResponse* answer) {
        return class_lists_.ForLesson(tenant, parsed, answer);
      });
}

grpc::ServerUnaryReactor* RecommendationService::ExplainRecommendation(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return RunUnary<v1::ExplainRecommendationRequest,
                  v1::ExplainRecommendationResponse>(
      runner_, Priority::kReport, context, request, response,
      [this](const TenantId& tenant,
             const v1::ExplainRecommendationRequest& parsed,
             v1::ExplainRecommendationResponse* answer) {
        return explanations_.Explain(tenant, parsed, answer);
      });
}

grpc::ServerUnaryReactor* RecommendationService::PlanPath(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return RunUnary<v1::PlanPathRequest, v1::PlanPathResponse>(
      runner_, Priority::kRecommend, context, request, response,
      [this](const TenantId& tenant, const v1::PlanPathRequest& parsed,
             v1::PlanPathResponse* answer) {
        return paths_.PlanPath(tenant, parsed, answer);
      });
}

}  // namespace evenlight
