#include "bench/load/refusal_cost.h"

#include <grpcpp/grpcpp.h>

#include <ctime>
#include <memory>

#include "absl/strings/str_cat.h"
#include "bench/check.h"
#include "bench/serve_world.h"
#include "evenlight/v1/recommendation_service.grpc.pb.h"

namespace evenlight {
namespace {

class Refusing : public v1::RecommendationService::CallbackService {
 public:
  grpc::ServerUnaryReactor* RecommendResources(
      grpc::CallbackServerContext* context,
      const v1::RecommendResourcesRequest* /*request*/,
      v1::RecommendResourcesResponse* /*response*/) override {
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    reactor->Finish(refusal_);
    return reactor;
  }

 private:
  const grpc::Status refusal_{grpc::StatusCode::RESOURCE_EXHAUSTED,
                              "too many requests wait already"};
};

}  // namespace

double SecondsOfRefusal(const Traffic& traffic) {
  Refusing service;
  int port = 0;
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(),
                           &port);
  builder.RegisterService(&service);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  Check(server != nullptr, "cannot start a server that refuses");
  LoadClient client(absl::StrCat("127.0.0.1:", port), kTenant);
  const std::clock_t begin = std::clock();
  const LoadFigures figures = client.Run(traffic);
  const auto seconds = static_cast<double>(std::clock() - begin) /
                       static_cast<double>(CLOCKS_PER_SEC);
  server->Shutdown();
  Check(figures.num_refused() > 0, "nothing was refused");
  return seconds / static_cast<double>(figures.num_refused());
}

}  // namespace evenlight
