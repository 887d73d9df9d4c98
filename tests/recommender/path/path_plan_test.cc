#include "recommender/path/path_plan.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/recommender/path/path_world.h"

namespace evenlight {
namespace {

using testing::AllOf;
using testing::Each;
using testing::ElementsAre;
using testing::Ge;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

// halves <- thirds; ten questions of three minutes and a film each.
PathWorld Fractions() {
  std::vector<Resource> resources;
  for (const char* kc : {"halves", "thirds"}) {
    AddQuestions(kc, 10, 3, resources);
    resources.push_back(Video(absl::StrCat("film-", kc), {kc}));
  }
  PathWorld world;
  world.snapshot =
      MakeSnapshot({Kc("halves"), Kc("thirds", {"halves"})}, resources);
  world.goal = MakeGoal({"thirds"}, 14, 30);
  return world;
}

void AnswerOf(PathWorld& world, const ResourceId& question, bool is_right,
              absl::Time time) {
  Apply(*world.snapshot, Answer(*world.snapshot, question, is_right, time),
        world.state);
}

// Three right answers.
void Master(PathWorld& world, const KcId& kc, absl::Time time) {
  for (int n = 0; n < 3; ++n) {
    AnswerOf(world, absl::StrCat(kc, n), true, time);
  }
}

std::vector<ActivityKind> KindsFor(const PathWorld& world, const PathPlan& plan,
                                   const KcId& kc) {
  std::vector<ActivityKind> kinds;
  for (const PathActivity& activity : plan.activities) {
    if (activity.kcs[0] == world.catalog().FindKc(kc)) {
      kinds.push_back(activity.kind);
    }
  }
  return kinds;
}

// By BKT's defaults, from .3 to .9: 3.7 answers expected.
TEST(PathPlanTest, LearnsPractisesAndChecksWhatComesBeforeFirst) {
  const PathWorld world = Fractions();
  const PathPlan plan = world.Plan();
  EXPECT_TRUE(plan.is_feasible());
  for (const char* kc : {"halves", "thirds"}) {
    const std::vector<ActivityKind> kinds = KindsFor(world, plan, kc);
    ASSERT_GT(kinds.size(), 4u);
    EXPECT_EQ(kinds[0], ActivityKind::kLearn);
    EXPECT_EQ(kinds[1], ActivityKind::kPractise);
  }
  EXPECT_EQ(plan.activities[0].reason_text,
            "Start on halves with an explanation: thirds builds on it.");
  EXPECT_EQ(plan.activities[0].date, "2026-03-01");
  ASSERT_EQ(plan.kcs.size(), 1u);
  EXPECT_EQ(plan.kcs[0].outcome, KcOutcome::kInTime);
  EXPECT_EQ(plan.progress.status, GoalStatus::kOnTrack);
  EXPECT_EQ(plan.progress.days_left, 14);
  EXPECT_THAT(plan.degraded, ElementsAre("no model is serving"));
}

TEST(PathPlanTest, WhatOneRightAnswerWouldMasterIsChecked) {
  PathWorld world = Fractions();
  AnswerOf(world, "halves0", true, kNow - absl::Minutes(5));
  const PathPlan plan = world.Plan();
  EXPECT_EQ(plan.activities[0].kind, ActivityKind::kCheck);
  EXPECT_EQ(plan.activities[0].reason_text,
            "Check halves with a question you have not answered before, then "
            "go on to thirds.");
}

TEST(PathPlanTest, ACycleIsOneGroupInWhichNothingComesFirst) {
  std::vector<Resource> resources;
  for (const char* kc : {"a", "b"}) AddQuestions(kc, 10, 3, resources);
  PathWorld world;
  world.snapshot = MakeSnapshot({Kc("a", {"b"}), Kc("b", {"a"})}, resources);
  world.goal = MakeGoal({"a", "b"}, 10, 30);
  const PathPlan plan = world.Plan();
  EXPECT_TRUE(plan.is_feasible());
  EXPECT_FALSE(KindsFor(world, plan, "a").empty());
  EXPECT_FALSE(KindsFor(world, plan, "b").empty());
}

TEST(PathPlanTest, WhatIsMasteredIsLeftOutUntilItsReviewIsDue) {
  PathWorld world = Fractions();
  Master(world, "halves", kNow - absl::Hours(1));
  world.goal = MakeGoal({"thirds"}, 5, 30);
  EXPECT_THAT(KindsFor(world, world.Plan(), "halves"), IsEmpty());

  // Due 6.75 days after three right answers.
  world.goal = MakeGoal({"thirds"}, 10, 30);
  const PathPlan plan = world.Plan();
  EXPECT_THAT(KindsFor(world, plan, "halves"),
              ElementsAre(ActivityKind::kReview));
  for (const PathActivity& activity : plan.activities) {
    if (activity.kcs[0] == world.catalog().FindKc("halves")) {
      EXPECT_EQ(activity.day, 8) << "the first day that begins after it";
    }
  }
}

TEST(PathPlanTest, WhatIsLearntOnThePathIsReviewedOnIt) {
  PathWorld world = Fractions();
  world.goal = MakeGoal({"thirds"}, 28, 30);
  const std::vector<ActivityKind> kinds =
      KindsFor(world, world.Plan(), "halves");
  EXPECT_EQ(kinds.back(), ActivityKind::kReview);
}

TEST(PathPlanTest, DueReviewsStandAfterTheNewWorkOfTheDay) {
  PathWorld world = Fractions();
  Master(world, "halves", kNow - absl::Hours(24 * 20));
  const PathPlan plan = world.Plan();
  size_t last_of_day = 0;
  while (last_of_day + 1 < plan.activities.size() &&
         plan.activities[last_of_day + 1].day == 0) {
    ++last_of_day;
  }
  EXPECT_NE(plan.activities[0].kind, ActivityKind::kReview);
  EXPECT_EQ(plan.activities[last_of_day].kind, ActivityKind::kReview);
  EXPECT_EQ(plan.activities[last_of_day].reason_text,
            "Review halves before it fades.");
}

TEST(PathPlanTest, AReachedGoalNeedsNothing) {
  PathWorld world = Fractions();
  Master(world, "halves", kNow - absl::Hours(1));
  Master(world, "thirds", kNow - absl::Hours(1));
  world.goal = MakeGoal({"thirds"}, 3, 30);
  const PathPlan plan = world.Plan();
  EXPECT_THAT(plan.activities, IsEmpty());
  EXPECT_EQ(plan.progress.status, GoalStatus::kReached);
  EXPECT_EQ(plan.progress.num_reached, 1);
  EXPECT_EQ(plan.progress.status_text, "The goal is reached: 1 of 1.");
  EXPECT_EQ(plan.progress.earliest_date, "");
}

TEST(PathPlanTest, AnImpossibleDateIsToldWithWhatCanAndWhatWouldDo) {
  PathWorld world = Fractions();
  world.goal = MakeGoal({"halves", "thirds"}, 2, 12);
  const PathPlan plan = world.Plan();
  EXPECT_FALSE(plan.is_feasible());
  EXPECT_EQ(plan.progress.status, GoalStatus::kBehind);
  EXPECT_EQ(plan.kcs[0].outcome, KcOutcome::kInTime);
  EXPECT_EQ(plan.kcs[1].outcome, KcOutcome::kLate);
  EXPECT_THAT(plan.kcs[1].reason_text, HasSubstr("Not in time: expected on"));
  EXPECT_EQ(plan.kcs[1].date, plan.progress.earliest_date);
  EXPECT_GT(plan.progress.sufficient_minutes_a_day, 12);
  EXPECT_THAT(plan.progress.status_text,
              AllOf(HasSubstr("It cannot all be reached by 2026-03-02 with 12 "
                              "minutes a day"),
                    HasSubstr("minutes a day it can")));
  EXPECT_THAT(plan.activities,
              Each(testing::Field(&PathActivity::day, testing::Le(1))));
  EXPECT_FALSE(plan.activities.empty());
}

TEST(PathPlanTest, WhatIsInTheWayIsNamedEvenIfItComesBefore) {
  std::vector<Resource> resources;
  AddQuestions("halves", 1, 3, resources);
  AddQuestions("thirds", 10, 3, resources);
  PathWorld world;
  world.snapshot =
      MakeSnapshot({Kc("halves"), Kc("thirds", {"halves"})}, resources);
  world.goal = MakeGoal({"thirds"}, 10, 30);
  const PathPlan plan = world.Plan();
  EXPECT_EQ(plan.progress.status, GoalStatus::kBlocked);
  EXPECT_EQ(plan.kcs[0].outcome, KcOutcome::kBlocked);
  EXPECT_EQ(plan.kcs[0].reason_text,
            "halves takes at least 2 right answers, and the catalog has only 1 "
            "suitable questions for it now.");
  EXPECT_EQ(plan.progress.sufficient_minutes_a_day, 0);
  EXPECT_EQ(plan.activities.size(), 1u) << "what there is goes on";
}

TEST(PathPlanTest, TooFewMinutesForAnyQuestionAreToldAsSuch) {
  PathWorld world = Fractions();
  world.goal = MakeGoal({"halves"}, 10, 2);
  const PathPlan plan = world.Plan();
  EXPECT_EQ(plan.progress.status, GoalStatus::kBehind);
  EXPECT_EQ(plan.kcs[0].reason_text,
            "Not within two years with the minutes a day.");
  EXPECT_EQ(plan.progress.sufficient_minutes_a_day, 3);
  EXPECT_EQ(plan.progress.status_text,
            "It cannot all be reached by 2026-03-10 with 2 minutes a day, nor "
            "within two years: 0 of 1 reached. With 3 minutes a day it can.");
}

// A goal that most learners know already: it is still to be shown, but what
// builds on it does not wait for that.
TEST(PathPlanTest, APresumedGoalWithoutQuestionsBlocksOnlyItself) {
  TracingParams known_first;
  known_first.kcs = {"halves", "thirds"};
  known_first.bkt = {{.p_init = .97f}, {}};
  known_first.kc_p_correct = {.9f, .6f};
  ModelSet models;
  models.version = 1;
  models.tracing = TracingModel(std::move(known_first));
  std::vector<Resource> resources;
  AddQuestions("thirds", 10, 3, resources);
  PathWorld world;
  world.snapshot = MakeSnapshot({Kc("halves"), Kc("thirds", {"halves"})},
                                resources, std::move(models));
  world.goal = MakeGoal({"halves", "thirds"}, 14, 30);
  const PathPlan plan = world.Plan();
  EXPECT_EQ(plan.kcs[0].outcome, KcOutcome::kBlocked);
  EXPECT_EQ(plan.kcs[1].outcome, KcOutcome::kInTime);
  EXPECT_THAT(KindsFor(world, plan, "thirds"), SizeIs(Ge(3)));
}

TEST(PathPlanTest, AKcThatTheCatalogLacksIsSaidSo) {
  PathWorld world = Fractions();
  world.goal.kcs = {"halves", "quarters"};
  const PathPlan plan = world.Plan();
  EXPECT_EQ(plan.kcs[1].outcome, KcOutcome::kBlocked);
  EXPECT_EQ(plan.kcs[1].reason_text, "The catalog does not hold it any more.");
  EXPECT_EQ(plan.progress.status, GoalStatus::kBlocked);
  EXPECT_FALSE(KindsFor(world, plan, "halves").empty()) << "the rest goes on";
}

TEST(PathPlanTest, WhenTheTimeIsOverNothingIsPlannedAndTheFirstDateNamed) {
  PathWorld world = Fractions();
  world.goal.due_time = kNow;
  const PathPlan plan = world.Plan();
  EXPECT_THAT(plan.activities, IsEmpty());
  EXPECT_EQ(plan.progress.status, GoalStatus::kOverdue);
  EXPECT_EQ(plan.progress.days_left, 0);
  EXPECT_NE(plan.progress.earliest_date, "");
}

TEST(PathPlanTest, TodayHasLessWhatWasSpent) {
  PathWorld world = Fractions();
  EXPECT_EQ(world.Plan(kNow, 0).activities[0].day, 0);
  EXPECT_EQ(world.Plan(kNow, 28).activities[0].day, 1);
}

TEST(PathPlanTest, AQuestionWaitsForNoExplanationThatIsNotToCome) {
  std::vector<Resource> resources = {Video("film", {"halves"})};
  resources[0].minutes = 25;
  AddQuestions("halves", 1, 3, resources);
  PathWorld world;
  world.snapshot = MakeSnapshot({Kc("halves")}, resources);
  for (const int num_days : {1, 2}) {
    world.goal = MakeGoal({"halves"}, num_days, 30);
    const PathPlan plan = world.Plan(kNow, 20);
    ASSERT_FALSE(plan.activities.empty());
    EXPECT_EQ(world.IdOf(plan.activities[0]),
              num_days == 1 ? "halves0" : "film");
  }
}

// A day in China begins at 16:00 UTC of the day before.
TEST(PathPlanTest, DaysAreTheLearners) {
  PathWorld world = Fractions();
  world.goal.utc_offset_minutes = 480;
  EXPECT_EQ(world.Plan(kNow + absl::Hours(9)).activities[0].date, "2026-03-02");
  world.goal.utc_offset_minutes = 0;
  EXPECT_EQ(world.Plan(kNow + absl::Hours(9)).activities[0].date, "2026-03-01");
}

TEST(PathPlanTest, ALowerLevelTakesLess) {
  PathWorld world = Fractions();
  const size_t mastered = world.Plan().activities.size();
  world.goal.level = GoalLevel::kFamiliar;
  EXPECT_LT(world.Plan().activities.size(), mastered);
  // What comes before has to be mastered all the same.
  EXPECT_GT(KindsFor(world, world.Plan(), "halves").size(),
            KindsFor(world, world.Plan(), "thirds").size());
}

TEST(PathPlanTest, AGapBelowTheGradeIsClosedWithResourcesFromBelow) {
  PathWorld world = Fractions();
  std::vector<Resource> resources;
  AddQuestions("halves", 10, 3, resources);
  for (Resource& resource : resources) resource.max_grade = 4;
  AddQuestions("thirds", 10, 3, resources);
  world.snapshot =
      MakeSnapshot({Kc("halves"), Kc("thirds", {"halves"})}, resources);
  world.profile.grade = 7;
  EXPECT_TRUE(world.Plan().is_feasible());

  // But not where the own grade has enough.
  std::vector<Resource> both = resources;
  AddQuestions("halves-of-seven", 10, 3, both);
  for (size_t n = both.size() - 10; n < both.size(); ++n) {
    both[n].kcs = {"halves"};
    both[n].min_grade = 7;
  }
  world.snapshot = MakeSnapshot({Kc("halves"), Kc("thirds", {"halves"})}, both);
  for (const PathActivity& activity : world.Plan().activities) {
    if (activity.kcs[0] != world.catalog().FindKc("halves")) continue;
    EXPECT_THAT(world.IdOf(activity), HasSubstr("of-seven"));
  }
}

TEST(PathPlanTest, AGapIsClosedFromBelowWhereTheGradesQuestionsWait) {
  PathWorld world = Fractions();
  std::vector<Resource> resources;
  AddQuestions("halves", 20, 3, resources);
  for (size_t n = 0; n < resources.size(); ++n) {
    resources[n].max_grade = n < 10 ? 4 : 7;
    if (n >= 10) resources[n].kcs.push_back("tenths");
  }
  // Of fifths there is no question, so tenths wait for ever.
  world.snapshot = MakeSnapshot(
      {Kc("halves"), Kc("fifths"), Kc("tenths", {"fifths"})}, resources);
  world.profile.grade = 7;
  world.goal = MakeGoal({"halves", "fifths"}, 14, 30);
  const PathPlan plan = world.Plan();
  EXPECT_EQ(plan.kcs[0].outcome, KcOutcome::kInTime);
  EXPECT_EQ(plan.kcs[1].outcome, KcOutcome::kBlocked);
  EXPECT_THAT(KindsFor(world, plan, "halves"), SizeIs(Ge(3)));
}

// The only questions of halves also practise what builds on thirds: they wait
// for themselves, unless one that practises both is taken for a start.
TEST(PathPlanTest, QuestionsThatWaitForThemselvesDoNotBlockTheGoal) {
  std::vector<Resource> resources;
  AddQuestions("halves", 10, 3, resources);
  for (size_t n = 0; n < resources.size(); ++n) {
    resources[n].kcs.push_back(n < 5 ? "sums" : "thirds");
  }
  AddQuestions("thirds", 10, 3, resources);
  PathWorld world;
  world.snapshot = MakeSnapshot(
      {Kc("halves"), Kc("thirds", {"halves"}), Kc("sums", {"thirds"})},
      resources);
  world.goal = MakeGoal({"sums"}, 14, 30);
  const PathPlan plan = world.Plan();
  EXPECT_THAT(KindsFor(world, plan, "halves"), SizeIs(Ge(3)));
  EXPECT_EQ(plan.kcs[0].outcome, KcOutcome::kInTime);
}

// Of thirds there are questions enough, but they wait for fifths, of which
// there is none.
TEST(PathPlanTest, ReviewsStayWhereNothingElseCanBeDone) {
  std::vector<Resource> resources;
  AddQuestions("halves", 10, 3, resources);
  AddQuestions("thirds", 10, 3, resources);
  for (size_t n = 10; n < 20; ++n) resources[n].kcs.push_back("tenths");
  PathWorld world;
  world.snapshot = MakeSnapshot(
      {Kc("halves"), Kc("thirds"), Kc("fifths"), Kc("tenths", {"fifths"})},
      resources);
  Master(world, "halves", kNow - absl::Hours(1));
  world.goal = MakeGoal({"halves", "thirds", "fifths"}, 14, 30);
  EXPECT_THAT(KindsFor(world, world.Plan(), "halves"),
              AllOf(Not(IsEmpty()), Each(ActivityKind::kReview)));
}

TEST(PathPlanTest, WhatWasWrongTodayComesBackTomorrow) {
  std::vector<Resource> resources;
  AddQuestions("halves", 2, 3, resources);
  PathWorld world;
  world.snapshot = MakeSnapshot({Kc("halves")}, resources);
  world.goal = MakeGoal({"halves"}, 10, 30);
  for (int n = 0; n < 2; ++n) {
    AnswerOf(world, absl::StrCat("halves", n), false, kNow - absl::Minutes(9));
  }
  const PathPlan plan = world.Plan();
  ASSERT_FALSE(plan.activities.empty());
  EXPECT_EQ(plan.activities[0].day, 2) << "24 hours later is in tomorrow's "
                                          "morning, not before it begins";
  EXPECT_THAT(plan.activities, Each(testing::Field(&PathActivity::kind,
                                                   ActivityKind::kPractise)));
}

TEST(PathPlanTest, SpeaksChinese) {
  PathWorld world = Fractions();
  world.language = ReasonLanguage::kChinese;
  const PathPlan plan = world.Plan();
  EXPECT_EQ(plan.activities[0].reason_text,
            "先看讲解，开始学习“halves”：“thirds”要用到它。");
  EXPECT_THAT(plan.progress.status_text, HasSubstr("进度正常"));
}

}  // namespace
}  // namespace evenlight
