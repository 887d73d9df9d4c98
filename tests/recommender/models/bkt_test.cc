#include "recommender/models/bkt.h"

#include <random>
#include <vector>

#include "gtest/gtest.h"

namespace evenlight {
namespace {

// Every combination of parameters at the ends, at the middle and in between.
std::vector<BktParams> GridOfParams() {
  const std::vector<float> values = {0.0f, 0.02f, 0.3f, 0.5f, 1.0f};
  std::vector<BktParams> grid;
  for (const float learn : values) {
    for (const float forget : values) {
      for (const float slip : values) {
        for (const float guess : values) {
          grid.push_back({0.3f, learn, forget, slip, guess});
        }
      }
    }
  }
  return grid;
}

TEST(BktTest, FollowsTheEquations) {
  const BktParams params = {0.3f, 0.15f, 0.02f, 0.1f, 0.2f};
  // p (1 - S) + (1 - p) G = .4 * .9 + .6 * .2.
  EXPECT_FLOAT_EQ(PredictCorrect(params, 0.4f), 0.48f);
  // .36 / .48, and .04 / .52.
  EXPECT_FLOAT_EQ(PosteriorKnown(params, 0.4f, true), 0.75f);
  EXPECT_FLOAT_EQ(PosteriorKnown(params, 0.4f, false), 1 / 13.0f);
  // .75 * .98 + .25 * .15.
  EXPECT_FLOAT_EQ(UpdateKnown(params, 0.4f, true), 0.7725f);
}

TEST(BktTest, ProbabilitiesStayInRangeAtExtremeParameters) {
  for (const BktParams& params : GridOfParams()) {
    for (const float p : {0.0f, 1e-30f, 0.4f, 0.9999999f, 1.0f}) {
      for (const bool is_correct : {false, true}) {
        for (const float result :
             {PosteriorKnown(params, p, is_correct),
              UpdateKnown(params, p, is_correct), PredictCorrect(params, p)}) {
          // Also false for NaN.
          EXPECT_TRUE(result >= 0 && result <= 1)
              << result << " slip " << params.p_slip << " guess "
              << params.p_guess << " p " << p;
        }
      }
    }
  }
}

TEST(BktTest, RightAnswerNeverLowersThePosteriorWhereGuessIsLessLikely) {
  for (const BktParams& params : GridOfParams()) {
    if (params.p_guess >= 1 - params.p_slip) continue;
    for (float p = 0; p <= 1; p += 0.05f) {
      EXPECT_GE(PosteriorKnown(params, p, true), p - 1e-6f);
      EXPECT_LE(PosteriorKnown(params, p, false), p + 1e-6f);
    }
  }
}

TEST(BktTest, WithoutForgettingARightAnswerNeverLowersWhatIsKnownNext) {
  for (const BktParams& params : GridOfParams()) {
    if (params.p_guess >= 1 - params.p_slip || params.p_forget > 0) continue;
    for (float p = 0; p <= 1; p += 0.05f) {
      EXPECT_GE(UpdateKnown(params, p, true), p - 1e-6f);
    }
  }
}

TEST(BktTest, StaysInRangeOverALongTrack) {
  std::mt19937 random(1);
  for (const BktParams& params : GridOfParams()) {
    float p = params.p_init;
    for (int answer = 0; answer < 200; ++answer) {
      p = UpdateKnown(params, p, random() % 2 == 0);
      ASSERT_TRUE(p >= 0 && p <= 1) << p;
    }
  }
}

}  // namespace
}  // namespace evenlight
