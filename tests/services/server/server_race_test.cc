// Many clients at once, over one server: for ThreadSanitizer.

#include <atomic>
#include <set>
#include <thread>

#include "tests/services/server/server_world.h"
#include "tests/support/http_get.h"

namespace evenlight {
namespace {

class ServerRaceTest : public ServerWorld {
 protected:
  ServerRaceTest() {
    config_.metrics_address = "127.0.0.1:0";
    Restart();
  }
};

TEST_F(ServerRaceTest, CallsOfAllKindsRunTogetherUntilTheServerStops) {
  AddCatalog();
  std::atomic<int> num_accepted = 0;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&, thread] {
      for (int call = 0; call < 30; ++call) {
        const std::string learner = absl::StrCat("l", call % 3);
        const std::string id = absl::StrCat("e", thread, "-", call);
        if (Record({Answer(id, "f1", learner)}).ok()) ++num_accepted;
        v1::RecommendResourcesResponse list;
        v1::RecommendResourcesRequest request;
        request.set_learner("learners/" + learner);
        request.set_request_id(absl::StrCat("r", call));
        (void)Recommend(*client_, request, &list);
        v1::GetExposureResponse exposure;
        (void)client_->Call(*client_->reports,
                            &v1::ReportService::Stub::GetExposure, {},
                            &exposure);
        v1::HideResourceRequest hide;
        hide.set_name("resources/d1");
        hide.set_show(call % 2 == 0);
        v1::Resource resource;
        (void)client_->Call(*client_->catalog,
                            &v1::CatalogService::Stub::HideResource, hide,
                            &resource);
      }
    });
  }
  std::thread watcher([this, address = server_->metrics_address()] {
    // Until the server stops.
    while (!HttpGet(address, "/metrics").empty()) {
      server_->PassForStreams(absl::Milliseconds(1));
    }
  });
  grpc::ClientContext context;
  context.AddMetadata("evenlight-tenant", kTenant);
  auto stream = client_->track->StreamEvents(&context);
  std::thread reader([&] {
    v1::StreamEventsResponse acknowledgement;
    while (stream->Read(&acknowledgement)) continue;
  });
  for (int batch = 0; batch < 100; ++batch) {
    v1::StreamEventsRequest request;
    *request.add_events() = Answer(absl::StrCat("s", batch), "f2", "l0");
    if (!stream->Write(request)) break;
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(num_accepted, 120);
  server_->Shutdown(absl::Seconds(30));
  watcher.join();
  reader.join();
  (void)stream->Finish();
}

TEST_F(ServerRaceTest, WhatWasAcknowledgedWhileTheServerStoppedIsThereAfter) {
  AddCatalog();
  constexpr int kNumThreads = 4;
  std::vector<std::vector<std::string>> acknowledged(kNumThreads);
  std::atomic<int> num_acknowledged = 0;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kNumThreads; ++thread) {
    threads.emplace_back([&, thread] {
      const TestClient client(server_->address(), kTenant);
      for (int call = 0;; ++call) {
        const std::string id = absl::StrCat("e", thread, "-", call);
        v1::RecordEventsRequest request;
        *request.add_events() =
            Answer(id, "f1", absl::StrCat("l", thread, "-", call / 500));
        v1::RecordEventsResponse response;
        const grpc::Status status =
            client.Call(*client.track, &v1::TrackService::Stub::RecordEvents,
                        request, &response);
        if (!status.ok()) {
          EXPECT_TRUE(status.error_code() == grpc::StatusCode::UNAVAILABLE ||
                      status.error_code() == grpc::StatusCode::CANCELLED)
              << status.error_code() << " " << status.error_message();
          return;
        }
        acknowledged[thread].push_back(id);
        ++num_acknowledged;
      }
    });
  }
  while (num_acknowledged < 50) std::this_thread::yield();
  server_->Shutdown(absl::Seconds(30));
  for (std::thread& thread : threads) thread.join();
  Restart();
  for (int thread = 0; thread < kNumThreads; ++thread) {
    std::set<std::string> stored;
    for (size_t first = 0; first <= acknowledged[thread].size(); first += 500) {
      v1::ListEventsRequest request;
      request.set_page_size(1'000);
      request.set_actor(absl::StrCat("learners/l", thread, "-", first / 500));
      v1::ListEventsResponse listed;
      ExpectOk(client_->Call(*client_->track,
                             &v1::TrackService::Stub::ListEvents, request,
                             &listed));
      for (const v1::Event& event : listed.events()) {
        stored.insert(event.event_id());
      }
    }
    for (const std::string& id : acknowledged[thread]) {
      EXPECT_TRUE(stored.contains(id)) << id;
    }
  }
}

}  // namespace
}  // namespace evenlight
