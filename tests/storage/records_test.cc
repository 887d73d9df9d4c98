#include "storage/records.h"

#include <limits>
#include <random>

#include "tests/support/status_matchers.h"

namespace evenlight {
namespace {

std::mt19937_64& Random() {
  static std::mt19937_64 random(7);
  return random;
}
int64_t Number() { return static_cast<int64_t>(Random()()); }
int32_t SmallNumber() { return static_cast<int32_t>(Random()() % 1000); }
bool Coin() { return Random()() % 2 == 0; }
float Fraction() {
  return std::uniform_real_distribution<float>(-1, 1)(Random());
}
std::string Id() { return Coin() ? "" : "id" + std::to_string(SmallNumber()); }
std::vector<std::string> Ids() {
  std::vector<std::string> ids(Random()() % 4);
  for (std::string& id : ids) id = Id();
  return ids;
}
// Anywhere in the range of the format, but not 1970 itself.
absl::Time Time() {
  const int64_t micros = Number() >> (Random()() % 40);
  return absl::FromUnixMicros(micros == 0 ? 1 : micros);
}

Event RandomEvent() {
  Event event;
  event.id = "e" + Id();
  event.actor = {Coin() ? ActorKind::kLearner : ActorKind::kTeacher, "a"};
  event.time = Time();
  event.verb = static_cast<Verb>(Random()() % 11);
  event.phase = static_cast<Phase>(Random()() % 5);
  event.resource = Id();
  event.list = Id();
  event.time_is_order = Coin();
  event.sequence = Number();
  event.question = Id();
  event.kcs = Ids();
  event.score = Fraction();
  event.is_graded = Coin();
  event.time_spent = absl::Microseconds(Number() >> 20);
  event.stars = SmallNumber();
  event.dismiss_reason = static_cast<DismissReason>(Random()() % 5);
  event.class_id = Id();
  event.learners = Ids();
  if (Coin()) event.due_time = Time();
  for (int position = 1; Coin(); ++position) {
    event.listed.push_back({Id(), position, Fraction()});
  }
  event.model_version = Number();
  event.catalog_version = Number();
  event.policy_version = Number();
  return event;
}

TEST(RecordsTest, RandomEventsComeBackBitForBit) {
  for (int round = 0; round < 2000; ++round) {
    const Event event = RandomEvent();
    const std::string key = EventKeyOf("t", event.actor, PositionOf(event));
    const auto back = DecodeEvent(*ParseEventKey(key), EncodeEvent(event));
    ASSERT_THAT(back, IsOk());
    ASSERT_EQ(*back, event);
    ASSERT_EQ(EncodeEvent(*back), EncodeEvent(event));
  }
}

TEST(RecordsTest, RandomResourcesComeBack) {
  for (int round = 0; round < 500; ++round) {
    Resource resource;
    resource.id = Id();
    resource.title = Id();
    resource.kind = static_cast<ResourceKind>(Random()() % 10);
    resource.kcs = Ids();
    resource.subject = Id();
    resource.min_grade = SmallNumber();
    resource.max_grade = SmallNumber();
    resource.language = Id();
    resource.minutes = Fraction();
    if (Coin()) resource.difficulty = Coin() ? 0 : Fraction();
    resource.provider = Id();
    resource.author = Id();
    resource.phases = static_cast<PhaseSet>(Random()());
    resource.accessibility = static_cast<AccessibilitySet>(Random()());
    resource.bandwidth_kbps = SmallNumber();
    resource.link = Id();
    if (Coin()) resource.publish_time = Time();
    if (Coin()) resource.expire_time = Time();
    resource.hidden = Coin();
    resource.imported = Coin();
    resource.create_time = Coin() ? absl::UnixEpoch() : Time();
    const auto back =
        DecodeResource("t", resource.id, EncodeResource(resource));
    ASSERT_THAT(back, IsOk());
    ASSERT_EQ(*back, resource);
  }
}

// 0 in the record means none; an expiry in 1970 must not become "never".
TEST(RecordsTest, ExpiryIn1970IsStillPast) {
  Resource resource;
  resource.expire_time = absl::UnixEpoch();
  const auto back = DecodeResource("t", "", EncodeResource(resource));
  ASSERT_THAT(back, IsOk());
  EXPECT_EQ(back->expire_time, absl::FromUnixMicros(1));
}

TEST(RecordsTest, RestOfTheCatalogAndRosterComesBack) {
  const KnowledgeComponent kc{"k", "title", "maths", {"k2", "k1"}, 4, true};
  EXPECT_EQ(*DecodeKc("t", "k", EncodeKc(kc)), kc);
  const School school{"s", "title", "north", Tier::kTeachingPoint};
  EXPECT_EQ(*DecodeSchool("t", "s", EncodeSchool(school)), school);
  const SchoolClass school_class{"c", "title", "s", 6};
  EXPECT_EQ(*DecodeClass("t", "c", EncodeClass(school_class)), school_class);
  const Person person{
      {ActorKind::kTeacher, "p"}, "s", {"c2", "c1"}, 3, "zh-Hans", 0b110, 256};
  EXPECT_EQ(*DecodePerson("t", person.actor, EncodePerson(person)), person);
}

TEST(RecordsTest, StatesIdsAndListsComeBack) {
  const StoredLearnerState state{true, 5, 6, std::string("\0\xff", 2)};
  EXPECT_EQ(*DecodeLearnerState("t", "l", EncodeLearnerState(state)), state);
  EXPECT_EQ(*DecodeSequenceOfId("t", "e", EncodeSequenceOfId(9)), 9);
  const StoredList list{"x",
                        "l",
                        "q",
                        "\xff"
                        "d",
                        "\xfe"
                        "r",
                        absl::FromUnixMicros(-5),
                        -3,
                        12,
                        {{"r", 2, 0.5f, {1, 2, 3}, "gate"}, {}},
                        7,
                        {{"r", 0.5f, 1}, {}},
                        "request"};
  EXPECT_EQ(*DecodeList("t", "x", EncodeList(list)), list);
}

// A list of a build that drew no place reads as one whose places were certain.
TEST(RecordsTest, AListWithoutADrawnPlaceHasTheBytesOfBefore) {
  StoredList list;
  list.learner = "l";
  EXPECT_EQ(EncodeList(list), "\x22\x01l");
  EXPECT_EQ(DecodeList("t", "x", "\x22\x01l")->drawn_position, 0);
}

TEST(RecordsTest, GoalsComeBack) {
  const StoredGoal goal{
      {{"k2", "k1"}, GoalLevel::kProficient, absl::FromUnixMicros(7), 45, -90},
      absl::FromUnixMicros(5),
      {{"q1", "\xff d"}, {"q2", ""}}};
  EXPECT_EQ(*DecodeGoal("t", "l", EncodeGoal(goal)), goal);
}

TEST(RecordsTest, FieldNumbersAreThoseOnDisk) {
  Event event;
  event.sequence = 1;
  event.verb = Verb::kAnswered;
  event.score = 1;
  EXPECT_EQ(EncodeEvent(event),
            std::string("\x08\x01\x10\x03\x3d\0\0\x80\x3f", 9));
}

}  // namespace
}  // namespace evenlight
