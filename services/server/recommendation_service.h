// RecommendationService: lists for learners, classes and lessons. Its promises
// are in proto/evenlight/v1/recommendation_service.proto.

#ifndef EVENLIGHT_SERVICES_SERVER_RECOMMENDATION_SERVICE_H_
#define EVENLIGHT_SERVICES_SERVER_RECOMMENDATION_SERVICE_H_

#include "evenlight/v1/recommendation_service.grpc.pb.h"
#include "services/server/call_runner.h"
#include "services/server/class_lists.h"
#include "services/server/learner_lists.h"

namespace evenlight {

// Thread-safe.
class RecommendationService final
    : public v1::RecommendationService::
          WithRawCallbackMethod_RecommendResources<
              v1::RecommendationService::
                  WithRawCallbackMethod_RecommendForClass<
                      v1::RecommendationService::
                          WithRawCallbackMethod_RecommendForGroup<
                              v1::RecommendationService::
                                  WithRawCallbackMethod_RecommendForLesson<
                                      v1::RecommendationService::Service>>>> {
 public:
  // Everything outlives it.
  RecommendationService(const CallRunner* runner, LearnerLists* learner_lists,
                        const ClassLists* class_lists)
      : runner_(*runner),
        learner_lists_(*learner_lists),
        class_lists_(*class_lists) {}

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

 private:
  const CallRunner& runner_;
  LearnerLists& learner_lists_;
  const ClassLists& class_lists_;
};

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_SERVER_RECOMMENDATION_SERVICE_H_
