// The real process and SIGTERM: under load and with streams that wait for
// nothing, it says that it stops, answers what it took, and ends with 0.

#include <grpcpp/generic/generic_stub.h>
#include <signal.h>

#include <atomic>
#include <fstream>
#include <set>
#include <thread>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "tests/support/client.h"
#include "tests/support/process.h"
#include "tests/support/temporary_directory.h"

namespace evenlight {
namespace {

using testing::HasSubstr;

constexpr char kTenant[] = "county";
constexpr int kNumWriters = 4;
constexpr int kNumBefore = 200;  // Acknowledged when the signal comes.

v1::Event EventOf(const std::string& id, const std::string& learner) {
  v1::Event event;
  event.set_event_id(id);
  event.set_actor("learners/" + learner);
  event.mutable_event_time()->set_seconds(1'772'352'000);
  event.set_resource("resources/r");
  event.mutable_answered()->set_correct(true);
  return event;
}

void AddResource(const TestClient& client) {
  v1::UpsertResourcesRequest request;
  v1::Resource* resource = request.add_resources();
  resource->set_name("resources/r");
  resource->set_title("R");
  resource->set_kind(v1::RESOURCE_KIND_EXERCISE);
  v1::UpsertResourcesResponse response;
  ASSERT_TRUE(client
                  .Call(*client.catalog,
                        &v1::CatalogService::Stub::UpsertResources, request,
                        &response)
                  .ok());
}

// A grpc.health.v1.Health/Watch, by the bytes of its messages: Debian packages
// no generated code for it. One thread.
class HealthWatch {
 public:
  explicit HealthWatch(const std::string& address)
      : stub_(
            grpc::CreateChannel(address, grpc::InsecureChannelCredentials())) {
    call_ =
        stub_.PrepareCall(&context_, "/grpc.health.v1.Health/Watch", &queue_);
    call_->StartCall(nullptr);
    Wait();
    const grpc::Slice nothing("");
    call_->WriteLast(grpc::ByteBuffer(&nothing, 1), {}, nullptr);
    Wait();
  }
  ~HealthWatch() {
    context_.TryCancel();
    grpc::Status status;
    call_->Finish(&status, nullptr);
    Wait();
  }

  // The next status that is told; empty at the end.
  std::string Next() {
    grpc::ByteBuffer response;
    call_->Read(&response, nullptr);
    if (!Wait()) return "";
    grpc::Slice slice;
    EXPECT_TRUE(response.DumpToSingleSlice(&slice).ok());
    return std::string(reinterpret_cast<const char*>(slice.begin()),
                       slice.size());
  }

 private:
  bool Wait() {
    void* tag;
    bool ok = false;
    return queue_.Next(&tag, &ok) && ok;
  }

  grpc::GenericStub stub_;
  grpc::ClientContext context_;
  grpc::CompletionQueue queue_;
  std::unique_ptr<grpc::GenericClientAsyncReaderWriter> call_;
};

class StopTest : public testing::Test {
 protected:
  StopTest() {
    std::ofstream(directory_.path() + "/c.txtpb") << "drain_seconds: 300";
    Start();
  }

  void Start() {
    server_ = std::make_unique<ServerProcess>(
        directory_.path() + "/db", directory_.path() + "/models",
        std::vector<std::string>{"--config=" + directory_.path() + "/c.txtpb"});
    ASSERT_NE(server_->address(), "") << server_->Log();
    client_ = std::make_unique<TestClient>(server_->address(), kTenant);
  }

  // Records one event after the other until a call fails; returns why it did.
  grpc::StatusCode RecordUntilRefused(int writer) {
    for (int number = 0;; ++number) {
      v1::RecordEventsRequest request;
      const std::string learner = absl::StrCat("w", writer);
      const std::string id = absl::StrCat(learner, "-", number);
      *request.add_events() = EventOf(id, learner);
      v1::RecordEventsResponse response;
      const grpc::Status status =
          client_->Call(*client_->track, &v1::TrackService::Stub::RecordEvents,
                        request, &response);
      if (!status.ok()) return status.error_code();
      acknowledged_[writer].insert(id);
      ++num_acknowledged_;
    }
  }

  std::multiset<std::string> RecordedBy(const std::string& learner) const {
    std::multiset<std::string> ids;
    v1::ListEventsRequest request;
    request.set_actor("learners/" + learner);
    request.set_page_size(1'000);
    do {
      v1::ListEventsResponse page;
      EXPECT_TRUE(client_
                      ->Call(*client_->track,
                             &v1::TrackService::Stub::ListEvents, request,
                             &page)
                      .ok());
      for (const v1::Event& event : page.events()) ids.insert(event.event_id());
      request.set_page_token(page.next_page_token());
    } while (!request.page_token().empty());
    return ids;
  }

  const TemporaryDirectory directory_;
  std::unique_ptr<ServerProcess> server_;
  std::unique_ptr<TestClient> client_;
  std::set<std::string> acknowledged_[kNumWriters];  // Each its writer's.
  std::atomic<int> num_acknowledged_ = 0;
};

TEST_F(StopTest, UnderLoadItAnswersWhatItTookAndKeepsIt) {
  AddResource(*client_);
  auto health = std::make_unique<HealthWatch>(server_->address());
  EXPECT_EQ(health->Next(), "\x08\x01");  // status: SERVING
  grpc::ClientContext events_context;
  events_context.AddMetadata("evenlight-tenant", kTenant);
  auto events = client_->track->StreamEvents(&events_context);
  v1::StreamEventsRequest streamed;
  *streamed.add_events() = EventOf("streamed", "stream");
  ASSERT_TRUE(events->Write(streamed));
  v1::StreamEventsResponse acknowledgement;
  ASSERT_TRUE(events->Read(&acknowledgement));
  grpc::ClientContext pushes_context;
  pushes_context.AddMetadata("evenlight-tenant", kTenant);
  v1::SubscribePushesRequest subscribe;
  subscribe.set_audience("learners/w0");
  auto pushes = client_->pushes->SubscribePushes(&pushes_context, subscribe);
  v1::SubscribePushesResponse message;
  ASSERT_TRUE(pushes->Read(&message));

  std::vector<std::thread> writers;
  std::vector<grpc::StatusCode> ends(kNumWriters);
  std::atomic<int> num_ended = 0;
  for (int writer = 0; writer < kNumWriters; ++writer) {
    writers.emplace_back([&, writer] {
      ends[writer] = RecordUntilRefused(writer);
      ++num_ended;
    });
  }
  while (num_acknowledged_ < kNumBefore && num_ended < kNumWriters) {
    std::this_thread::yield();
  }
  EXPECT_GE(num_acknowledged_, kNumBefore) << "ended with " << ends[0];
  kill(server_->pid(), SIGTERM);

  EXPECT_EQ(health->Next(), "\x08\x02");  // status: NOT_SERVING
  health.reset();  // gRPC would let it wait until the drain is over.
  EXPECT_FALSE(events->Read(&acknowledgement));
  EXPECT_EQ(events->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_FALSE(pushes->Read(&message));
  EXPECT_EQ(pushes->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
  for (std::thread& writer : writers) writer.join();
  // The first call that was not taken; gRPC cancels those that cross the end.
  EXPECT_THAT(ends, testing::Each(testing::AnyOf(grpc::StatusCode::UNAVAILABLE,
                                                 grpc::StatusCode::CANCELLED)));
  // Waits only; a stream that held the server would hold it for five minutes,
  // which is more than the test has.
  EXPECT_EQ(server_->Stop(0), 0);
  EXPECT_THAT(server_->Log(), HasSubstr("\"event\":\"stopped\""));

  Start();
  EXPECT_THAT(RecordedBy("stream"), testing::ElementsAre("streamed"));
  for (int writer = 0; writer < kNumWriters; ++writer) {
    const auto recorded = RecordedBy(absl::StrCat("w", writer));
    // One that was cancelled may have been committed before.
    EXPECT_LE(recorded.size(), acknowledged_[writer].size() + 1);
    for (const std::string& id : acknowledged_[writer]) {
      EXPECT_EQ(recorded.count(id), 1u) << id;
    }
  }
}

}  // namespace
}  // namespace evenlight
