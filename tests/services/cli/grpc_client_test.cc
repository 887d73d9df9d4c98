// The client against a real gRPC server in this process.

#include <grpcpp/server_builder.h>

#include <memory>

#include "evenlight/v1/learner_service.grpc.pb.h"
#include "evenlight/v1/learner_service.pb.h"
#include "gmock/gmock.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "gtest/gtest.h"
#include "services/cli/client.h"
#include "services/cli/methods.h"
#include "tests/support/status_matchers.h"

namespace evenlight {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

// Answers with the tenant it was called with; refuses learner `bad` richly.
class Service : public v1::LearnerService::Service {
 public:
  grpc::Status GetLearnerState(grpc::ServerContext* context,
                               const v1::GetLearnerStateRequest* request,
                               v1::LearnerState* response) override {
    if (request->learner() == "learners/bad") return Rich();
    const auto found = context->client_metadata().find("evenlight-tenant");
    response->set_learner(
        found == context->client_metadata().end()
            ? "nobody"
            : std::string(found->second.data(), found->second.length()));
    return grpc::Status::OK;
  }

 private:
  static grpc::Status Rich() {
    google::rpc::BadRequest bad_request;
    auto* violation = bad_request.add_field_violations();
    violation->set_field("learner");
    violation->set_description("is bad");
    google::rpc::RetryInfo retry;
    retry.mutable_retry_delay()->set_seconds(2);
    google::rpc::Status rich;
    rich.set_code(3);
    rich.add_details()->PackFrom(bad_request);
    rich.add_details()->PackFrom(retry);
    return grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, "wrong",
                        rich.SerializeAsString());
  }
};

class GrpcClientTest : public testing::Test {
 protected:
  GrpcClientTest() {
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(),
                             &port);
    builder.RegisterService(&service_);
    server_ = builder.BuildAndStart();
    address_ = absl::StrCat("127.0.0.1:", port);
  }

  Service service_;
  std::unique_ptr<grpc::Server> server_;
  std::string address_;
};

TEST_F(GrpcClientTest, SendsTheTenant) {
  for (const auto& [tenant, expected] :
       {std::pair("t1", "t1"), std::pair("", "nobody")}) {
    const auto client = ConnectTo(address_, tenant);
    const auto state = Invoke(client.get(), kGetLearnerState, {});
    ASSERT_THAT(state, IsOk());
    EXPECT_EQ(state->learner(), expected);
  }
}

TEST_F(GrpcClientTest, CarriesRichErrors) {
  const auto client = ConnectTo(address_, "t1");
  v1::GetLearnerStateRequest request;
  request.set_learner("learners/bad");
  const auto state = Invoke(client.get(), kGetLearnerState, request);
  EXPECT_THAT(state, HasCode(absl::StatusCode::kInvalidArgument));
  const auto violations = ViolationsOf(state.status());
  ASSERT_THAT(violations, SizeIs(1));
  EXPECT_EQ(violations[0].field, "learner");
  EXPECT_EQ(RetryDelayOf(state.status()), absl::Seconds(2));
  EXPECT_EQ(Explain(state.status()),
            "INVALID_ARGUMENT: wrong; learner: is bad");
}

TEST_F(GrpcClientTest, NamesAServerThatIsNotThere) {
  server_->Shutdown();
  const auto client = ConnectTo(address_, "t1");
  const auto state = Invoke(client.get(), kGetLearnerState, {});
  EXPECT_THAT(state, HasCode(absl::StatusCode::kUnavailable));
  EXPECT_THAT(Explain(state.status()), HasSubstr(address_));
}

}  // namespace
}  // namespace evenlight
