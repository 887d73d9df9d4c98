#include "recommender/simulation/student.h"

#include "gtest/gtest.h"

namespace evenlight {
namespace {

constexpr absl::Time kStart = absl::FromUnixSeconds(1'760'000'000);

// kc 1 needs kc 0.
const std::vector<StudentKc>& TwoKcs() {
  static const auto* kcs = new std::vector<StudentKc>{{3, {}}, {3, {0}}};
  return *kcs;
}

Student SomeStudent(uint32_t stream = 0) {
  return Student(StudentTraits(), 3, &TwoKcs(), 1, stream);
}

TEST(StudentTest, PracticeRaisesMasteryEveryTime) {
  for (uint32_t stream = 0; stream < 20; ++stream) {
    Student student = SomeStudent(stream);
    absl::Time now = kStart;
    for (int answer = 0; answer < 20; ++answer) {
      const double before = student.Mastery(0, now);
      student.Practise(0, 1, now);
      EXPECT_GT(student.Mastery(0, now), before);
      now += absl::Hours(20);
    }
    EXPECT_GT(student.Mastery(0, now), .7);
  }
}

TEST(StudentTest, WaitingForgetsButNeverBelowTheStart) {
  Student student = SomeStudent();
  const double start = student.Mastery(0, kStart);
  for (int answer = 0; answer < 5; ++answer) student.Practise(0, 1, kStart);
  double previous = student.Mastery(0, kStart);
  for (int day = 1; day < 400; day *= 2) {
    const double now = student.Mastery(0, kStart + absl::Hours(24 * day));
    EXPECT_LT(now, previous);
    EXPECT_GT(now, start);
    previous = now;
  }
}

TEST(StudentTest, PracticeOnSeveralDaysLastsLonger) {
  Student crammed = SomeStudent();
  Student spaced = SomeStudent();
  for (int answer = 0; answer < 4; ++answer) {
    crammed.Practise(0, 1, kStart + absl::Hours(72) + absl::Minutes(answer));
    spaced.Practise(0, 1, kStart + absl::Hours(24 * answer));
  }
  const absl::Time later = kStart + absl::Hours(24 * 60);
  EXPECT_GT(spaced.Mastery(0, later), crammed.Mastery(0, later));
}

TEST(StudentTest, AHarderQuestionIsAnsweredWorse) {
  Student student = SomeStudent();
  double previous = 1 - StudentTraits().p_slip;
  for (const double difficulty : {-3.0, -1.0, 0.0, 1.0, 3.0}) {
    const double p = student.PCorrect(0, difficulty, kStart);
    EXPECT_LT(p, previous);
    EXPECT_GE(p, StudentTraits().p_guess);
    previous = p;
  }
}

TEST(StudentTest, KnowingThePrerequisiteHelps) {
  for (uint32_t stream = 0; stream < 20; ++stream) {
    Student student = SomeStudent(stream);
    const double before = student.Mastery(1, kStart);
    for (int answer = 0; answer < 10; ++answer) student.Practise(0, 1, kStart);
    EXPECT_GE(student.Mastery(1, kStart), before);
  }
}

TEST(StudentTest, WhatWasPractisedLongestAgoHasFadedMost) {
  Student student = SomeStudent();
  EXPECT_EQ(student.MostFaded(kStart), -1);
  student.Practise(0, 1, kStart);
  student.Practise(1, 1, kStart + absl::Hours(24 * 20));
  EXPECT_EQ(student.MostFaded(kStart + absl::Hours(24 * 21)), 0);
}

}  // namespace
}  // namespace evenlight
