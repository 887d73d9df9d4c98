// The methods of the API that the subcommands call, each with its types.

#ifndef EVENLIGHT_SERVICES_CLI_METHODS_H_
#define EVENLIGHT_SERVICES_CLI_METHODS_H_

#include "absl/status/statusor.h"
#include "core/status_macros.h"
#include "services/cli/client.h"

namespace evenlight {

namespace v1 {
class AcknowledgePushesRequest;
class AcknowledgePushesResponse;
class ActivateModelRequest;
class ActivateModelResponse;
class CreateBackupRequest;
class CreateBackupResponse;
class CreateCheckpointRequest;
class CreateCheckpointResponse;
class CreatePushRequest;
class CreatePushResponse;
class GetClassRequest;
class GetClassResponse;
class GetExposureRequest;
class GetExposureResponse;
class GetGoalRequest;
class GetGoalResponse;
class GetLearnerStateRequest;
class LearnerState;
class ListClassesRequest;
class ListClassesResponse;
class ListEventsRequest;
class ListEventsResponse;
class ListKnowledgeComponentsRequest;
class ListKnowledgeComponentsResponse;
class ListModelsRequest;
class ListModelsResponse;
class ListPushesRequest;
class ListPushesResponse;
class ListResourcesRequest;
class ListResourcesResponse;
class ExplainRecommendationRequest;
class ExplainRecommendationResponse;
class PlanPathRequest;
class PlanPathResponse;
class RecommendForClassRequest;
class RecommendForClassResponse;
class RecommendForGroupRequest;
class RecommendForGroupResponse;
class RecommendForLessonRequest;
class RecommendForLessonResponse;
class RecommendResourcesRequest;
class RecommendResourcesResponse;
class RecordEventsRequest;
class RecordEventsResponse;
class RollbackModelRequest;
class RollbackModelResponse;
class SetGoalRequest;
class SetGoalResponse;
class SubscribePushesRequest;
class SubscribePushesResponse;
class UpsertClassesRequest;
class UpsertClassesResponse;
class UpsertKnowledgeComponentsRequest;
class UpsertKnowledgeComponentsResponse;
class UpsertPeopleRequest;
class UpsertPeopleResponse;
class UpsertResourcesRequest;
class UpsertResourcesResponse;
class UpsertSchoolsRequest;
class UpsertSchoolsResponse;
}  // namespace v1

template <typename RequestType, typename ResponseType>
struct Method {
  using Request = RequestType;
  using Response = ResponseType;
  const char* name;
};

inline constexpr Method<v1::RecordEventsRequest, v1::RecordEventsResponse>
    kRecordEvents = {"/evenlight.v1.TrackService/RecordEvents"};
inline constexpr Method<v1::ListEventsRequest, v1::ListEventsResponse>
    kListEvents = {"/evenlight.v1.TrackService/ListEvents"};
inline constexpr Method<v1::UpsertResourcesRequest, v1::UpsertResourcesResponse>
    kUpsertResources = {"/evenlight.v1.CatalogService/UpsertResources"};
inline constexpr Method<v1::ListResourcesRequest, v1::ListResourcesResponse>
    kListResources = {"/evenlight.v1.CatalogService/ListResources"};
inline constexpr Method<v1::UpsertKnowledgeComponentsRequest,
                        v1::UpsertKnowledgeComponentsResponse>
    kUpsertKnowledgeComponents = {
        "/evenlight.v1.CatalogService/UpsertKnowledgeComponents"};
inline constexpr Method<v1::ListKnowledgeComponentsRequest,
                        v1::ListKnowledgeComponentsResponse>
    kListKnowledgeComponents = {
        "/evenlight.v1.CatalogService/ListKnowledgeComponents"};
inline constexpr Method<v1::UpsertSchoolsRequest, v1::UpsertSchoolsResponse>
    kUpsertSchools = {"/evenlight.v1.RosterService/UpsertSchools"};
inline constexpr Method<v1::UpsertClassesRequest, v1::UpsertClassesResponse>
    kUpsertClasses = {"/evenlight.v1.RosterService/UpsertClasses"};
inline constexpr Method<v1::UpsertPeopleRequest, v1::UpsertPeopleResponse>
    kUpsertPeople = {"/evenlight.v1.RosterService/UpsertPeople"};
inline constexpr Method<v1::GetClassRequest, v1::GetClassResponse> kGetClass = {
    "/evenlight.v1.RosterService/GetClass"};
inline constexpr Method<v1::ListClassesRequest, v1::ListClassesResponse>
    kListClasses = {"/evenlight.v1.RosterService/ListClasses"};
inline constexpr Method<v1::GetLearnerStateRequest, v1::LearnerState>
    kGetLearnerState = {"/evenlight.v1.LearnerService/GetLearnerState"};
inline constexpr Method<v1::SetGoalRequest, v1::SetGoalResponse> kSetGoal = {
    "/evenlight.v1.LearnerService/SetGoal"};
inline constexpr Method<v1::GetGoalRequest, v1::GetGoalResponse> kGetGoal = {
    "/evenlight.v1.LearnerService/GetGoal"};
inline constexpr Method<v1::RecommendResourcesRequest,
                        v1::RecommendResourcesResponse>
    kRecommendResources = {
        "/evenlight.v1.RecommendationService/RecommendResources"};
inline constexpr Method<v1::RecommendForClassRequest,
                        v1::RecommendForClassResponse>
    kRecommendForClass = {
        "/evenlight.v1.RecommendationService/RecommendForClass"};
inline constexpr Method<v1::ExplainRecommendationRequest,
                        v1::ExplainRecommendationResponse>
    kExplainRecommendation = {
        "/evenlight.v1.RecommendationService/ExplainRecommendation"};
inline constexpr Method<v1::PlanPathRequest, v1::PlanPathResponse> kPlanPath = {
    "/evenlight.v1.RecommendationService/PlanPath"};
inline constexpr Method<v1::RecommendForGroupRequest,
                        v1::RecommendForGroupResponse>
    kRecommendForGroup = {
        "/evenlight.v1.RecommendationService/RecommendForGroup"};
inline constexpr Method<v1::RecommendForLessonRequest,
                        v1::RecommendForLessonResponse>
    kRecommendForLesson = {
        "/evenlight.v1.RecommendationService/RecommendForLesson"};
inline constexpr Method<v1::ListModelsRequest, v1::ListModelsResponse>
    kListModels = {"/evenlight.v1.ModelService/ListModels"};
inline constexpr Method<v1::ActivateModelRequest, v1::ActivateModelResponse>
    kActivateModel = {"/evenlight.v1.ModelService/ActivateModel"};
inline constexpr Method<v1::RollbackModelRequest, v1::RollbackModelResponse>
    kRollbackModel = {"/evenlight.v1.ModelService/RollbackModel"};
inline constexpr Method<v1::CreateCheckpointRequest,
                        v1::CreateCheckpointResponse>
    kCreateCheckpoint = {"/evenlight.v1.ModelService/CreateCheckpoint"};

inline constexpr Method<v1::CreateBackupRequest, v1::CreateBackupResponse>
    kCreateBackup = {"/evenlight.v1.AdminService/CreateBackup"};

inline constexpr Method<v1::GetExposureRequest, v1::GetExposureResponse>
    kGetExposure = {"/evenlight.v1.ReportService/GetExposure"};

inline constexpr Method<v1::CreatePushRequest, v1::CreatePushResponse>
    kCreatePush = {"/evenlight.v1.PushService/CreatePush"};
inline constexpr Method<v1::ListPushesRequest, v1::ListPushesResponse>
    kListPushes = {"/evenlight.v1.PushService/ListPushes"};
inline constexpr Method<v1::AcknowledgePushesRequest,
                        v1::AcknowledgePushesResponse>
    kAcknowledgePushes = {"/evenlight.v1.PushService/AcknowledgePushes"};
// For Client::Stream().
inline constexpr Method<v1::SubscribePushesRequest, v1::SubscribePushesResponse>
    kSubscribePushes = {"/evenlight.v1.PushService/SubscribePushes"};

// Calls `method` of `client`. The caller includes the message's header.
template <typename Request, typename Response>
absl::StatusOr<Response> Invoke(Client* client,
                                Method<Request, Response> method,
                                const Request& request) {
  Response response;
  RETURN_IF_ERROR(client->Call(method.name, request, &response));
  return response;
}

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_CLI_METHODS_H_
