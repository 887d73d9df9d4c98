#include "services/interop/json_lines.h"

#include <sstream>
#include <string>

#include "evenlight/v1/event.pb.h"
#include "evenlight/v1/resource.pb.h"
#include "gmock/gmock.h"
#include "google/protobuf/util/message_differencer.h"
#include "gtest/gtest.h"
#include "services/interop/to_message.h"
#include "tests/support/status_matchers.h"

namespace evenlight {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

template <typename Message>
absl::Status Parse(const std::string& line, Message* message) {
  std::istringstream in(line);
  LineReader reader(&in);
  reader.Next();
  return ParseJsonLine(reader, message);
}

Event SomeEvent(Verb verb) {
  Event event;
  event.id = "e1";
  event.actor = {ActorKind::kLearner, "l1"};
  event.time = absl::FromUnixMicros(1767225600123456);
  event.verb = verb;
  event.phase = Phase::kPostClass;
  event.resource = "r1";
  event.list = "list1";
  event.kcs = {"k1", "k2"};
  event.score = 1;
  event.time_spent = absl::Milliseconds(61500);
  event.stars = 4;
  event.dismiss_reason = DismissReason::kTooEasy;
  event.class_id = "c1";
  event.due_time = absl::FromUnixSeconds(1767230000);
  return event;
}

TEST(JsonLinesTest, EveryVerbIsReadAsItWasWritten) {
  for (int verb = 1; verb <= 8; ++verb) {
    v1::Event event;
    ToMessage(SomeEvent(static_cast<Verb>(verb)), &event);
    ASSERT_NE(event.verb_case(), v1::Event::VERB_NOT_SET) << verb;
    const std::string line = ToJsonLine(event);
    EXPECT_THAT(line, Not(HasSubstr("\n")));
    v1::Event parsed;
    ASSERT_THAT(Parse(line, &parsed), IsOk()) << line;
    EXPECT_TRUE(
        google::protobuf::util::MessageDifferencer::Equals(parsed, event))
        << line;
  }
}

TEST(JsonLinesTest, AResourceIsReadAsItWasWritten) {
  Resource resource;
  resource.id = "r1";
  resource.title = "\xE5\x88\x86\xE6\x95\xB0";
  resource.kind = ResourceKind::kVideo;
  resource.kcs = {"k1"};
  resource.difficulty = 0.25f;
  resource.phases = 1u << 1 | 1u << 3;
  resource.accessibility = 1u << 1 | 1u << 5;
  resource.publish_time = absl::FromUnixSeconds(1767225600);
  v1::Resource message;
  ToMessage(resource, &message);
  EXPECT_EQ(message.phases_size(), 2);
  EXPECT_EQ(message.accessibility_features(1),
            v1::ACCESSIBILITY_FEATURE_NO_TIME_LIMIT);
  v1::Resource parsed;
  ASSERT_THAT(Parse(ToJsonLine(message), &parsed), IsOk());
  EXPECT_TRUE(
      google::protobuf::util::MessageDifferencer::Equals(parsed, message));
}

TEST(JsonLinesTest, WrongLinesAreRefusedInOneLineOfReason) {
  const std::string lines[] = {"{",
                               "[]",
                               "{\"eventid\":1}",
                               "{\"event_id\":\"\xff\"}",
                               "{\"event_time\":\"yesterday\"}",
                               "{\"rated\":{\"stars\":\"many\"}}",
                               "text"};
  for (const std::string& line : lines) {
    v1::Event event;
    const absl::Status status = Parse(line, &event);
    EXPECT_THAT(status, HasCode(absl::StatusCode::kInvalidArgument)) << line;
    EXPECT_THAT(std::string(status.message()), Not(HasSubstr("\n")));
  }
}

}  // namespace
}  // namespace evenlight
