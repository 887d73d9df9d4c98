// RecommendationService: lists for learners and classes, paths, and why. Its
// promises are in proto/evenlight/v1/recommendation_service.proto.

#ifndef EVENLIGHT_SERVICES_SERVER_RECOMMENDATION_SERVICE_H_
#define EVENLIGHT_SERVICES_SERVER_RECOMMENDATION_SERVICE_H_

#include "evenlight/v1/recommendation_service.grpc.pb.h"
#include "services/server/call_runner.h"
#include "services/server/class_lists.h"
#include "services/server/learner_lists.h"
#include "services/server/learner_paths.h"
#include "services/server/list_explanations.h"

namespace evenlight {

// Every method takes and gives bytes: calls are parsed by their worker.
template <class Service>
using RawRecommendation =
    v1::RecommendationService::WithRawCallbackMethod_RecommendResources<
        v1::RecommendationService::WithRawCallbackMethod_RecommendForClass<
            v1::RecommendationService::WithRawCallbackMethod_RecommendForGroup<
                v1::RecommendationService::
                    WithRawCallbackMethod_RecommendForLesson<
                        v1::RecommendationService::
                            WithRawCallbackMethod_PlanPath<
                                v1::RecommendationService::
                                    WithRawCallbackMethod_ExplainRecommendation<
                                        Service>>>>>>;

// Thread-safe.
class RecommendationService final
    : public RawRecommendation<v1::RecommendationService::Service> {
 public:
  // Everything outlives it.
  RecommendationService(const CallRunner* runner, LearnerLists* learner_lists,
                        const ClassLists* class_lists,
                        const LearnerPaths* paths,
                        const ListExplanations* explanations)
      : runner_(*runner),
        learner_lists_(*learner_lists),
        class_lists_(*class_lists),
        paths_(*paths),
        explanations_(*explanations) {}

  grpc::ServerUnaryReactor* RecommendResources(
      grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
      grpc::ByteBuffer* response) override;

  grpc::ServerUnaryReactor* RecommendForClass(
      grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
      grpc::ByteBuffer* response) override;

  grpc::ServerUnaryReactor* RecommendForGroup(
      grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
      grpc::ByteBuffer* response) override;

  grpc::ServerUnaryReactor* RecommendForLesson(
      grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
      grpc::ByteBuffer* response) override;

  grpc::ServerUnaryReactor* PlanPath(grpc::CallbackServerContext* context,
                                     const grpc::ByteBuffer* request,
                                     grpc::ByteBuffer* response) override;

  grpc::ServerUnaryReactor* ExplainRecommendation(
      grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
      grpc::ByteBuffer* response) override;

 private:
  const CallRunner& runner_;
  LearnerLists& learner_lists_;
  const ClassLists& class_lists_;
  const LearnerPaths& paths_;
  const ListExplanations& explanations_;
};

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_SERVER_RECOMMENDATION_SERVICE_H_
