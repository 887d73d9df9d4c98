// Streams whose clients neither read nor send: they end, say why, and lose
// nothing. Time passes when the test says so.

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

#include "absl/strings/numbers.h"
#include "gmock/gmock.h"
#include "services/server/stream_watch.h"
#include "tests/services/server/push_world.h"

namespace evenlight {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

using EventsStream =
    grpc::ClientReaderWriter<v1::StreamEventsRequest, v1::StreamEventsResponse>;

constexpr absl::Duration kLong = absl::Hours(1'000'000);

TEST(StreamPatienceTest, EndsAfterItsLimitAndWithinAStepMore) {
  struct Case {
    const char* what;
    std::vector<bool> unread;  // By step.
    absl::StatusCode last;     // All before are OK, or as told.
  };
  const StreamLimits limits = {.silence = absl::Seconds(40),
                               .unread = absl::Seconds(20)};
  using Steps = std::vector<bool>;
  for (const Case& c : std::vector<Case>{
           {"the first step may have been none", Steps(4, false),
            absl::StatusCode::kOk},
           {"silent", Steps(5, false), absl::StatusCode::kDeadlineExceeded},
           {"reads in time", Steps(2, true), absl::StatusCode::kOk},
           {"does not read", Steps(3, true),
            absl::StatusCode::kResourceExhausted},
           {"is told once more", Steps(4, true),
            absl::StatusCode::kResourceExhausted},
           {"is gone", Steps(5, true), absl::StatusCode::kCancelled}}) {
    StreamPatience patience(limits, "call again");
    absl::Status status;
    for (const bool is_unread : c.unread) {
      status = patience.Pass(absl::Seconds(10), is_unread);
    }
    EXPECT_EQ(status.code(), c.last) << c.what;
  }
}

TEST(StreamPatienceTest, BeginsAnewWithEveryMessageAndNamesTheLimit) {
  StreamPatience patience({.silence = absl::Seconds(40)}, "call again");
  for (int step = 0; step < 20; ++step) {
    if (step % 4 == 0) patience.Restart();
    EXPECT_THAT(patience.Pass(absl::Seconds(10), false), IsOk());
  }
  EXPECT_EQ(patience.Pass(absl::Seconds(10), false).message(),
            "no message went either way for 40s (stream_silence_seconds of the "
            "server); call again");
}

TEST(StreamWatchTest, TellsEachQuarterOfTheShorterLimitUntilItStops) {
  Mutex mu;
  CondVar changed;
  std::vector<absl::Duration> steps;
  StreamWatch watch({.silence = absl::Milliseconds(8), .unread = kLong},
                    [&](absl::Duration step) {
                      MutexLock lock(mu);
                      steps.push_back(step);
                      changed.NotifyAll();
                    });
  watch.Start();
  {
    MutexLock lock(mu);
    while (steps.size() < 3) changed.Wait(mu);
  }
  watch.Stop();
  EXPECT_THAT(steps, testing::Each(absl::Milliseconds(2)));
}

class StreamLimitsTest : public PushWorld {
 protected:
  // Ends are told by the test alone, which then restarts the server.
  void Limit(const StreamLimits& limits) {
    config_.stream_limits = limits;
    Restart();
  }

  std::unique_ptr<EventsStream> OpenEvents(grpc::ClientContext* context) {
    context->AddMetadata("evenlight-tenant", kTenant);
    return client_->track->StreamEvents(context);
  }

  // Sends an event and reads that it is settled.
  static void RecordOver(EventsStream& stream, const v1::Event& event) {
    v1::StreamEventsRequest request;
    *request.add_events() = event;
    ASSERT_TRUE(stream.Write(request));
    v1::StreamEventsResponse acknowledgement;
    ASSERT_TRUE(stream.Read(&acknowledgement));
  }

  // Until the server knows that the client has taken all.
  void WaitUntilRead() {
    while (server_->PassForStreams(absl::ZeroDuration()).num_unread > 0) {
      std::this_thread::yield();
    }
  }

  // Lets minutes pass until a client that does not read is cut off: told, or
  // cancelled.
  void CutOffTheUnread(bool is_dead) {
    // Until its first message waits; it is more than the transport takes.
    while (server_->PassForStreams(absl::ZeroDuration()).num_unread == 0) {
      std::this_thread::yield();
    }
    while (true) {
      const StreamCounts counts = server_->PassForStreams(absl::Minutes(1));
      if (counts.num_open == 0 || (!is_dead && counts.num_ending > 0)) return;
      std::this_thread::yield();
    }
  }

  std::vector<std::string> Recorded() {
    std::vector<std::string> ids;
    const v1::ListEventsResponse listed = List(*client_, "learners/l1");
    for (const v1::Event& event : listed.events()) {
      ids.push_back(event.event_id());
    }
    return ids;
  }
};

TEST_F(StreamLimitsTest, AStreamOfEventsThatIsSilentEndsAndAnotherGoesOn) {
  Limit({.silence = absl::Hours(1), .unread = kLong});
  grpc::ClientContext context;
  auto stream = OpenEvents(&context);
  for (const char* id : {"e1", "e2", "e3"}) {
    RecordOver(*stream, Answer(id, "f1"));
    WaitUntilRead();
    EXPECT_EQ(server_->PassForStreams(absl::Minutes(59)).num_ending, 0);
  }
  while (server_->PassForStreams(absl::Minutes(30)).num_open > 0) continue;
  v1::StreamEventsResponse acknowledgement;
  EXPECT_FALSE(stream->Read(&acknowledgement));
  const grpc::Status status = stream->Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
  EXPECT_THAT(status.error_message(),
              AllOf(HasSubstr("for 1h (stream_silence_seconds"),
                    HasSubstr("open a stream for what was not acknowledged")));
  grpc::ClientContext next;
  RecordOver(*OpenEvents(&next), Answer("e4", "f1"));
  EXPECT_THAT(Recorded(), ElementsAre("e1", "e2", "e3", "e4"));
}

TEST_F(StreamLimitsTest, ASubscriptionWithNothingToSendEndsAndResumes) {
  Limit({.silence = absl::Hours(1), .unread = kLong});
  auto stream = Subscribe("classes/c1");
  EXPECT_THAT(stream.Stored(), SizeIs(0));
  for (int push = 0; push < 3; ++push) {
    const v1::Push made = Create("resources: 'resources/f1'");
    v1::SubscribePushesResponse message;
    ASSERT_TRUE(stream.Next(&message));
    EXPECT_EQ(message.push().name(), made.name());
    WaitUntilRead();
    EXPECT_EQ(server_->PassForStreams(absl::Minutes(59)).num_ending, 0);
  }
  while (server_->PassForStreams(absl::Minutes(30)).num_open > 0) continue;
  v1::SubscribePushesResponse message;
  EXPECT_FALSE(stream.Next(&message));
  const grpc::Status status = stream.Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
  EXPECT_THAT(status.error_message(),
              HasSubstr("subscribe again with the last resume_token"));
  const v1::Push missed = Create("resources: 'resources/f1'");
  auto resumed = Subscribe("classes/c1", stream.token());
  EXPECT_THAT(resumed.Stored(), ElementsAre(missed.name()));
  resumed.Cancel();
}

// Whether the client reads what is told, or never.
class UnreadTest : public StreamLimitsTest,
                   public testing::WithParamInterface<bool> {
 protected:
  UnreadTest() {
    Limit({.silence = kLong, .unread = absl::Minutes(1)});
    // The transport takes 64 KiB for a client that does not read, and does not
    // find out that the network could do more.
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_HTTP2_BDP_PROBE, 0);
    channel_ = grpc::CreateCustomChannel(
        server_->address(), grpc::InsecureChannelCredentials(), arguments);
    context_.AddMetadata("evenlight-tenant", kTenant);
  }

  static void ExpectCutOff(const grpc::Status& status) {
    if (GetParam()) {
      EXPECT_EQ(status.error_code(), grpc::StatusCode::CANCELLED);
      return;
    }
    EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
    EXPECT_THAT(status.error_message(),
                HasSubstr("not read for 1m (stream_unread_seconds"));
  }

  // One good event, and refused ones of which there is much to say.
  v1::StreamEventsRequest LoudRequest(int index) const {
    v1::StreamEventsRequest request;
    *request.add_events() = GoodEvent(index);
    for (int bad = 0; bad < 999; ++bad) {
      *request.add_events() = Answer(std::string(60, 'x'), "nowhere");
    }
    return request;
  }
  // Each of a learner of its own: late ones would be refolded.
  v1::Event GoodEvent(int index) const {
    return Answer(absl::StrCat("e", index), "f1", absl::StrCat("w", index));
  }

  std::shared_ptr<grpc::Channel> channel_;
  grpc::ClientContext context_;
};

TEST_P(UnreadTest, AStreamWhoseAcknowledgementsAreNotReadIsCutOff) {
  const auto stub = v1::TrackService::NewStub(channel_);
  auto stream = stub->StreamEvents(&context_);
  int num_sent = 0;
  std::thread writer([&] {
    while (stream->Write(LoudRequest(num_sent))) ++num_sent;
  });
  CutOffTheUnread(GetParam());
  int64_t num_settled = 0;
  v1::StreamEventsResponse acknowledgement;
  while (stream->Read(&acknowledgement)) {
    num_settled = acknowledgement.num_settled();
  }
  writer.join();
  ExpectCutOff(stream->Finish());
  const auto num_acknowledged = static_cast<int>(num_settled / 1'000);
  EXPECT_EQ(num_acknowledged > 0, !GetParam());
  EXPECT_LE(num_acknowledged, num_sent);
  // What was not acknowledged is sent again; each event is there once.
  grpc::ClientContext next;
  auto resumed = OpenEvents(&next);
  for (int index = num_acknowledged; index < num_sent; ++index) {
    RecordOver(*resumed, GoodEvent(index));
  }
  v1::RecordEventsRequest again;
  again.set_allow_partial(true);
  for (int index = 0; index < std::min(num_sent, 1'000); ++index) {
    *again.add_events() = GoodEvent(index);
  }
  v1::RecordEventsResponse results;
  ExpectOk(Record(again, &results));
  for (const v1::EventResult& result : results.results()) {
    EXPECT_EQ(result.outcome(), v1::EventResult::OUTCOME_DUPLICATE);
  }
}

TEST_P(UnreadTest, ASubscriptionThatIsNotReadIsCutOffAndResumes) {
  // Of some 200 kB each: one is more than the transport takes.
  std::string resources;
  for (int resource = 0; resource < 100; ++resource) {
    const std::string id = absl::StrCat("large", resource);
    Upsert(id, absl::StrCat("kind: RESOURCE_KIND_VIDEO minutes: 0.1 title: '",
                            std::string(200, 'x'), "' link: 'https://a.b/",
                            std::string(2'000, 'y'), "'"));
    absl::StrAppend(&resources, "resources: 'resources/", id, "' ");
  }
  std::vector<std::string> made;
  for (int push = 0; push < 20; ++push) {
    made.push_back(Create(resources + "phase: PHASE_IN_CLASS").name());
  }
  const auto stub = v1::PushService::NewStub(channel_);
  v1::SubscribePushesRequest request;
  request.set_audience("classes/c1");
  auto stream = stub->SubscribePushes(&context_, request);
  CutOffTheUnread(GetParam());
  std::vector<std::string> seen;
  std::string token;
  v1::SubscribePushesResponse message;
  while (stream->Read(&message)) {
    seen.push_back(message.push().name());
    token = message.resume_token();
  }
  ExpectCutOff(stream->Finish());
  EXPECT_LT(seen.size(), made.size());
  auto resumed = Subscribe("classes/c1", token);
  for (const std::string& name : resumed.Stored()) seen.push_back(name);
  EXPECT_EQ(seen, made);
  resumed.Cancel();
}

INSTANTIATE_TEST_SUITE_P(Clients, UnreadTest, testing::Bool(),
                         [](const auto& is_dead) {
                           return is_dead.param ? "WhoNeverRead"
                                                : "WhoReadLate";
                         });

// The rest of the way: the server's own watch ends it.
TEST_F(StreamLimitsTest, AServerWatchesItsStreamsByItsConfiguration) {
  Limit({.silence = absl::Milliseconds(20), .unread = kLong});
  auto stream = Subscribe("classes/c1");
  v1::SubscribePushesResponse message;
  while (stream.Next(&message)) continue;
  EXPECT_EQ(stream.Finish().error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
}

// A connection that a network swallowed: nothing comes any more, no end either.
TEST_F(StreamLimitsTest, AConnectionWhosePeerDoesNotAnswerIsClosed) {
  config_.keepalive = absl::Milliseconds(50);
  Restart();
  int port = 0;
  const std::string& address = server_->address();
  ASSERT_TRUE(absl::SimpleAtoi(address.substr(address.rfind(':') + 1), &port));
  sockaddr_in peer = {};
  peer.sin_family = AF_INET;
  peer.sin_port = htons(static_cast<uint16_t>(port));
  peer.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int connection = socket(AF_INET, SOCK_STREAM, 0);
  ASSERT_EQ(
      connect(connection, reinterpret_cast<sockaddr*>(&peer), sizeof(peer)), 0);
  // HTTP/2's preface and empty settings; then it never acknowledges a ping.
  const std::string hello("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0",
                          33);
  ASSERT_EQ(send(connection, hello.data(), hello.size(), 0), 33);
  char received[4'096];
  while (recv(connection, received, sizeof received, 0) > 0) continue;
  close(connection);
}

}  // namespace
}  // namespace evenlight
