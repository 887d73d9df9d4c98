#include "recommender/training/dataset.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "recommender/models/resource_features.h"
#include "storage/catalog_store.h"
#include "storage/memory_database.h"
#include "storage/roster_store.h"
#include "tests/recommender/training/synthetic_track.h"
#include "tests/support/status_matchers.h"

namespace evenlight {
namespace {

const absl::Time kStart = absl::FromUnixSeconds(1'700'000'000);

// An event of a learner, `minute` minutes after the start.
Event EventOf(const LearnerId& learner, int minute, Verb verb,
              const ResourceId& resource) {
  static int64_t sequence = 0;
  Event event;
  event.sequence = ++sequence;
  event.id = absl::StrCat("e", sequence);
  event.actor = {ActorKind::kLearner, learner};
  event.time = kStart + absl::Minutes(minute);
  event.verb = verb;
  event.resource = resource;
  if (verb == Verb::kAnswered) event.kcs = {"k"};
  return event;
}

Dataset Read(Database* database) {
  auto dataset = ReadDataset("t", database);
  EXPECT_THAT(dataset, IsOk());
  return *std::move(dataset);
}

TEST(ReadDatasetTest, HoldsEveryLearnersFoldedEventsInOrder) {
  MemoryDatabase database;
  Event of_teacher = EventOf("l1", 3, Verb::kViewed, "r");
  of_teacher.actor.kind = ActorKind::kTeacher;
  AppendEvents("t",
               {EventOf("l2", 5, Verb::kAnswered, "q"),
                EventOf("l1", 7, Verb::kViewed, "video"),
                EventOf("l1", 2, Verb::kAnswered, "q"),
                EventOf("l1", 4, Verb::kRecommended, ""), of_teacher},
               &database);
  AppendEvents("other", {EventOf("l9", 9, Verb::kAnswered, "x")}, &database);

  const Dataset dataset = Read(&database);
  ASSERT_EQ(dataset.learners.size(), 2);
  EXPECT_EQ(dataset.learners[0].learner, "l1");
  ASSERT_EQ(dataset.learners[0].interactions.size(), 2);
  EXPECT_EQ(dataset.learners[0].interactions[0].verb, Verb::kAnswered);
  EXPECT_EQ(dataset.learners[0].interactions[1].verb, Verb::kViewed);
  EXPECT_EQ(dataset.num_events, 3);
  EXPECT_EQ(dataset.num_answers, 2);
  EXPECT_EQ(dataset.newest, kStart + absl::Minutes(7));
  EXPECT_EQ(dataset.ids.kcs.at(KcKeyOf("k")), "k");
  EXPECT_EQ(dataset.ids.questions.size(), 1);
  EXPECT_EQ(dataset.ids.resources.size(), 2);
}

TEST(ReadDatasetTest, AnEmptyTenantGivesAnEmptyDataset) {
  MemoryDatabase database;
  const Dataset dataset = Read(&database);
  EXPECT_TRUE(dataset.learners.empty());
  EXPECT_EQ(dataset.num_events, 0);
}

TEST(ReadDatasetTest, AQuestionWithinAResourceIsNoResource) {
  MemoryDatabase database;
  Event event = EventOf("l", 1, Verb::kAnswered, "quiz");
  event.question = "quiz-1";
  AppendEvents("t", {event}, &database);
  const Dataset dataset = Read(&database);
  EXPECT_EQ(dataset.ids.questions.at(ResourceKeyOf("quiz-1")), "quiz-1");
  EXPECT_EQ(dataset.ids.questions.count(ResourceKeyOf("quiz")), 0);
  EXPECT_EQ(dataset.ids.resources.at(ResourceKeyOf("quiz")), "quiz");
  EXPECT_EQ(dataset.ids.resources.count(ResourceKeyOf("quiz-1")), 0);
}

TEST(ReadDatasetTest, ResourcesAreThoseOfTheCatalogIfThereIsOne) {
  MemoryDatabase database;
  AppendEvents("t",
               {EventOf("l", 1, Verb::kViewed, "known"),
                EventOf("l", 2, Verb::kViewed, "unknown")},
               &database);
  const CatalogStore catalog(&database);
  WriteBatch batch;
  Resource resource;
  resource.id = "known";
  resource.title = "Fractions";
  catalog.Put("t", resource, &batch);
  catalog.PutVersion("t", 1, &batch);
  ASSERT_THAT(database.Write(batch), IsOk());
  const Dataset dataset = Read(&database);
  EXPECT_EQ(dataset.ids.resources.size(), 1);
  EXPECT_EQ(dataset.ids.resources.count(ResourceKeyOf("known")), 1);
  EXPECT_EQ(dataset.ids.features.size(), 1);
  EXPECT_EQ(dataset.ids.features.at(ResourceKeyOf("known")),
            DescribeResource(resource));
}

TEST(ReadDatasetTest, AGradeIsTheLearnersOrThatOfTheirFirstClass) {
  MemoryDatabase database;
  for (const char* learner : {"own", "of-class", "none", "no-roster"}) {
    AppendEvents("t", {EventOf(learner, 1, Verb::kViewed, "r")}, &database);
  }
  const RosterStore roster(&database);
  WriteBatch batch;
  roster.Put("t", SchoolClass{.id = "c", .title = "", .school = "", .grade = 4},
             &batch);
  const auto put = [&](const LearnerId& learner, int32_t grade,
                       std::vector<ClassId> classes) {
    Person person;
    person.actor = {ActorKind::kLearner, learner};
    person.grade = grade;
    person.classes = std::move(classes);
    ASSERT_THAT(roster.PutPerson("t", person, &batch), IsOk());
  };
  put("own", 2, {"c"});
  put("of-class", 0, {"c"});
  put("none", 0, {});
  ASSERT_THAT(database.Write(batch), IsOk());

  for (const LearnerTrack& track : Read(&database).learners) {
    const int32_t expected = track.learner == "own"        ? 2
                             : track.learner == "of-class" ? 4
                                                           : 0;
    EXPECT_EQ(track.grade, expected) << track.learner;
  }
}

LearnerTrack TrackOf(std::vector<int> minutes, bool time_is_order) {
  LearnerTrack track;
  for (const int minute : minutes) {
    Interaction interaction;
    interaction.position.time = kStart + absl::Minutes(minute);
    interaction.verb = Verb::kAnswered;
    interaction.time_is_order = time_is_order;
    track.interactions.push_back(interaction);
  }
  return track;
}

TEST(SplitLaterWindowTest, RealTimesShareOneMoment) {
  std::vector<LearnerTrack> learners = {TrackOf({0, 1, 2, 3, 4, 5, 6}, false),
                                        TrackOf({7, 8, 9}, false)};
  SplitLaterWindow(absl::MakeSpan(learners));
  // The first eight of ten answers are before it.
  EXPECT_EQ(learners[0].num_before_window, 7);
  EXPECT_EQ(learners[1].num_before_window, 1);
}

TEST(SplitLaterWindowTest, OrderOnlyTakesEachLearnersLastFifth) {
  std::vector<LearnerTrack> learners = {
      TrackOf({0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, true), TrackOf({100}, true),
      TrackOf({50, 51, 52, 53, 54}, true), TrackOf({}, true),
      TrackOf({1, 2}, true)};
  SplitLaterWindow(absl::MakeSpan(learners));
  EXPECT_EQ(learners[0].num_before_window, 8);
  EXPECT_EQ(learners[1].num_before_window, 1);
  EXPECT_EQ(learners[2].num_before_window, 4);
  EXPECT_EQ(learners[3].num_before_window, 0);
  EXPECT_EQ(learners[4].num_before_window, 1);
}

TEST(SplitLaterWindowTest, OrderOnlyLearnersDoNotMoveTheSharedMoment) {
  std::vector<LearnerTrack> learners = {TrackOf({0, 1, 2, 3, 4}, false),
                                        TrackOf({90, 91, 92, 93, 94}, true)};
  SplitLaterWindow(absl::MakeSpan(learners));
  EXPECT_EQ(learners[0].num_before_window, 4);
  EXPECT_EQ(learners[1].num_before_window, 4);
}

TEST(TrackPartTest, TheWindowIsWhatIsNotBeforeIt) {
  std::vector<LearnerTrack> learners = {
      TrackOf({0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, true)};
  SplitLaterWindow(absl::MakeSpan(learners));
  EXPECT_EQ(CountAnswers(LaterWindow(learners)), 2);
  EXPECT_EQ(CountAnswers(BeforeWindow(learners)), 8);
  EXPECT_EQ(CountAnswers(WholeTracks(learners)), 10);
  for (const std::vector<TrackPart>& parts :
       {LaterWindow(learners), BeforeWindow(learners), WholeTracks(learners)}) {
    ASSERT_EQ(parts.size(), learners.size());
    for (size_t row = 0; row < parts.size(); ++row) {
      EXPECT_EQ(parts[row].learner, static_cast<int32_t>(row));
      EXPECT_EQ(parts[row].interactions.data(),
                learners[row].interactions.data());
    }
  }
}

TEST(TrackPartTest, NamesTheLearnerWhoseTrackItIs) {
  const Dataset dataset = SyntheticDataset({.num_learners = 4});
  for (const auto& parts :
       {BeforeWindow(dataset.learners), LaterWindow(dataset.learners),
        WholeTracks(dataset.learners)}) {
    ASSERT_EQ(parts.size(), 4);
    for (int32_t learner = 0; learner < 4; ++learner) {
      EXPECT_EQ(parts[learner].learner, learner);
      EXPECT_EQ(parts[learner].answers_before, 0);
    }
  }
}

// Learners who answered nothing new have no part: the others keep their number.
TEST(FindAnswersAfterTest, PartsNameTheirLearner) {
  Dataset dataset = SyntheticDataset({.num_learners = 3});
  int64_t last = 0;
  for (const int64_t sequence : dataset.learners[0].sequences) {
    last = std::max(last, sequence);
  }
  for (LearnerTrack& track : dataset.learners) {
    for (int64_t& sequence : track.sequences) {
      if (&track == &dataset.learners[1]) sequence = last + 1;
    }
  }
  const AnswersAfter answers = FindAnswersAfter(dataset.learners, last);
  ASSERT_FALSE(answers.parts.empty());
  EXPECT_EQ(answers.parts[0].learner, 1);
}

TEST(TracksUntilTest, ASequenceSplitsTracksWhateverTheTimes) {
  std::vector<LearnerTrack> learners = {TrackOf({0, 1, 2, 3}, true),
                                        TrackOf({0, 1}, true)};
  // The second and the fourth event of the first learner came late.
  learners[0].sequences = {1, 7, 3, 8};
  learners[1].sequences = {4, 5};
  const std::vector<LearnerTrack> earlier = TracksUntil(learners, 5);
  ASSERT_EQ(earlier.size(), 2);
  EXPECT_THAT(earlier[0].sequences, testing::ElementsAre(1, 3));
  EXPECT_EQ(earlier[0].interactions[1].position.time,
            kStart + absl::Minutes(2));
  EXPECT_EQ(earlier[1].interactions.size(), 2);

  const AnswersAfter later = FindAnswersAfter(learners, 5);
  ASSERT_EQ(later.parts.size(), 1);
  EXPECT_EQ(later.parts[0].from, 1);
  EXPECT_EQ(CountAnswers(later.parts), 3);
  EXPECT_THAT(later.is_after, testing::ElementsAre(true, false, true));
  EXPECT_EQ(later.count, 2);
  EXPECT_TRUE(FindAnswersAfter(learners, 8).parts.empty());
}

TEST(FoldOfTest, SpreadsLearnersEvenlyAndDependsOnTheSeed) {
  std::vector<int> counts(6);
  int num_moved = 0;
  for (int learner = 0; learner < 5000; ++learner) {
    const LearnerId id = absl::StrCat("l", learner);
    ++counts.at(FoldOf(id, 1));
    num_moved += FoldOf(id, 1) != FoldOf(id, 2) ? 1 : 0;
  }
  for (int fold = 1; fold <= 5; ++fold) EXPECT_NEAR(counts[fold], 1000, 120);
  EXPECT_NEAR(num_moved, 4000, 200);
}

}  // namespace
}  // namespace evenlight
