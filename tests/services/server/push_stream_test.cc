// Subscriptions to pushes: nothing is missed, whatever happens in between.

#include <thread>

#include "gmock/gmock.h"
#include "tests/services/server/push_world.h"

namespace evenlight {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class PushStreamTest : public PushWorld {
 protected:
  std::string Push(const std::string& more = "") {
    return Create("resources: 'resources/f1' " + more).name();
  }
};

TEST_F(PushStreamTest, FirstComesWhatIsPendingThenEachPushAsItIsMade) {
  const std::string old = Push("due_time { seconds: 1772352001 }");
  const std::string pending = Push();
  clock_.Advance(absl::Minutes(1));
  auto stream = Subscribe("learners/l1");
  EXPECT_THAT(stream.Stored(), ElementsAre(pending));
  const std::string next = Push();
  Push("class_name: 'classes/c2'");
  Push("learners: 'learners/l2'");
  const std::string last = Push("learners: 'learners/l1'");
  v1::SubscribePushesResponse message;
  ASSERT_TRUE(stream.Next(&message));
  EXPECT_EQ(message.push().name(), next);
  ASSERT_TRUE(stream.Next(&message));
  EXPECT_EQ(message.push().name(), last);
  stream.Cancel();
}

TEST_F(PushStreamTest, ChangesComeInTheOrderOfCommitAsEachWas) {
  const std::string push = Push();
  Update(push, "edits { kind: KIND_PIN resource: 'resources/d1' reason: 'r' }");
  const std::string other = Push();
  Update(push,
         "edits { kind: KIND_REMOVE resource: 'resources/f1' reason: 'r' }");
  auto stream = Subscribe("classes/c1");
  std::vector<std::string> seen;
  v1::SubscribePushesResponse message;
  while (stream.Next(&message) && message.has_push()) {
    seen.push_back(message.push().name() + " " + ListOf(message.push()));
  }
  EXPECT_THAT(seen, ElementsAre(push + " f1", push + " *d1 f1", other + " f1",
                                push + " *d1"));
  stream.Cancel();
}

TEST_F(PushStreamTest, AClientThatComesBackMissesNothing) {
  std::vector<std::string> made, seen;
  std::string token;
  for (int round = 0; round < 4; ++round) {
    for (int push = 0; push < 7; ++push) made.push_back(Push());
    auto stream = Subscribe("classes/c1", token);
    // It reads a few, and is gone; more are made before it is back.
    v1::SubscribePushesResponse message;
    for (int read = 0; read < 3 + round; ++read) {
      ASSERT_TRUE(stream.Next(&message));
      if (message.has_push()) seen.push_back(message.push().name());
    }
    token = stream.token();
    stream.Cancel();
    if (round == 1) Restart();
  }
  auto stream = Subscribe("classes/c1", token);
  for (const std::string& name : stream.Stored()) seen.push_back(name);
  EXPECT_EQ(seen, made);
  stream.Cancel();
}

TEST_F(PushStreamTest, NothingIsMissedBetweenWhatIsStoredAndWhatIsMade) {
  constexpr int kNumPushes = 60;
  std::vector<std::string> made;
  std::thread teacher([&] {
    for (int push = 0; push < kNumPushes; ++push) made.push_back(Push());
  });
  std::vector<std::string> seen;
  std::string token;
  while (seen.size() < kNumPushes) {
    auto stream = Subscribe("learners/l2", token);
    v1::SubscribePushesResponse message;
    for (int read = 0; read < 10 && seen.size() < kNumPushes; ++read) {
      ASSERT_TRUE(stream.Next(&message));
      if (message.has_push()) seen.push_back(message.push().name());
    }
    token = stream.token();
    stream.Cancel();
  }
  teacher.join();
  EXPECT_EQ(seen, made);
}

TEST_F(PushStreamTest, AStreamEndsWhenTheServerStops) {
  auto stream = Subscribe("classes/c1");
  EXPECT_THAT(stream.Stored(), IsEmpty());
  std::thread stop([&] { server_->Shutdown(absl::Seconds(30)); });
  v1::SubscribePushesResponse message;
  EXPECT_FALSE(stream.Next(&message));
  const grpc::Status status = stream.Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_THAT(status.error_message(), HasSubstr("subscribe again"));
  stop.join();
}

TEST_F(PushStreamTest, ASlowClientIsCutOffAndResumes) {
  // Large pushes fill what the transport holds for the client.
  std::string resources;
  for (int resource = 0; resource < 100; ++resource) {
    const std::string id = absl::StrCat("large", resource);
    Upsert(id, absl::StrCat("kind: RESOURCE_KIND_VIDEO minutes: 0.1 title: '",
                            std::string(200, 'x'), "' link: 'https://a.b/",
                            std::string(400, 'y'), "'"));
    absl::StrAppend(&resources, "resources: 'resources/", id, "' ");
  }
  auto stream = Subscribe("classes/c1");
  EXPECT_THAT(stream.Stored(), IsEmpty());
  const std::string request = resources + "phase: PHASE_IN_CLASS";
  std::vector<std::string> made;
  for (int push = 0; push < 260; ++push) {
    made.push_back(Create(request).name());
  }
  std::vector<std::string> seen;
  v1::SubscribePushesResponse message;
  while (stream.Next(&message)) seen.push_back(message.push().name());
  EXPECT_LT(seen.size(), made.size());
  const grpc::Status status = stream.Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED)
      << status.error_message();
  auto resumed = Subscribe("classes/c1", stream.token());
  for (const std::string& name : resumed.Stored()) seen.push_back(name);
  EXPECT_EQ(seen, made);
  resumed.Cancel();
}

TEST_F(PushStreamTest, BadSubscriptionsAreToldWhatIsWrong) {
  Push();
  auto first = Subscribe("learners/l1");
  first.Stored();
  const auto refusal = [&](const std::string& audience,
                           const std::string& token) {
    auto stream = Subscribe(audience, token);
    v1::SubscribePushesResponse message;
    EXPECT_FALSE(stream.Next(&message));
    return stream.Finish();
  };
  EXPECT_THAT(ViolationsOf(refusal("teachers/w", "")),
              ElementsAre("audience: `teachers/w` is neither `classes/` nor "
                          "`learners/` and an id"));
  for (const std::string& token : {std::string("abc"), first.token()}) {
    EXPECT_THAT(ViolationsOf(refusal("learners/l2", token)),
                ElementsAre("resume_token: is not a resume_token of a stream "
                            "of this audience"));
  }
  first.Cancel();
  // Its position is none of another tenant's.
  auto ahead =
      Subscription(*client_, "elsewhere", "learners/l1", first.token());
  v1::SubscribePushesResponse message;
  EXPECT_FALSE(ahead.Next(&message));
  const grpc::Status status = ahead.Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_THAT(status.error_message(),
              HasSubstr("stands after 1 changes, but there are 0"));
}

// Whose minutes a push passed, and who else has it, is the teacher's to know.
TEST_F(PushStreamTest, ALearnerSeesNothingOfTheOthers) {
  Upsert("long", "kind: RESOURCE_KIND_VIDEO minutes: 70");  // Of 60 a day.
  Create("resources: 'resources/long' confirm_over_cap_reason: 'r'");
  const auto learners_of = [](const v1::Push& push) {
    std::vector<std::string> learners(push.learners().begin(),
                                      push.learners().end());
    for (const auto& over : push.assigned_over_cap()) {
      learners.push_back("over " + over.learner());
    }
    return learners;
  };
  const std::vector<std::string> all = {"learners/l1",      "learners/l2",
                                        "learners/l3",      "over learners/l1",
                                        "over learners/l2", "over learners/l3"};
  const std::vector<std::string> own = {"learners/l2", "over learners/l2"};
  for (const auto& [audience, expected] :
       {std::pair("classes/c1", all), std::pair("learners/l2", own)}) {
    auto stream = Subscribe(audience);
    v1::SubscribePushesResponse message;
    ASSERT_TRUE(stream.Next(&message));
    EXPECT_EQ(learners_of(message.push()), expected);
    stream.Cancel();
    const auto listed = ListPushes("audience: '" + std::string(audience) + "'");
    EXPECT_EQ(learners_of(listed.pushes(0)), expected);
  }
}

}  // namespace
}  // namespace evenlight
