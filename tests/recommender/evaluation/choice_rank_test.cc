#include "recommender/evaluation/choice_rank.h"

#include <cmath>
#include <vector>

#include "gtest/gtest.h"

namespace evenlight {
namespace {

TEST(MidRankTest, IsTheShareBelowAndHalfOfTies) {
  EXPECT_EQ(MidRank(2, {0, 1, 3, 4}), 0.5);
  EXPECT_EQ(MidRank(2, {2, 2, 2}), 0.5);
  EXPECT_EQ(MidRank(2, {1, 2}), 0.75);
  EXPECT_EQ(MidRank(5, {1, 2, 3}), 1);
  EXPECT_EQ(MidRank(0, {1, 2, 3}), 0);
  EXPECT_TRUE(std::isnan(MidRank(0, {})));
}

// Each choice against the others, whatever the ties.
TEST(MidRankTest, HasTheMeanOfAHalfOverAllChoices) {
  const std::vector<float> values = {1, 1, 1, 2, 3, 3, 7, 7, 7, 7};
  double sum = 0;
  for (size_t chosen = 0; chosen < values.size(); ++chosen) {
    std::vector<float> others = values;
    others.erase(others.begin() + static_cast<int64_t>(chosen));
    sum += MidRank(values[chosen], others);
  }
  EXPECT_NEAR(sum / static_cast<double>(values.size()), 0.5, 1e-12);
}

TEST(SpreadOfTest, QuartilesLieBetweenRanks) {
  const RankSpread spread =
      SpreadOf({{.rank = 0.4}, {.rank = 0.1}, {.rank = 0.2}, {.rank = 0.9}});
  EXPECT_EQ(spread.num_ranks, 4);
  EXPECT_NEAR(spread.mean, 0.4, 1e-12);
  EXPECT_NEAR(spread.lower_quartile, 0.175, 1e-12);
  EXPECT_NEAR(spread.median, 0.3, 1e-12);
  EXPECT_NEAR(spread.upper_quartile, 0.525, 1e-12);
}

// By hand: sums of (rank - .5) are -.4, .2 and .2; sqrt(.24 x 3 / 2) / 4.
TEST(SpreadOfTest, TheErrorTakesEachLearnersRanksTogether) {
  const RankSpread spread = SpreadOf({{.rank = 0.3, .learner = 1},
                                      {.rank = 0.3, .learner = 1},
                                      {.rank = 0.7, .learner = 2},
                                      {.rank = 0.7, .learner = 3}});
  EXPECT_NEAR(spread.mean_error, 0.15, 1e-12);
}

TEST(SpreadOfTest, OneLearnerTellsNoErrorAndNobodyNothing) {
  EXPECT_TRUE(std::isnan(SpreadOf({{.rank = 0.3}}).mean_error));
  EXPECT_EQ(SpreadOf({}).num_ranks, 0);
  EXPECT_TRUE(std::isnan(SpreadOf({}).median));
}

}  // namespace
}  // namespace evenlight
