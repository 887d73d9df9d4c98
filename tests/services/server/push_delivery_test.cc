// Delivery of pushes: what a learner's frontend says it has is on the track
// once, and the teacher sees it.

#include <thread>
#include <vector>

#include "absl/strings/escaping.h"
#include "gmock/gmock.h"
#include "tests/services/server/push_world.h"

namespace evenlight {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class PushDeliveryTest : public PushWorld {
 protected:
  std::string Push(const std::string& more = "") {
    return Create("resources: 'resources/f1' " + more).name();
  }

  // Reads what is stored and is gone; returns where it stood.
  std::string ReadAll(const std::string& audience,
                      const std::string& token = "") const {
    auto stream = Subscribe(audience, token);
    stream.Stored();
    stream.Cancel();
    return stream.token();
  }

  static grpc::Status TryAcknowledge(const TestClient& client,
                                     const std::string& learner,
                                     const std::string& token,
                                     int* num_delivered = nullptr) {
    v1::AcknowledgePushesRequest request;
    request.set_learner(learner);
    request.set_resume_token(token);
    v1::AcknowledgePushesResponse response;
    const grpc::Status status =
        client.Call(*client.pushes, &v1::PushService::Stub::AcknowledgePushes,
                    request, &response);
    if (num_delivered != nullptr) *num_delivered = response.num_delivered();
    return status;
  }
  int Acknowledge(const std::string& learner, const std::string& token) const {
    int num_delivered = -1;
    ExpectOk(TryAcknowledge(*client_, learner, token, &num_delivered));
    return num_delivered;
  }

  // The lists of a learner's `delivered` events, in order.
  std::vector<std::string> Delivered(const std::string& learner) const {
    std::vector<std::string> lists;
    const v1::ListEventsResponse track = List(*client_, learner);
    for (const v1::Event& event : track.events()) {
      if (!event.has_delivered()) continue;
      EXPECT_THAT(event.resource(), IsEmpty());
      lists.push_back(event.list());
    }
    return lists;
  }

  // `learner first now` of each, in seconds since the start; `-`: not set.
  static std::vector<std::string> DeliveriesOf(const v1::Push& push) {
    std::vector<std::string> texts;
    for (const v1::PushDelivery& one : push.deliveries()) {
      texts.push_back(absl::StrCat(
          one.learner(), " ",
          one.first_delivered_time().seconds() - kStartSeconds, " ",
          one.has_delivered_time()
              ? absl::StrCat(one.delivered_time().seconds() - kStartSeconds)
              : "-"));
    }
    return texts;
  }
};

// The way of one push: sent, lost, sent again, received.
TEST_F(PushDeliveryTest, WhatArrivedIsDeliveredOnceHoweverOftenItIsSaid) {
  const v1::Push push = Create("resources: 'resources/f1'");
  const std::string token = ReadAll("learners/l1");
  EXPECT_THAT(Delivered("learners/l1"), IsEmpty())
      << "what was written to a connection may still be lost with it";
  EXPECT_THAT(DeliveriesOf(Get(push.name())), IsEmpty());

  // The app goes on from its token: so it has what came before.
  clock_.Advance(absl::Seconds(60));
  ReadAll("learners/l1", token);
  EXPECT_THAT(Delivered("learners/l1"), ElementsAre(push.list()));
  clock_.Advance(absl::Seconds(60));
  ReadAll("learners/l1", token);
  EXPECT_EQ(Acknowledge("learners/l1", token), 0);
  Restart();
  EXPECT_EQ(Acknowledge("learners/l1", token), 0);
  EXPECT_EQ(Acknowledge("learners/l1", ReadAll("learners/l1")), 0)
      << "a second device";
  EXPECT_THAT(Delivered("learners/l1"), ElementsAre(push.list()));
  EXPECT_THAT(Delivered("learners/l2"), IsEmpty());
  EXPECT_THAT(DeliveriesOf(Get(push.name())), ElementsAre("learners/l1 60 60"));
}

TEST_F(PushDeliveryTest, TheTeacherSeesWhoHasItAndALearnerOnlyThemself) {
  Push();
  for (const char* learner : {"learners/l2", "learners/l1"}) {
    clock_.Advance(absl::Seconds(1));
    EXPECT_EQ(Acknowledge(learner, ReadAll(learner)), 1);
  }
  const auto of_class = ListPushes("audience: 'classes/c1'");
  EXPECT_THAT(DeliveriesOf(of_class.pushes(0)),
              ElementsAre("learners/l1 2 2", "learners/l2 1 1"));
  EXPECT_THAT(DeliveriesOf(ListPushes("audience: 'learners/l2'").pushes(0)),
              ElementsAre("learners/l2 1 1"));
  EXPECT_THAT(DeliveriesOf(ListPushes("audience: 'learners/l3'").pushes(0)),
              IsEmpty());
}

TEST_F(PushDeliveryTest, AChangeIsDeliveredForItself) {
  const v1::Push push = Create("resources: 'resources/f1'");
  std::string token = ReadAll("learners/l1");
  EXPECT_EQ(Acknowledge("learners/l1", token), 1);
  clock_.Advance(absl::Seconds(10));
  Update(push.name(),
         "edits { kind: KIND_PIN resource: 'resources/d1' reason: 'r' }");
  EXPECT_THAT(DeliveriesOf(Get(push.name())), ElementsAre("learners/l1 0 -"));
  token = ReadAll("learners/l1", token);
  EXPECT_EQ(Acknowledge("learners/l1", token), 1);
  EXPECT_THAT(DeliveriesOf(Get(push.name())), ElementsAre("learners/l1 0 10"));
  EXPECT_THAT(Delivered("learners/l1"), ElementsAre(push.list(), push.list()));
}

// More than are written together.
TEST_F(PushDeliveryTest, OnlyWhatWasReadIsDelivered) {
  constexpr int kNumPushes = 40, kNumRead = 23;
  for (int push = 0; push < kNumPushes; ++push) Push();
  auto stream = Subscribe("learners/l1");
  v1::SubscribePushesResponse message;
  std::vector<std::string> seen;
  for (int read = 0; read < kNumRead; ++read) {
    ASSERT_TRUE(stream.Next(&message));
    seen.push_back(message.push().list());
  }
  EXPECT_EQ(Acknowledge("learners/l1", stream.token()), kNumRead);
  EXPECT_THAT(Delivered("learners/l1"),
              testing::UnorderedElementsAreArray(seen));
  stream.Stored();
  EXPECT_EQ(Acknowledge("learners/l1", stream.token()), kNumPushes - kNumRead);
  stream.Cancel();
}

TEST_F(PushDeliveryTest, WhatWasPastItsTimeIsNotSentAndNotDelivered) {
  const v1::Push pending = Create("resources: 'resources/f1'");
  const std::string old = Push("due_time { seconds: 1772352001 }");
  clock_.Advance(absl::Minutes(1));
  const std::string token = ReadAll("learners/l1");
  EXPECT_EQ(Acknowledge("learners/l1", token), 1);
  const v1::Push next = Create("resources: 'resources/f1'");
  const std::string later = ReadAll("learners/l1", token);
  EXPECT_EQ(Acknowledge("learners/l1", later), 1);
  EXPECT_THAT(Delivered("learners/l1"),
              testing::UnorderedElementsAre(pending.list(), next.list()));
  EXPECT_THAT(DeliveriesOf(Get(old)), IsEmpty());
}

TEST_F(PushDeliveryTest, AClassesStreamSaysNothingOfItsLearners) {
  const std::string push = Push();
  ReadAll("classes/c1", ReadAll("classes/c1"));
  EXPECT_THAT(DeliveriesOf(Get(push)), IsEmpty());
  EXPECT_THAT(Delivered("learners/l1"), IsEmpty());
}

TEST_F(PushDeliveryTest, DevicesThatSpeakAtOnceDeliverOnce) {
  constexpr int kNumPushes = 30, kNumDevices = 6;
  for (int push = 0; push < kNumPushes; ++push) Push();
  const std::string token = ReadAll("learners/l1");
  std::vector<int> nums(kNumDevices);
  std::vector<std::thread> devices;
  for (int& num : nums) {
    devices.emplace_back(
        [this, &num, &token] { num = Acknowledge("learners/l1", token); });
  }
  for (std::thread& device : devices) device.join();
  int sum = 0;
  for (const int num : nums) sum += num;
  EXPECT_EQ(sum, kNumPushes);
  EXPECT_EQ(Delivered("learners/l1").size(), kNumPushes);
}

// Nothing is known of what such a stream sent.
TEST_F(PushDeliveryTest, ATokenOfAnEarlierBuildGoesOnAndDeliversNothing) {
  Push();
  const v1::Push missed = Create("resources: 'resources/f1'");
  // Version 4: kind and id of the audience, and the sequence.
  const auto earlier = [](absl::string_view content) {
    return absl::WebSafeBase64Escape(absl::StrCat("4", content));
  };
  auto stream = Subscribe("learners/l1", earlier("ll1/1"));
  EXPECT_THAT(stream.Stored(), ElementsAre(missed.name()));
  EXPECT_THAT(Delivered("learners/l1"), IsEmpty());
  EXPECT_EQ(Acknowledge("learners/l1", stream.token()), 1);
  stream.Cancel();
  EXPECT_EQ(Acknowledge("learners/l1", ReadAll("learners/l1")), 1)
      << "a device that has the first as well";
  for (const char* wrong :
       {"ll2/1", "ll1/-1", "ll1/01", "ll1/x", "ll1", "cl1/1"}) {
    EXPECT_THAT(
        ViolationsOf(TryAcknowledge(*client_, "learners/l1", earlier(wrong))),
        ElementsAre("resume_token: is not a resume_token of a stream "
                    "of this audience"))
        << wrong;
  }
}

// As a frontend does that says so for each message.
TEST_F(PushDeliveryTest, EachWordOfAStreamGoesOnWhereTheLastEnded) {
  constexpr int kNumPushes = 5;
  auto stream = Subscribe("learners/l1");
  stream.Stored();
  v1::SubscribePushesResponse message;
  std::string first;
  for (int push = 0; push < kNumPushes; ++push) {
    Push();
    ASSERT_TRUE(stream.Next(&message));
    EXPECT_EQ(Acknowledge("learners/l1", stream.token()), 1);
    if (push == 0) first = stream.token();
  }
  EXPECT_EQ(Acknowledge("learners/l1", first), 0);
  EXPECT_EQ(Acknowledge("learners/l1", stream.token()), 0);
  EXPECT_EQ(Delivered("learners/l1").size(), kNumPushes);
  stream.Cancel();
}

TEST_F(PushDeliveryTest, NothingIsLearntOfALearnerByIt) {
  ExpectOk(Record({Answer("e1", "f1")}));
  Push();
  const auto state = [this] {
    v1::GetLearnerStateRequest request;
    request.set_learner("learners/l1");
    v1::LearnerState state;
    ExpectOk(client_->Call(*client_->learners,
                           &v1::LearnerService::Stub::GetLearnerState, request,
                           &state));
    return state.SerializeAsString();
  };
  const std::string before = state();
  clock_.Advance(absl::Seconds(1));
  EXPECT_EQ(Acknowledge("learners/l1", ReadAll("learners/l1")), 1);
  clock_.Advance(-absl::Seconds(1));
  EXPECT_EQ(state(), before);
}

TEST_F(PushDeliveryTest, BadAcknowledgementsAreToldWhatIsWrong) {
  Push();
  const std::string token = ReadAll("learners/l1");
  const auto violations = [this](const std::string& learner,
                                 const std::string& of_token) {
    return ViolationsOf(TryAcknowledge(*client_, learner, of_token));
  };
  EXPECT_THAT(violations("classes/c1", token),
              ElementsAre(HasSubstr("learner: ")));
  EXPECT_THAT(violations("learners/l1", ""),
              ElementsAre("resume_token: is required"));
  for (const std::string& wrong :
       {std::string("abc"), ReadAll("learners/l2"), ReadAll("classes/c1")}) {
    EXPECT_THAT(violations("learners/l1", wrong),
                ElementsAre("resume_token: is not a resume_token of a stream "
                            "of this audience"));
  }
  const TestClient elsewhere = ClientOf("elsewhere");
  const grpc::Status ahead = TryAcknowledge(elsewhere, "learners/l1", token);
  EXPECT_EQ(ahead.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_THAT(ahead.error_message(), HasSubstr("subscribe without a token"));
  // Only the service says so on the track.
  v1::Event event = Answer("e1", "f1");
  event.clear_resource();
  event.mutable_delivered();
  EXPECT_THAT(ViolationsOf(Record({event})),
              testing::Contains(HasSubstr("written by the service only")));
}

}  // namespace
}  // namespace evenlight
