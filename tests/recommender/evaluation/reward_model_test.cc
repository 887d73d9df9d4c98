#include "recommender/evaluation/reward_model.h"

#include <vector>

#include "gtest/gtest.h"

namespace evenlight {
namespace {

TEST(RewardModelTest, MeansAreDrawnTowardsTheMeanOfAll) {
  std::vector<RewardExample> examples;
  for (int row = 0; row < 10; ++row) examples.push_back({1, "a", 1});
  for (int row = 0; row < 30; ++row) examples.push_back({2, "b", 0});
  const RewardModel model(examples);
  // For learner 0 all forty count: their mean is 1/4.
  EXPECT_DOUBLE_EQ(model.Predict(0, "a"), (10 + 10 * .25) / 20);
  EXPECT_DOUBLE_EQ(model.Predict(0, "b"), (0 + 10 * .25) / 40);
  EXPECT_DOUBLE_EQ(model.Predict(0, "never shown"), .25);
}

TEST(RewardModelTest, NoPredictionKnowsTheLearnersOwnRewards) {
  std::vector<RewardExample> examples = {{0, "a", 1}, {1, "a", 0}, {2, "b", 1}};
  const RewardModel before(examples);
  examples[0].reward = 100;
  const RewardModel after(examples);
  EXPECT_EQ(before.Predict(0, "a"), after.Predict(0, "a"));
  EXPECT_NE(before.Predict(1, "a"), after.Predict(1, "a"));
}

TEST(RewardModelTest, WithoutExamplesItPredictsNothing) {
  EXPECT_EQ(RewardModel({}).Predict(3, "a"), 0);
  const std::vector<RewardExample> own = {{3, "a", 1}};
  EXPECT_EQ(RewardModel(own).Predict(3, "a"), 0);
}

}  // namespace
}  // namespace evenlight
