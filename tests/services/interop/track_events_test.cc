#include "services/interop/track_events.h"

#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace evenlight {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

ImportSource Source() {
  return {"t1", "digest", absl::FromUnixSeconds(1767225600), 1};
}

LearnerAnswers ThreeAnswers(const LearnerId& learner) {
  LearnerAnswers answers;
  answers.learner = learner;
  for (int line = 2; line < 5; ++line) {
    Answer answer;
    answer.question = absl::StrCat("q", line);
    answer.kcs = {"k1"};
    answer.is_correct = line != 3;
    answer.line = line;
    answers.answers.push_back(answer);
  }
  return answers;
}

TEST(TrackEventsTest, EventIdsAreTheSameEveryTime) {
  const EventId id = ImportedEventId(Source(), "2");
  EXPECT_EQ(id, ImportedEventId(Source(), "2"));
  EXPECT_TRUE(IsValidId(id)) << id;
  // As `printf 't1\ndigest\n2' | sha256sum | cut -c 1-32` prints it.
  EXPECT_EQ(id, "ab3aefc8dba216c76340d3e44a37804d");
}

TEST(TrackEventsTest, EventIdsDifferByTenantFileAndRow) {
  std::set<EventId> ids = {ImportedEventId(Source(), "2"),
                           ImportedEventId(Source(), "3")};
  ImportSource other_tenant = Source();
  other_tenant.tenant = "t2";
  ids.insert(ImportedEventId(other_tenant, "2"));
  ImportSource other_file = Source();
  other_file.file_digest = "other";
  ids.insert(ImportedEventId(other_file, "2"));
  EXPECT_THAT(ids, SizeIs(4));
}

// Other seeds and ends give other times, and so other content under the same
// id: the service then refuses the second import instead of doubling a track.
TEST(TrackEventsTest, EventIdsDoNotDependOnSeedAndEnd) {
  ImportSource other = Source();
  other.seed = 9;
  other.end += absl::Hours(24);
  EXPECT_EQ(ImportedEventId(other, "2"), ImportedEventId(Source(), "2"));
}

TEST(TrackEventsTest, OrderOnlyAnswersAreOneMinuteApartAndSaySo) {
  const auto events = ToEvents(Source(), false, ThreeAnswers("l1"));
  ASSERT_THAT(events, SizeIs(3));
  EXPECT_EQ(events[1].value.time - events[0].value.time, absl::Minutes(1));
  EXPECT_EQ(events[2].value.time, LastTime(Source(), "l1"));
  for (const auto& event : events) {
    EXPECT_TRUE(event.value.time_is_order);
    EXPECT_EQ(event.value.verb, Verb::kAnswered);
    EXPECT_EQ(event.value.actor, (Actor{ActorKind::kLearner, "l1"}));
    EXPECT_THAT(event.value.kcs, ElementsAre("k1"));
  }
  EXPECT_EQ(events[0].value.resource, "q2");
  EXPECT_EQ(events[0].value.score, 1);
  EXPECT_EQ(events[1].value.score, 0);
  EXPECT_EQ(events[1].line, 3);
}

TEST(TrackEventsTest, LastTimesSpreadOverTheFourteenDaysBeforeTheEnd) {
  absl::Time least = absl::InfiniteFuture();
  absl::Time greatest = absl::InfinitePast();
  for (int learner = 0; learner < 500; ++learner) {
    const absl::Time last = LastTime(Source(), absl::StrCat("l", learner));
    least = std::min(least, last);
    greatest = std::max(greatest, last);
  }
  EXPECT_LE(greatest, Source().end);
  EXPECT_GT(greatest, Source().end - absl::Hours(24));
  EXPECT_LT(least, Source().end - absl::Hours(24 * 13));
  EXPECT_GT(least, Source().end - absl::Hours(24 * 14));
}

TEST(TrackEventsTest, EqualTimesKeepTheirOrder) {
  LearnerAnswers answers = ThreeAnswers("l1");
  for (Answer& answer : answers.answers) {
    answer.time = absl::FromUnixSeconds(1000);
  }
  const auto events = ToEvents(Source(), true, answers);
  EXPECT_EQ(events[0].value.time, absl::FromUnixSeconds(1000));
  EXPECT_LT(events[0].value.time, events[1].value.time);
  EXPECT_LT(events[1].value.time, events[2].value.time);
  EXPECT_EQ(events[2].value.time - events[0].value.time, absl::Microseconds(2));
  EXPECT_FALSE(events[0].value.time_is_order);
}

TEST(TrackEventsTest, InteractionsOfOneLineHaveIdsOfTheirOwn) {
  const Lined<LearnerInteractions> line = {7, {"l1", {"r1", "r2", "r1"}}};
  const auto events = ToEvents(Source(), Verb::kViewed, line);
  ASSERT_THAT(events, SizeIs(3));
  EXPECT_NE(events[0].value.id, events[2].value.id);
  EXPECT_EQ(events[2].value.verb, Verb::kViewed);
  EXPECT_EQ(events[2].value.time, LastTime(Source(), "l1"));
}

TEST(TrackEventsTest, AQuestionHasAllKcsItWasSeenWith) {
  AnswerSet set;
  set.learners = {ThreeAnswers("l1"), ThreeAnswers("l2")};
  set.learners[1].answers[0].kcs = {"k2", "k1"};
  const std::vector<Resource> questions = QuestionsOf(set);
  ASSERT_THAT(questions, SizeIs(3));
  EXPECT_EQ(questions[0].id, "q2");
  EXPECT_THAT(questions[0].kcs, ElementsAre("k1", "k2"));
  EXPECT_EQ(questions[0].kind, ResourceKind::kExercise);
  EXPECT_EQ(questions[0].minutes, 3);
  EXPECT_EQ(questions[0].min_grade, 0);
  EXPECT_TRUE(questions[0].imported);
  const std::vector<KnowledgeComponent> kcs = KcsOf(set);
  ASSERT_THAT(kcs, SizeIs(2));
  EXPECT_EQ(kcs[1].title, "k2");
  EXPECT_TRUE(kcs[1].imported);
}

}  // namespace
}  // namespace evenlight
