#include "recommender/models/lrh.h"

#include <cmath>

#include "gtest/gtest.h"

namespace evenlight {
namespace {

// Two questions, two kcs.
LrhWeights SomeWeights() {
  LrhWeights weights;
  weights.bias = 0.5f;
  weights.questions = {0.25f, -1.0f};
  weights.kcs = {2.0f, -4.0f};
  weights.shared[0] = 3.0f;
  weights.shared[kNumLrhShared - 1] = -1.0f;
  weights.slopes.assign(2 * kNumLrhSlopes, 0.0f);
  weights.slopes[0] = 1.0f;                      // Kc 0, first slope.
  weights.slopes[2 * kNumLrhSlopes - 1] = 8.0f;  // Kc 1, last slope.
  return weights;
}

TEST(LrhTest, LogOddsIsTheFormula) {
  LrhInput input;
  input.question = QuestionRow{1};
  input.shared[0] = 0.5f;
  input.shared[kNumLrhShared - 1] = 2.0f;
  input.kcs.resize(2);
  input.kcs[0].row = KcRow{0};
  input.kcs[0].slopes[0] = 6.0f;
  input.kcs[1].row = KcRow{1};
  input.kcs[1].slopes[kNumLrhSlopes - 1] = 0.25f;
  // .5 - 1 + (3 * .5 - 2) + ((2 + 6) + (-4 + 2)) / 2.
  EXPECT_FLOAT_EQ(LogOdds(SomeWeights(), input), 2.0f);
}

TEST(LrhTest, RowsThatTheModelDoesNotKnowAddNothing) {
  LrhInput input;
  EXPECT_FLOAT_EQ(LogOdds(SomeWeights(), input), 0.5f);

  input.kcs.resize(2);
  input.kcs[0].slopes.fill(100.0f);  // Its row is kNone.
  input.kcs[1].row = KcRow{0};
  // The mean divides by both.
  EXPECT_FLOAT_EQ(LogOdds(SomeWeights(), input), 0.5f + 2.0f / 2);
}

TEST(LrhTest, SigmoidIsAProbabilityForAnyFiniteLogOdds) {
  EXPECT_FLOAT_EQ(Sigmoid(0), 0.5f);
  EXPECT_FLOAT_EQ(Sigmoid(std::log(3.0f)), 0.75f);
  for (const float log_odds : {-1e30f, -100.0f, -5.0f, 5.0f, 100.0f, 1e30f}) {
    const float p = Sigmoid(log_odds);
    EXPECT_TRUE(p > 0 && p < 1) << log_odds << " gives " << p;
  }
}

}  // namespace
}  // namespace evenlight
