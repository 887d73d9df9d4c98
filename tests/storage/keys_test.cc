#include "storage/keys.h"

#include <algorithm>
#include <vector>

#include "gmock/gmock.h"

namespace evenlight {
namespace {

TEST(KeysTest, EventKeyComesBackInParts) {
  const Actor actor{ActorKind::kTeacher, "t-1"};
  for (const absl::Time time : {absl::FromUnixMicros(-1), absl::UnixEpoch(),
                                absl::FromUnixMicros(1'700'000'000'000'001),
                                absl::InfinitePast(), absl::InfiniteFuture()}) {
    const auto key = ParseEventKey(EventKeyOf("a", actor, {time, "e.1"}));
    ASSERT_TRUE(key.has_value());
    EXPECT_EQ(key->tenant, "a");
    EXPECT_EQ(key->actor, actor);
    EXPECT_EQ(key->position, (TrackPosition{time, "e.1"}));
  }
}

TEST(KeysTest, DamagedEventKeysDoNotParse) {
  const std::string whole =
      EventKeyOf("a", {ActorKind::kLearner, "l"}, {absl::UnixEpoch(), ""});
  for (size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(ParseEventKey(whole.substr(0, size))) << size;
  }
  std::string other_kind = whole;
  other_kind[2] = 9;
  EXPECT_FALSE(ParseEventKey(other_kind));
}

TEST(KeysTest, EventKeysOrderByActorThenTimeThenId) {
  const Actor learner{ActorKind::kLearner, "a"};
  const std::vector<std::string> keys = {
      EventKeyOf("t", learner, {absl::InfinitePast(), ""}),
      EventKeyOf("t", learner, {absl::FromUnixMicros(-256), "z"}),
      EventKeyOf("t", learner, {absl::FromUnixMicros(-1), "z"}),
      EventKeyOf("t", learner, {absl::UnixEpoch(), "a"}),
      EventKeyOf("t", learner, {absl::UnixEpoch(), "ab"}),
      EventKeyOf("t", learner, {absl::UnixEpoch(), "b"}),
      EventKeyOf("t", learner, {absl::FromUnixMicros(256), "a"}),
      EventKeyOf("t", learner, {absl::InfiniteFuture(), ""}),
      EventKeyOf("t", {ActorKind::kLearner, "a-"}, {absl::UnixEpoch(), "a"}),
      EventKeyOf("t", {ActorKind::kLearner, "aa"}, {absl::UnixEpoch(), "a"}),
      EventKeyOf("t", {ActorKind::kTeacher, "a"}, {absl::UnixEpoch(), "a"}),
  };
  EXPECT_TRUE(std::is_sorted(keys.begin(), keys.end()));
}

TEST(KeysTest, SequencesOrderAndComeBack) {
  int64_t last = 0;
  for (const int64_t sequence : {1, 2, 255, 256, 65536}) {
    EXPECT_LT(SequenceKey("t", last), SequenceKey("t", sequence));
    EXPECT_EQ(SequenceOfKey(SequenceKey("t", sequence)), sequence);
    last = sequence;
  }
  EXPECT_FALSE(SequenceOfKey("t"));
  EXPECT_FALSE(SequenceOfKey(SequenceKey("t", 1) + "x"));
}

// The layouts on disk: a change here is a change of the format.
TEST(KeysTest, LayoutsAreThoseOfTheFormatPage) {
  const std::string zero(1, '\0');
  EXPECT_EQ(EventKeyOf("t", {ActorKind::kLearner, "l"},
                       {absl::FromUnixMicros(258), "e"}),
            "t" + zero + "\x01" + "l" + zero + "\x80" + std::string(5, '\0') +
                "\x01\x02" + "e");
  EXPECT_EQ(SequenceKey("t", 258),
            "t" + zero + std::string(6, '\0') + "\x01\x02");
  EXPECT_EQ(IdKey("t", "e"), "t" + zero + "e");
  EXPECT_EQ(EntryKey("t", EntryKind::kCatalogResource, "r"), "t" + zero + "rr");
  EXPECT_EQ(PersonKey("t", ActorKind::kTeacher, "x"), "t" + zero + "p\x02x");
  EXPECT_EQ(MemberKey("t", "c", {ActorKind::kLearner, "x"}),
            "t" + zero + "mc" + zero + "\x01x");
  EXPECT_EQ(RequestKey("t", "l", "q"), "t" + zero + "ql" + zero + "q");
}

}  // namespace
}  // namespace evenlight
