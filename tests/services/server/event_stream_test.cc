// What the clients of TrackService see when something fails or is slow in
// between.

#include "gmock/gmock.h"
#include "tests/services/server/parts_world.h"
#include "tests/storage/events_by_sequence.h"

namespace evenlight {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

using Stream =
    grpc::ClientReaderWriter<v1::StreamEventsRequest, v1::StreamEventsResponse>;

class EventStreamTest : public PartsWorld {
 protected:
  EventStreamTest()
      : service_({.max_streams = 2},
                 {&runner_, &clock_, &database_, &catalogs_, &committer_}) {
    int port = 0;
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(),
                             &port);
    builder.RegisterService(&service_);
    builder.SetMaxReceiveMessageSize(8 << 20);
    server_ = builder.BuildAndStart();
    stub_ = v1::TrackService::NewStub(grpc::CreateChannel(
        absl::StrCat("127.0.0.1:", port), grpc::InsecureChannelCredentials()));
  }
  ~EventStreamTest() override { Stop(); }

  void Stop() {
    server_->Shutdown();
    server_->Wait();
    executor_.Stop();
    committer_.Stop();
  }

  static v1::StreamEventsRequest Request(const std::vector<v1::Event>& events) {
    v1::StreamEventsRequest request;
    for (const v1::Event& event : events) *request.add_events() = event;
    return request;
  }

  // A request of events that are refused with much to say about each.
  static v1::StreamEventsRequest BadRequest(int num_events) {
    v1::Event event = Answer(std::string(300, '!'));
    for (int kc = 0; kc < 16; ++kc) {
      event.mutable_answered()->add_knowledge_components(
          absl::StrCat("no collection/", std::string(90, '-'), kc));
    }
    return Request(std::vector<v1::Event>(num_events, event));
  }

  std::vector<EventId> Stored() {
    std::vector<EventId> ids;
    const auto events = EventsBySequence(database_, kTenant);
    EXPECT_THAT(events, IsOk());
    for (const Event& event : *events) ids.push_back(event.id);
    return ids;
  }

  TrackService service_;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<v1::TrackService::Stub> stub_;
};

TEST_F(EventStreamTest, AcknowledgementsStayBelowTheWiresLimit) {
  const int num_before = clock_.num_calls();
  HoldCommitter();
  grpc::ClientContext context;
  auto stream = stub_->StreamEvents(&context);
  // The first waits for the disk; the others are settled and wait for it.
  ASSERT_TRUE(stream->Write(Request({Answer("e1")})));
  for (int batch = 0; batch < 7; ++batch) {
    ASSERT_TRUE(stream->Write(BadRequest(1'000)));
  }
  clock_.WaitForCalls(num_before + 8);
  WaitForExecutor();
  database_.Release();
  stream->WritesDone();
  int64_t num_settled = 0;
  int64_t num_refused = 0;
  v1::StreamEventsResponse acknowledgement;
  while (stream->Read(&acknowledgement)) {
    EXPECT_LT(acknowledgement.ByteSizeLong(), 4u << 20);
    num_settled = acknowledgement.num_settled();
    for (const v1::RefusedEvent& refused : acknowledgement.refused()) {
      EXPECT_EQ(refused.index(), ++num_refused);
      EXPECT_EQ(refused.event_id(), "");  // It was too long for an id.
      EXPECT_EQ(refused.error().code(), 3);
      EXPECT_THAT(refused.error().message(), testing::StartsWith("events["));
    }
  }
  const grpc::Status status = stream->Finish();
  EXPECT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(num_settled, 7'001);
  EXPECT_EQ(num_refused, 7'000);
}

TEST_F(EventStreamTest, AfterAFailureNothingMoreIsValidatedOrCommitted) {
  const int num_before = clock_.num_calls();
  HoldCommitter();
  grpc::ClientContext context;
  auto stream = stub_->StreamEvents(&context);
  ASSERT_TRUE(stream->Write(Request({Answer("first")})));
  clock_.WaitForCalls(num_before + 1);
  WaitForExecutor();  // It waits for the disk.
  clock_.Hold();
  ASSERT_TRUE(stream->Write(Request({Answer("second")})));
  clock_.WaitForCalls(num_before + 2);  // It is being validated.
  ASSERT_TRUE(stream->Write(Request({Answer("third")})));
  database_.Damage("first");
  database_.Release();
  EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::DATA_LOSS);
  clock_.Release();
  Stop();
  EXPECT_EQ(clock_.num_calls(), num_before + 2);
  EXPECT_THAT(Stored(), IsEmpty());
}

TEST_F(EventStreamTest, OneTooManyIsRefusedUntilAnotherEnds) {
  grpc::ClientContext contexts[4];
  std::unique_ptr<Stream> streams[4];
  v1::StreamEventsResponse acknowledgement;
  for (int stream = 0; stream < 2; ++stream) {
    streams[stream] = stub_->StreamEvents(&contexts[stream]);
    ASSERT_TRUE(streams[stream]->Write(Request({Answer("e1")})));
    ASSERT_TRUE(streams[stream]->Read(&acknowledgement));
  }
  streams[2] = stub_->StreamEvents(&contexts[2]);
  const grpc::Status refused = streams[2]->Finish();
  EXPECT_EQ(refused.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_THAT(refused.error_message(),
              testing::StartsWith("2 streams of events are open already"));
  streams[0]->WritesDone();
  EXPECT_TRUE(streams[0]->Finish().ok());
  // Its place is free once gRPC has let go of it.
  while (service_.Pass(absl::ZeroDuration()).num_open > 1) continue;
  streams[3] = stub_->StreamEvents(&contexts[3]);
  ASSERT_TRUE(streams[3]->Write(Request({Answer("e2")})));
  ASSERT_TRUE(streams[3]->Read(&acknowledgement));
}

TEST_F(EventStreamTest, CallWhoseDeadlinePassedInTheQueueWritesNothing) {
  std::promise<void> release;
  std::shared_future<void> released = release.get_future().share();
  ASSERT_TRUE(executor_.Submit([released] { released.wait(); }));
  v1::RecordEventsRequest request;
  *request.add_events() = Answer("e1");
  // The second begins when the first one's time is over here, and ends when it
  // is over at the server, too.
  for (int call = 0; call < 2; ++call) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() +
                         std::chrono::milliseconds(call == 0 ? 100 : 200));
    v1::RecordEventsResponse response;
    v1::ListEventsResponse listed;
    v1::ListEventsRequest list;
    list.set_actor("learners/l1");
    const grpc::Status status =
        call == 0 ? stub_->RecordEvents(&context, request, &response)
                  : stub_->ListEvents(&context, list, &listed);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
  }
  release.set_value();
  Stop();
  EXPECT_THAT(Stored(), IsEmpty());
}

}  // namespace
}  // namespace evenlight
