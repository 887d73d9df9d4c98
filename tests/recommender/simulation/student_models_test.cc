#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "recommender/simulation/bkt_student.h"
#include "recommender/simulation/forgetting_student.h"
#include "recommender/simulation/irt_student.h"
#include "recommender/simulation/kss_student.h"
#include "recommender/simulation/student_world.h"

namespace evenlight {
namespace {

constexpr absl::Time kNow = absl::FromUnixSeconds(1'760'000'000);

class EveryStudent : public testing::TestWithParam<std::string> {
 protected:
  EveryStudent()
      : course_(MakeCourse(3)),
        world_(MakeStudentWorld(*FindStudent(GetParam()), course_, 3)) {}

  const Course course_;
  const StudentWorld world_;
};

INSTANTIATE_TEST_SUITE_P(Students, EveryStudent,
                         testing::ValuesIn(StudentNames()),
                         [](const auto& name) { return name.param; });

TEST_P(EveryStudent, AnswersWithAProbability) {
  for (uint32_t stream = 0; stream < 20; ++stream) {
    const auto student = MakeStudent(world_, stream % 5 - 2.0, stream);
    for (int step = 0; step < 60; ++step) {
      const StudentItem& item =
          course_.items[(step * 37 + stream) % course_.items.size()];
      const double p = student->PCorrect(item, kNow);
      ASSERT_GE(p, 0);
      ASSERT_LE(p, 1);
      student->Answer(item, step % 3 != 0, kNow);
      student->Watch(item.kc, kNow);
    }
  }
}

TEST_P(EveryStudent, PracticeNeverLowersWhatIsExpected) {
  for (uint32_t stream = 0; stream < 10; ++stream) {
    const auto student = MakeStudent(world_, 0, stream);
    for (int step = 0; step < 40; ++step) {
      const StudentItem item = {step * 7 % kNumCourseKcs, 0};
      const double p = student->PCorrect(item, kNow);
      const auto right = student->Clone();
      const auto wrong = student->Clone();
      right->Answer(item, true, kNow);
      wrong->Answer(item, false, kNow);
      const double after = p * right->PCorrect(item, kNow) +
                           (1 - p) * wrong->PCorrect(item, kNow);
      EXPECT_GE(after, p - 1e-5);
      student->Answer(item, step % 2 == 0, kNow);
    }
  }
}

TEST_P(EveryStudent, AFilmNeverLowersAnything) {
  const auto student = MakeStudent(world_, 0, 1);
  for (int kc = 0; kc < kNumCourseKcs; ++kc) {
    const auto before = student->Clone();
    student->Watch(kc, kNow);
    for (int other = 0; other < kNumCourseKcs; ++other) {
      EXPECT_GE(student->PCorrect({other, 0}, kNow),
                before->PCorrect({other, 0}, kNow) - 1e-6);
    }
  }
}

TEST_P(EveryStudent, AHarderQuestionIsAnsweredWorse) {
  const auto student = MakeStudent(world_, 0, 1);
  for (int kc = 0; kc < kNumCourseKcs; ++kc) {
    EXPECT_GT(student->PCorrect({kc, -1}, kNow),
              student->PCorrect({kc, 1}, kNow));
  }
}

TEST_P(EveryStudent, AbilityRaisesTheStart) {
  EXPECT_GT(MakeStudent(world_, 1, 1)->PCorrect({4, 0}, kNow),
            MakeStudent(world_, -1, 1)->PCorrect({4, 0}, kNow));
}

TEST_P(EveryStudent, IsTheSameForTheSameSeed) {
  const auto a = MakeStudent(world_, .3, 5);
  const auto b = MakeStudent(world_, .3, 5);
  EXPECT_EQ(a->PCorrect({6, .5}, kNow), b->PCorrect({6, .5}, kNow));
}

// By hand: 0.25 + 0.75 / (1 + exp(-1.7 (theta - b))).
TEST(KssStudentTest, AnswersByThreeParameterLogistic) {
  const PrerequisiteGraph graph = {{}};
  const std::vector<double> difficulties = {2};
  EXPECT_DOUBLE_EQ(
      KssStudent(&graph, &difficulties, {2}).PCorrect({0, 0}, kNow), .625);
  EXPECT_NEAR(KssStudent(&graph, &difficulties, {3}).PCorrect({0, 0}, kNow),
              .25 + .75 / (1 + std::exp(-1.7)), 1e-12);
}

TEST(KssStudentTest, HalfOfWhatIsMissingIsLearntAndHalfOfThatGoesOn) {
  const PrerequisiteGraph graph = {{}, {0}, {1}};
  const std::vector<double> difficulties = {0, 0, 0};
  KssStudent student(&graph, &difficulties, {1, 0, 0});
  student.Answer({0, 0}, false, kNow);
  EXPECT_DOUBLE_EQ(student.level(0), 3);
  EXPECT_DOUBLE_EQ(student.level(1), 1);
  EXPECT_DOUBLE_EQ(student.level(2), .5);
}

TEST(KssStudentTest, MissingPrerequisitesHoldLearningBack) {
  const PrerequisiteGraph graph = {{}, {0}};
  const std::vector<double> difficulties = {0, 0};
  KssStudent ready(&graph, &difficulties, {5, 0});
  KssStudent unready(&graph, &difficulties, {3, 0});
  ready.Watch(1, kNow);
  unready.Watch(1, kNow);
  EXPECT_DOUBLE_EQ(ready.level(1), 2.5);
  EXPECT_NEAR(unready.level(1), 2.5 * std::exp(-2), 1e-12);
}

TEST(KssStudentTest, NoLevelPassesFive) {
  const PrerequisiteGraph graph = {{}, {0}};
  const std::vector<double> difficulties = {0, 0};
  KssStudent student(&graph, &difficulties, {4, 4.9});
  for (int time = 0; time < 20; ++time) student.Watch(0, kNow);
  EXPECT_LE(student.level(0), 5);
  EXPECT_LE(student.level(1), 5);
}

// Corbett & Anderson's equations by hand: .5 -> .8333 by evidence, + T of the
// rest.
TEST(BktStudentTest, MovesAsBktDoes) {
  const PrerequisiteGraph graph = {{}};
  const std::vector<BktParams> kcs = {{.5f, .2f, 0, .1f, .18f}};
  BktStudent student(&graph, &kcs, {.5});
  EXPECT_NEAR(student.PCorrect({0, 0}, kNow), .54, 1e-6);
  student.Answer({0, 0}, true, kNow);
  EXPECT_NEAR(student.p_known(0), 5. / 6 + .2 / 6, 1e-6);
}

TEST(BktStudentTest, LearnsLessWithoutPrerequisites) {
  const PrerequisiteGraph graph = {{}, {0}};
  const std::vector<BktParams> kcs(2, {.5f, .2f, 0, .1f, .2f});
  BktStudent ready(&graph, &kcs, {1, .5});
  BktStudent unready(&graph, &kcs, {0, .5});
  ready.Watch(1, kNow);
  unready.Watch(1, kNow);
  EXPECT_NEAR(ready.p_known(1), .6, 1e-6);
  EXPECT_NEAR(unready.p_known(1), .52, 1e-6);
}

TEST(IrtStudentTest, ARightAnswerTeachesMoreThanAWrongOne) {
  const PrerequisiteGraph graph = {{}};
  IrtStudent right(&graph, {0});
  IrtStudent wrong(&graph, {0});
  right.Answer({0, 0}, true, kNow);
  wrong.Answer({0, 0}, false, kNow);
  EXPECT_NEAR(right.PCorrect({0, 0}, kNow), .15 + .85 / (1 + std::exp(-.3)),
              1e-12);
  EXPECT_NEAR(wrong.PCorrect({0, 0}, kNow), .15 + .85 / (1 + std::exp(-.1)),
              1e-12);
}

TEST(ForgettingStudentTest, WaitingLowersWhatWasLearnt) {
  const std::vector<StudentKc> kcs = {{0, {}}};
  double learnt = 0;
  double kept = 0;
  // Over many, so that the form of the day averages out.
  for (uint32_t stream = 0; stream < 200; ++stream) {
    ForgettingStudent student({}, &kcs, 1, stream);
    const double before = student.PCorrect({0, 0}, kNow);
    for (int time = 0; time < 6; ++time) student.Answer({0, 0}, true, kNow);
    learnt += student.PCorrect({0, 0}, kNow) - before;
    kept += student.PCorrect({0, 0}, kNow + absl::Hours(24 * 10)) - before;
  }
  EXPECT_LT(kept, .8 * learnt);
  EXPECT_GT(kept, 0);
}

TEST(ForgettingStudentTest, DaysDifferAndMomentsOfADayDoNot) {
  const std::vector<StudentKc> kcs = {{0, {}}};
  const ForgettingStudent student({}, &kcs, 1, 1);
  const double p = student.PCorrect({0, 0}, kNow);
  EXPECT_EQ(student.PCorrect({0, 0}, kNow + absl::Minutes(1)), p);
  EXPECT_NE(student.PCorrect({0, 0}, kNow + absl::Hours(24)), p);
}

TEST(StudentWorldTest, WrongPrerequisitesDifferFromThoseStatedWithoutACycle) {
  const Course course = MakeCourse(1);
  for (int64_t seed = 0; seed < 50; ++seed) {
    const StudentWorld world =
        MakeStudentWorld(StudentKind::kWrongPrerequisites, course, seed);
    EXPECT_NE(world.graph, course.stated);
    for (int kc = 0; kc < kNumCourseKcs; ++kc) {
      for (const int needed : WithPrerequisites(world.graph, world.graph[kc])) {
        EXPECT_NE(needed, kc) << "seed " << seed;
      }
    }
  }
}

TEST(StudentWorldTest, AnUnknownNameIsAnsweredWithThoseThereAre) {
  const auto unknown = FindStudent("einstein");
  EXPECT_EQ(unknown.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(unknown.status().message(),
            "there is no student model `einstein`; there are kss, bkt, irt, "
            "forgetting, wrong_prerequisites");
}

}  // namespace
}  // namespace evenlight
