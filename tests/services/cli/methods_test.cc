#include "services/cli/methods.h"

#include <string>

#include "absl/strings/str_split.h"
#include "evenlight/v1/admin_service.pb.h"
#include "evenlight/v1/catalog_service.pb.h"
#include "evenlight/v1/learner_service.pb.h"
#include "evenlight/v1/model_service.pb.h"
#include "evenlight/v1/path.pb.h"
#include "evenlight/v1/push_service.pb.h"
#include "evenlight/v1/recommendation_service.pb.h"
#include "evenlight/v1/report_service.pb.h"
#include "evenlight/v1/roster_service.pb.h"
#include "evenlight/v1/track_service.pb.h"
#include "gtest/gtest.h"

namespace evenlight {
namespace {

// What the protos say of a method is what methods.h says of it.
template <typename Request, typename Response>
void ExpectAsInProtos(Method<Request, Response> method,
                      bool is_stream = false) {
  const std::vector<std::string> parts = absl::StrSplit(method.name, '/');
  ASSERT_EQ(parts.size(), 3u) << method.name;
  const google::protobuf::MethodDescriptor* descriptor =
      Request::descriptor()->file()->pool()->FindMethodByName(parts[1] + "." +
                                                              parts[2]);
  ASSERT_NE(descriptor, nullptr) << method.name;
  EXPECT_EQ(descriptor->input_type(), Request::descriptor()) << method.name;
  EXPECT_EQ(descriptor->output_type(), Response::descriptor()) << method.name;
  EXPECT_EQ(descriptor->server_streaming(), is_stream) << method.name;
}

TEST(MethodsTest, NamesAndTypesAreThoseOfTheProtos) {
  ExpectAsInProtos(kRecordEvents);
  ExpectAsInProtos(kExplainRecommendation);
  ExpectAsInProtos(kListEvents);
  ExpectAsInProtos(kUpsertResources);
  ExpectAsInProtos(kListResources);
  ExpectAsInProtos(kUpsertKnowledgeComponents);
  ExpectAsInProtos(kListKnowledgeComponents);
  ExpectAsInProtos(kUpsertSchools);
  ExpectAsInProtos(kUpsertClasses);
  ExpectAsInProtos(kUpsertPeople);
  ExpectAsInProtos(kGetClass);
  ExpectAsInProtos(kListClasses);
  ExpectAsInProtos(kGetLearnerState);
  ExpectAsInProtos(kRecommendResources);
  ExpectAsInProtos(kRecommendForClass);
  ExpectAsInProtos(kPlanPath);
  ExpectAsInProtos(kSetGoal);
  ExpectAsInProtos(kGetGoal);
  ExpectAsInProtos(kRecommendForGroup);
  ExpectAsInProtos(kRecommendForLesson);
  ExpectAsInProtos(kListModels);
  ExpectAsInProtos(kActivateModel);
  ExpectAsInProtos(kRollbackModel);
  ExpectAsInProtos(kCreateBackup);
  ExpectAsInProtos(kCreateCheckpoint);
  ExpectAsInProtos(kCreatePush);
  ExpectAsInProtos(kGetExposure);
  ExpectAsInProtos(kListPushes);
  ExpectAsInProtos(kSubscribePushes, /*is_stream=*/true);
}

}  // namespace
}  // namespace evenlight
