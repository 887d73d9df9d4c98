// A plain client of a running server, for tests: the stubs, and one tenant.

#ifndef EVENLIGHT_TESTS_SUPPORT_CLIENT_H_
#define EVENLIGHT_TESTS_SUPPORT_CLIENT_H_

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>

#include "evenlight/v1/catalog_service.grpc.pb.h"
#include "evenlight/v1/learner_service.grpc.pb.h"
#include "evenlight/v1/model_service.grpc.pb.h"
#include "evenlight/v1/push_service.grpc.pb.h"
#include "evenlight/v1/recommendation_service.grpc.pb.h"
#include "evenlight/v1/report_service.grpc.pb.h"
#include "evenlight/v1/roster_service.grpc.pb.h"
#include "evenlight/v1/track_service.grpc.pb.h"

namespace evenlight {

// Thread-safe.
class TestClient {
 public:
  TestClient(const std::string& address, std::string tenant)
      : tenant_(std::move(tenant)),
        channel_(
            grpc::CreateChannel(address, grpc::InsecureChannelCredentials())),
        track(v1::TrackService::NewStub(channel_)),
        catalog(v1::CatalogService::NewStub(channel_)),
        roster(v1::RosterService::NewStub(channel_)),
        learners(v1::LearnerService::NewStub(channel_)),
        recommendations(v1::RecommendationService::NewStub(channel_)),
        models(v1::ModelService::NewStub(channel_)),
        pushes(v1::PushService::NewStub(channel_)),
        reports(v1::ReportService::NewStub(channel_)) {}

  // Calls a method of a stub for the tenant, for at most a minute:
  // `client.Call(*client.track, &TrackService::Stub::RecordEvents, in, &out)`.
  template <typename Stub, typename Request, typename Response>
  grpc::Status Call(Stub& stub,
                    grpc::Status (Stub::*method)(grpc::ClientContext*,
                                                 const Request&, Response*),
                    const Request& request, Response* response) const {
    grpc::ClientContext context;
    context.AddMetadata("evenlight-tenant", tenant_);
    context.set_deadline(std::chrono::system_clock::now() +
                         std::chrono::seconds(60));
    return (stub.*method)(&context, request, response);
  }

 private:
  const std::string tenant_;
  const std::shared_ptr<grpc::Channel> channel_;

 public:
  const std::unique_ptr<v1::TrackService::Stub> track;
  const std::unique_ptr<v1::CatalogService::Stub> catalog;
  const std::unique_ptr<v1::RosterService::Stub> roster;
  const std::unique_ptr<v1::LearnerService::Stub> learners;
  const std::unique_ptr<v1::RecommendationService::Stub> recommendations;
  const std::unique_ptr<v1::ModelService::Stub> models;
  const std::unique_ptr<v1::PushService::Stub> pushes;
  const std::unique_ptr<v1::ReportService::Stub> reports;
};

}  // namespace evenlight

#endif  // EVENLIGHT_TESTS_SUPPORT_CLIENT_H_
