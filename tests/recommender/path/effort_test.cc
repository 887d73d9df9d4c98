#include "recommender/path/effort.h"

#include <cmath>
#include <random>

#include "gtest/gtest.h"

namespace evenlight {
namespace {

Standing Plain(float p_known, float target) {
  Standing standing;
  standing.p_known = p_known;
  standing.target = target;
  standing.p_correct = PredictCorrect(standing.params, p_known);
  return standing;
}

float LogOdds(float p) { return std::log(p / (1 - p)); }

// The mean over simulated learners.
double Simulated(const Standing& standing, std::mt19937& random) {
  constexpr int kLearners = 20'000;
  const float own = LogOdds(standing.p_correct) -
                    LogOdds(PredictCorrect(standing.params, standing.p_known));
  std::uniform_real_distribution<float> uniform(0, 1);
  double sum = 0;
  for (int learner = 0; learner < kLearners; ++learner) {
    float p_known = standing.p_known;
    int num = 0;
    do {
      const float z = LogOdds(PredictCorrect(standing.params, p_known)) + own;
      const bool is_right = uniform(random) < 1 / (1 + std::exp(-z));
      p_known = UpdateKnown(standing.params, p_known, is_right);
    } while (++num < kMaxAnswers && p_known < standing.target);
    sum += num;
  }
  return sum / kLearners;
}

TEST(EffortTest, ExpectedAnswersAreThoseOfSimulatedLearners) {
  std::mt19937 random(5);
  for (const float p_known : {0.05f, 0.3f, 0.7f}) {
    for (const float target : {0.5f, 0.9f, 0.95f}) {
      if (target <= p_known) continue;
      for (const float own : {-0.15f, 0.0f, 0.15f}) {
        Standing standing = Plain(p_known, target);
        standing.p_correct += own;
        const double simulated = Simulated(standing, random);
        EXPECT_NEAR(EffortUntil(standing).num_expected, simulated,
                    0.04 * simulated)
            << p_known << " " << target << " " << own;
      }
    }
  }
}

// By hand: .3 -> .697 -> .907 (learner_state_test.cc).
TEST(EffortTest, TheFewestRightAnswersAreThoseOfTheFold) {
  EXPECT_EQ(EffortUntil(Plain(0.3f, 0.69f)).num_right, 1);
  EXPECT_EQ(EffortUntil(Plain(0.3f, 0.9f)).num_right, 2);
  EXPECT_EQ(EffortUntil(Plain(0.3f, 0.95f)).num_right, 3);
}

TEST(EffortTest, WhatIsPresumedTakesOneAnswerMore) {
  const Effort effort = EffortUntil(Plain(0.95f, 0.9f));
  EXPECT_EQ(effort.num_right, 1);
  EXPECT_GE(effort.num_expected, 1);
  EXPECT_LT(effort.num_expected, 2);
}

TEST(EffortTest, AWeakerLearnerNeedsMore) {
  Standing standing = Plain(0.3f, 0.9f);
  const float usual = EffortUntil(standing).num_expected;
  standing.p_correct = 0.2f;
  EXPECT_GT(EffortUntil(standing).num_expected, 1.5f * usual);
}

TEST(EffortTest, WhatCannotBeReachedSaysSo) {
  Standing standing = Plain(0.3f, 0.999f);
  standing.params.p_forget = 0.5f;
  const Effort effort = EffortUntil(standing);
  EXPECT_EQ(effort.num_right, kMaxAnswers + 1);
  EXPECT_NEAR(effort.num_expected, kMaxAnswers, 0.01f);
}

}  // namespace
}  // namespace evenlight
