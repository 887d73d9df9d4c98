#include "services/cli/push.h"

#include <sstream>

#include "evenlight/v1/push_service.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/services/cli/fake_client.h"

namespace evenlight {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

v1::SubscribePushesResponse Message(const std::string& push,
                                    const std::string& token) {
  v1::SubscribePushesResponse message;
  if (!push.empty()) message.mutable_push()->set_name("pushes/" + push);
  message.set_resume_token(token);
  return message;
}

// Also has streams: each call gets the next of `streams`.
class StreamingClient : public FakeClient {
 public:
  struct Answer {
    std::vector<v1::SubscribePushesResponse> messages;
    absl::Status end;
  };

  absl::Status Stream(const char* method,
                      const google::protobuf::Message& request,
                      google::protobuf::Message* response,
                      absl::FunctionRef<bool()> visit) override {
    EXPECT_STREQ(method, kSubscribePushes.name);
    requests.push_back(
        dynamic_cast<const v1::SubscribePushesRequest&>(request));
    if (streams.empty()) return absl::InternalError("no more streams");
    const Answer answer = streams.front();
    streams.erase(streams.begin());
    for (const auto& message : answer.messages) {
      response->CopyFrom(message);
      if (!visit()) return absl::OkStatus();
    }
    return answer.end;
  }

  std::vector<Answer> streams;
  std::vector<v1::SubscribePushesRequest> requests;
};

class PushCommandTest : public testing::Test {
 protected:
  StreamingClient server_;
  std::ostringstream out_;
  std::ostringstream err_;
  std::vector<absl::Duration> pauses_;
  Console console_ = {
      .out = out_, .err = err_, .sleep = [this](absl::Duration pause) {
        pauses_.push_back(pause);
      }};
};

TEST_F(PushCommandTest, CreateSendsTheListWithItsEditsAndShowsThePush) {
  v1::CreatePushRequest seen;
  server_.On(kCreatePush, [&](const auto& request, auto* response) {
    seen = request;
    v1::Push* push = response->mutable_push();
    push->set_name("pushes/p1");
    push->set_class_name("classes/c1");
    push->add_learners("learners/l1");
    push->set_phase(v1::PHASE_POST_CLASS);
    v1::PushedResource* pushed = push->add_resources();
    pushed->set_resource("resources/r9");
    pushed->set_title("Fractions");
    pushed->set_minutes(12);
    pushed->set_pinned(true);
    v1::AssignedOverCap* over = push->add_assigned_over_cap();
    over->set_learner("learners/l1");
    over->set_minutes(75);
    over->set_minutes_left(60);
    over->set_reason("exam");
    return absl::OkStatus();
  });
  PushOptions options;
  options.class_id = "c1";
  options.teacher = "w";
  options.resources = {"r1", "resources/r2"};
  options.learners = {"l1"};
  options.pins = {"r9"};
  options.bans = {"r3"};
  options.reason = "for the exam";
  options.due_time = absl::FromUnixSeconds(5);
  options.confirm = "exam";
  EXPECT_EQ(CreatePush(options, &server_, console_), kExitOk);
  EXPECT_EQ(seen.class_name(), "classes/c1");
  EXPECT_EQ(seen.teacher(), "teachers/w");
  EXPECT_THAT(seen.resources(), ElementsAre("resources/r1", "resources/r2"));
  EXPECT_THAT(seen.learners(), ElementsAre("learners/l1"));
  ASSERT_EQ(seen.edits_size(), 2);
  EXPECT_EQ(seen.edits(0).kind(), v1::PushEdit::KIND_PIN);
  EXPECT_EQ(seen.edits(1).resource(), "resources/r3");
  EXPECT_EQ(seen.edits(1).reason(), "for the exam");
  EXPECT_EQ(seen.due_time().seconds(), 5);
  EXPECT_EQ(seen.confirm_over_cap_reason(), "exam");
  EXPECT_THAT(out_.str(), HasSubstr("pushes/p1: class c1, 1 learners, "
                                    "post_class, due "));
  EXPECT_THAT(out_.str(), HasSubstr(" 1. r9: Fractions, 12 min, pinned\n"));
  EXPECT_THAT(out_.str(),
              HasSubstr("over the cap: l1, 75 min of 60 left. exam\n"));
}

TEST_F(PushCommandTest, OverTheCapEndsWithThreeAndSaysHowToConfirm) {
  server_.On(kCreatePush, [&](const auto&, auto*) {
    absl::Status status = FakeClient::Refusal(
        {{"confirm_over_cap_reason", "is required: learners/l1 has 20 left"}});
    absl::Status result(absl::StatusCode::kFailedPrecondition, "over");
    status.ForEachPayload([&](auto url, const absl::Cord& payload) {
      result.SetPayload(url, payload);
    });
    return result;
  });
  EXPECT_EQ(CreatePush({}, &server_, console_), kExitRefused);
  EXPECT_THAT(err_.str(), HasSubstr("learners/l1 has 20 left"));
  EXPECT_THAT(err_.str(), HasSubstr("--confirm"));
}

TEST_F(PushCommandTest, ListGoesThroughAllPages) {
  std::vector<std::string> tokens;
  server_.On(kListPushes, [&](const auto& request, auto* response) {
    EXPECT_EQ(request.audience(), "learners/l1");
    tokens.push_back(request.page_token());
    response->add_pushes()->set_name(absl::StrCat("pushes/p", tokens.size()));
    if (tokens.size() == 1) response->set_next_page_token("next");
    return absl::OkStatus();
  });
  PushAudienceOptions options;
  options.learner = "l1";
  EXPECT_EQ(ListPushes(options, &server_, console_), kExitOk);
  EXPECT_THAT(tokens, ElementsAre("", "next"));
  EXPECT_THAT(out_.str(), HasSubstr("pushes/p1"));
  EXPECT_THAT(out_.str(), HasSubstr("pushes/p2"));
}

TEST_F(PushCommandTest, WatchGoesOnWhereItStoodWhenTheServerIsBack) {
  const absl::Status away = absl::UnavailableError("away");
  server_.streams = {
      {{Message("p1", "t1"), Message("", "t1")}, away},
      {{}, away},
      {{Message("p2", "t2")}, absl::ResourceExhaustedError("slow")},
      {{}, absl::DeadlineExceededError("silent")},
      {{Message("p3", "t3"), Message("p4", "t4")}, absl::OkStatus()}};
  PushAudienceOptions options;
  options.class_id = "c1";
  options.resume_token = "t0";
  options.num = 3;
  EXPECT_EQ(WatchPushes(options, &server_, console_), kExitOk);
  std::vector<std::string> tokens;
  for (const auto& request : server_.requests) {
    EXPECT_EQ(request.audience(), "classes/c1");
    tokens.push_back(request.resume_token());
  }
  EXPECT_THAT(tokens, ElementsAre("t0", "t1", "t1", "t2", "t2"));
  EXPECT_THAT(pauses_, ElementsAre(absl::Seconds(1), absl::Seconds(2),
                                   absl::Seconds(1), absl::Seconds(2)));
  EXPECT_THAT(out_.str(), HasSubstr("pushes/p3"));
  EXPECT_THAT(out_.str(), Not(HasSubstr("pushes/p4")));
  EXPECT_THAT(err_.str(), HasSubstr("resume_token t3\n"));
}

TEST_F(PushCommandTest, ListSaysWhomAPushHasReached) {
  server_.On(kListPushes, [&](const auto&, auto* response) {
    v1::Push* push = response->add_pushes();
    push->add_deliveries()->mutable_delivered_time()->set_seconds(1);
    push->add_deliveries()->mutable_first_delivered_time()->set_seconds(1);
    response->add_pushes();
    return absl::OkStatus();
  });
  EXPECT_EQ(ListPushes({}, &server_, console_), kExitOk);
  EXPECT_THAT(out_.str(),
              HasSubstr("delivered to 1, and to 1 before it was changed\n"));
  EXPECT_THAT(out_.str(), HasSubstr("delivered to 0\n"));
}

TEST_F(PushCommandTest, WatchSaysWhatArrivedOnlyIfItIsToldTo) {
  std::vector<std::string> said;
  server_.On(kAcknowledgePushes, [&](const auto& request, auto*) {
    EXPECT_EQ(request.learner(), "learners/l1");
    said.push_back(request.resume_token());
    return said.size() == 2 ? absl::UnavailableError("away") : absl::OkStatus();
  });
  PushAudienceOptions options;
  options.learner = "l1";
  options.is_stored_only = true;
  for (const bool acknowledges : {false, true}) {
    options.acknowledges = acknowledges;
    server_.streams = {{{Message("p1", "t1"), Message("p2", "t2")}, {}}};
    if (acknowledges) server_.streams.push_back({{Message("", "t3")}, {}});
    EXPECT_EQ(WatchPushes(options, &server_, console_), kExitOk);
  }
  // After the second it lost the server, and went on.
  EXPECT_THAT(said, ElementsAre("t1", "t2", "t3"));
  EXPECT_EQ(server_.requests.back().resume_token(), "t2");
}

TEST_F(PushCommandTest, WatchOfWhatIsStoredEndsWithIt) {
  server_.streams = {{{Message("p1", "t1"), Message("", "t2")}, {}}};
  PushAudienceOptions options;
  options.class_id = "c1";
  options.is_stored_only = true;
  EXPECT_EQ(WatchPushes(options, &server_, console_), kExitOk);
  EXPECT_THAT(err_.str(), HasSubstr("resume_token t2\n"));
  EXPECT_THAT(pauses_, IsEmpty());
}

TEST_F(PushCommandTest, WatchEndsWithAnErrorThatWillNotPass) {
  server_.streams = {{{}, absl::InvalidArgumentError("audience: is wrong")}};
  EXPECT_EQ(WatchPushes({}, &server_, console_), kExitError);
  EXPECT_THAT(err_.str(), HasSubstr("push watch"));
}

}  // namespace
}  // namespace evenlight
