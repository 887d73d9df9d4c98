// A server in this process over a temporary RocksDB directory, with a clock
// that the test sets and a small catalog. Good for tests through the network's
// edge: what they see is what clients see.

#ifndef EVENLIGHT_TESTS_SERVICES_SERVER_SERVER_WORLD_H_
#define EVENLIGHT_TESTS_SERVICES_SERVER_SERVER_WORLD_H_

#include <google/protobuf/text_format.h>

#include <atomic>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "gtest/gtest.h"
#include "services/server/server.h"
#include "tests/support/client.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temporary_directory.h"

namespace evenlight {

// Stands still until it is set. Thread-safe.
class SetClock : public Clock {
 public:
  explicit SetClock(absl::Time now) : micros_(absl::ToUnixMicros(now)) {}
  absl::Time Now() const override {
    return absl::FromUnixMicros(micros_.load());
  }
  void Advance(absl::Duration step) {
    micros_ += absl::ToInt64Microseconds(step);
  }

 private:
  std::atomic<int64_t> micros_;
};

template <typename Message>
Message Parse(const std::string& text) {
  Message message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message))
      << text;
  return message;
}

// The details of one type in a status; empty if there are none.
template <typename Detail>
Detail DetailOf(const google::rpc::Status& status) {
  Detail detail;
  for (const auto& any : status.details()) {
    if (any.Is<Detail>()) any.UnpackTo(&detail);
  }
  return detail;
}
template <typename Detail>
Detail DetailOf(const grpc::Status& status) {
  google::rpc::Status rpc;
  EXPECT_TRUE(rpc.ParseFromString(status.error_details()));
  EXPECT_EQ(rpc.code(), static_cast<int>(status.error_code()));
  return DetailOf<Detail>(rpc);
}

// `field: description` for each violation.
template <typename Status>
std::vector<std::string> ViolationsOf(const Status& status) {
  std::vector<std::string> lines;
  const auto details = DetailOf<google::rpc::BadRequest>(status);
  for (const auto& one : details.field_violations()) {
    lines.push_back(absl::StrCat(one.field(), ": ", one.description()));
  }
  return lines;
}

// 2026-03-01T08:00:00Z
inline constexpr int64_t kStartSeconds = 1'772'352'000;

class ServerWorld : public testing::Test {
 protected:
  static constexpr char kTenant[] = "county";

  ServerWorld() : clock_(absl::FromUnixSeconds(kStartSeconds)) {
    config_.listen_address = "127.0.0.1:0";
    config_.data_dir = directory_.path() + "/db";
    config_.model_dir = directory_.path() + "/models";
    config_.num_threads = 4;
    Restart();
  }

  // A new server on the same directory, as after a crash or an update.
  void Restart() {
    client_.reset();
    server_.reset();
    ServerOptions options;
    options.config = config_;
    options.clock = &clock_;
    options.name_seed = ++num_starts_;
    auto server = Server::Start(options);
    ASSERT_THAT(server, IsOk());
    server_ = *std::move(server);
    client_ = std::make_unique<TestClient>(server_->address(), kTenant);
  }

  TestClient ClientOf(const std::string& tenant) const {
    return TestClient(server_->address(), tenant);
  }

  // fractions <- decimals; two questions each, a film and a text without kcs.
  void AddCatalog(const TestClient& client) {
    v1::UpsertKnowledgeComponentsResponse kcs;
    ExpectOk(client.Call(*client.catalog,
                         &v1::CatalogService::Stub::UpsertKnowledgeComponents,
                         Parse<v1::UpsertKnowledgeComponentsRequest>(R"pb(
                           knowledge_components {
                             name: "knowledgeComponents/fractions"
                             title: "Fractions"
                           }
                           knowledge_components {
                             name: "knowledgeComponents/decimals"
                             title: "Decimals"
                             prerequisites: "knowledgeComponents/fractions"
                           })pb"),
                         &kcs));
    v1::UpsertResourcesResponse resources;
    ExpectOk(client.Call(*client.catalog,
                         &v1::CatalogService::Stub::UpsertResources,
                         Resources(), &resources));
  }
  void AddCatalog() { AddCatalog(*client_); }

  static v1::UpsertResourcesRequest Resources() {
    v1::UpsertResourcesRequest request;
    const auto add = [&](const char* id, v1::ResourceKind kind,
                         const char* kc) {
      v1::Resource* resource = request.add_resources();
      resource->set_name(absl::StrCat("resources/", id));
      resource->set_title(absl::StrCat("Title of ", id));
      resource->set_kind(kind);
      if (*kc == '\0') return;
      resource->add_knowledge_components(
          absl::StrCat("knowledgeComponents/", kc));
    };
    add("f1", v1::RESOURCE_KIND_EXERCISE, "fractions");
    add("f2", v1::RESOURCE_KIND_EXERCISE, "fractions");
    add("d1", v1::RESOURCE_KIND_EXERCISE, "decimals");
    add("d2", v1::RESOURCE_KIND_EXERCISE, "decimals");
    add("film", v1::RESOURCE_KIND_VIDEO, "fractions");
    add("plain", v1::RESOURCE_KIND_EXERCISE, "");
    return request;
  }

  // A right answer of learner `l1` to `resource`, at the clock's time.
  v1::Event Answer(const std::string& id, const std::string& resource,
                   const std::string& learner = "l1") const {
    v1::Event event;
    event.set_event_id(id);
    event.set_actor("learners/" + learner);
    event.mutable_event_time()->set_seconds(absl::ToUnixSeconds(clock_.Now()));
    event.set_resource("resources/" + resource);
    event.mutable_answered()->set_correct(true);
    return event;
  }

  grpc::Status Record(const v1::RecordEventsRequest& request,
                      v1::RecordEventsResponse* response) const {
    return client_->Call(*client_->track, &v1::TrackService::Stub::RecordEvents,
                         request, response);
  }
  grpc::Status Record(const std::vector<v1::Event>& events) const {
    v1::RecordEventsRequest request;
    for (const v1::Event& event : events) *request.add_events() = event;
    v1::RecordEventsResponse response;
    return Record(request, &response);
  }

  static v1::ListEventsResponse List(const TestClient& client,
                                     const std::string& actor) {
    v1::ListEventsRequest request;
    request.set_actor(actor);
    v1::ListEventsResponse response;
    ExpectOk(client.Call(*client.track, &v1::TrackService::Stub::ListEvents,
                         request, &response));
    return response;
  }

  static grpc::Status Recommend(const TestClient& client,
                                const v1::RecommendResourcesRequest& request,
                                v1::RecommendResourcesResponse* response) {
    return client.Call(*client.recommendations,
                       &v1::RecommendationService::Stub::RecommendResources,
                       request, response);
  }
  v1::RecommendResourcesResponse Recommend(const std::string& request) const {
    v1::RecommendResourcesResponse response;
    ExpectOk(Recommend(*client_, Parse<v1::RecommendResourcesRequest>(request),
                       &response));
    return response;
  }
  static std::vector<std::string> ResourcesOf(
      const v1::RecommendResourcesResponse& response) {
    std::vector<std::string> resources;
    for (const auto& one : response.recommendations()) {
      resources.push_back(one.resource());
    }
    return resources;
  }

  static void ExpectOk(const grpc::Status& status) {
    EXPECT_TRUE(status.ok())
        << status.error_code() << " " << status.error_message();
  }

  TemporaryDirectory directory_;
  SetClock clock_;
  Config config_;
  uint64_t num_starts_ = 0;
  std::unique_ptr<Server> server_;
  std::unique_ptr<TestClient> client_;
};

}  // namespace evenlight

#endif  // EVENLIGHT_TESTS_SERVICES_SERVER_SERVER_WORLD_H_
