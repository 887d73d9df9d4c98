#include "recommender/training/residual_trainer.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "gtest/gtest.h"
#include "tests/recommender/training/residual_examples.h"

namespace evenlight {
namespace {

ResidualTrainOptions SmallOptions() {
  ResidualTrainOptions options;
  options.shape = SmallShape();
  options.max_epochs = 2;
  return options;
}

bool Equal(const ResidualWeights& a, const ResidualWeights& b) {
  return a.shape == b.shape && a.values == b.values &&
         a.feature_mean == b.feature_mean && a.feature_scale == b.feature_scale;
}

bool AllFinite(const std::vector<float>& values) {
  return std::all_of(values.begin(), values.end(),
                     [](float value) { return std::isfinite(value); });
}

// An answer is right with probability 0.9 if the two before were alike, else
// 0.1: shares of right answers, however they are averaged, tell nothing.
std::vector<LrhExample> ParityExamples(int num_learners, uint32_t seed) {
  std::mt19937 random(seed);
  std::bernoulli_distribution usually(0.9);
  std::vector<LrhExample> examples;
  for (int learner = 0; learner < num_learners; ++learner) {
    bool last = true;
    bool before_last = true;
    for (int answer = 0; answer < 60; ++answer) {
      LrhExample& example = examples.emplace_back();
      example.part = learner;
      example.input.question = static_cast<QuestionRow>(answer % 6);
      example.input.kcs = {{static_cast<KcRow>(answer % 4), {}}};
      example.is_correct = usually(random) == (last == before_last);
      before_last = last;
      last = example.is_correct;
    }
  }
  return examples;
}

TEST(TrainResidualTest, LearnsWhatCountsDoNotShow) {
  const auto train = ParityExamples(300, 1);
  const auto validation = ParityExamples(60, 2);
  const std::vector<float> offsets(train.size(), 0);
  const std::vector<float> validation_offsets(validation.size(), 0);
  ResidualTrainOptions options = SmallOptions();
  options.shape.num_units = 16;
  options.shape.num_features = 0;
  options.dropout = 0;
  options.learning_rate = 0.01f;
  options.max_epochs = 20;
  const ResidualFit fit = TrainResidual(
      {train, offsets}, {validation, validation_offsets}, options);
  ASSERT_GT(fit.num_epochs, 0);
  // The least that is possible is the entropy, 0.325; offsets alone give 0.693.
  EXPECT_LT(fit.curve[fit.num_epochs - 1].validation, 0.36);
  EXPECT_LT(fit.curve.back().train, fit.curve.front().train);
}

TEST(TrainResidualTest, GivesTheSameBytesWithOneThreadAndTwo) {
  const std::vector<int> sizes(40, 60);
  const auto train = RandomExamples(SmallShape(), sizes, 1);
  const auto validation = RandomExamples(SmallShape(), {50, 30}, 2);
  ResidualTrainOptions options = SmallOptions();
  options.patience = 10;
  const ResidualFit one = TrainResidual({train, {}}, {validation, {}}, options);
  options.num_threads = 2;
  const ResidualFit two = TrainResidual({train, {}}, {validation, {}}, options);
  EXPECT_TRUE(Equal(one.weights, two.weights));
  EXPECT_EQ(one.curve.back().validation, two.curve.back().validation);
  options.seed = 2;
  EXPECT_FALSE(
      Equal(one.weights,
            TrainResidual({train, {}}, {validation, {}}, options).weights));
}

// Answers are a coin's, and the offsets know it.
TEST(TrainResidualTest, IsEmptyWhereOffsetsAreBest) {
  const std::vector<int> sizes(20, 10);
  const auto train = RandomExamples(SmallShape(), sizes, 1);
  auto validation = RandomExamples(SmallShape(), sizes, 2);
  std::vector<float> offsets;
  for (const LrhExample& example : validation) {
    offsets.push_back(example.is_correct ? 9.0f : -9.0f);
  }
  const std::vector<float> train_offsets(train.size(), 0);
  const ResidualFit fit = TrainResidual({train, train_offsets},
                                        {validation, offsets}, SmallOptions());
  EXPECT_EQ(fit.num_epochs, 0);
  EXPECT_TRUE(fit.weights.empty());
  EXPECT_EQ(fit.curve.size(), 2);
}

TEST(TrainResidualTest, DoesAllEpochsWithoutValidation) {
  const auto train = RandomExamples(SmallShape(), {20, 20}, 1);
  ResidualTrainOptions options = SmallOptions();
  options.max_epochs = 3;
  std::vector<double> done;
  options.progress = [&](double share) { done.push_back(share); };
  const ResidualFit fit = TrainResidual({train, {}}, {}, options);
  EXPECT_EQ(fit.num_epochs, 3);
  EXPECT_FALSE(fit.weights.empty());
  ASSERT_EQ(fit.curve.size(), 3);
  EXPECT_TRUE(std::isnan(fit.curve[2].validation));
  EXPECT_TRUE(std::is_sorted(done.begin(), done.end()));
  EXPECT_EQ(done.back(), 1);
}

// Fitting anew for the epochs that validation chose ends at the same weights.
TEST(TrainResidualTest, AScheduleOfItsOwnMakesFewerEpochsTheBeginningOfMore) {
  const auto train = RandomExamples(SmallShape(), {20, 20, 20}, 1);
  const auto validation = RandomExamples(SmallShape(), {20}, 2);
  ResidualTrainOptions options = SmallOptions();
  options.max_epochs = 6;
  options.patience = 6;
  const ResidualFit chosen =
      TrainResidual({train, {}}, {validation, {}}, options);
  options.schedule_epochs = 6;
  options.max_epochs = chosen.num_epochs;
  const ResidualFit again = TrainResidual({train, {}}, {}, options);
  EXPECT_TRUE(Equal(chosen.weights, again.weights));
}

TEST(TrainResidualTest, AColumnThatNeverVariedSaysNothing) {
  auto train = RandomExamples(SmallShape(), {20, 20}, 1);
  for (LrhExample& example : train) example.input.shared[2] = 0.5f;
  const ResidualFit fit = TrainResidual({train, {}}, {}, SmallOptions());
  LrhInput input = train[0].input;
  const std::vector<float> state(fit.weights.num_units(), 0);
  const float usual = ResidualLogOdds(fit.weights, input, state, state);
  input.shared[2] = 9;
  EXPECT_NEAR(ResidualLogOdds(fit.weights, input, state, state), usual, 1e-4);
}

struct Odd {
  const char* name;
  std::vector<int> sizes;
  int outcome;  // 1 right, 0 wrong, -1 either.
};

TEST(TrainResidualTest, StaysFiniteOnOddData) {
  const std::vector<Odd> cases = {
      {"one answer", {1}, -1},
      {"one right answer", {1}, 1},
      {"a learner with one answer among others", {40, 1, 40}, -1},
      {"all right", {30, 30}, 1},
      {"all wrong", {30, 30}, 0},
  };
  for (const Odd& odd : cases) {
    SCOPED_TRACE(odd.name);
    auto train = RandomExamples(SmallShape(), odd.sizes, 4);
    for (LrhExample& example : train) {
      if (odd.outcome >= 0) example.is_correct = odd.outcome == 1;
    }
    ResidualTrainOptions options = SmallOptions();
    options.max_epochs = 10;
    const ResidualFit fit = TrainResidual({train, {}}, {train, {}}, options);
    EXPECT_TRUE(AllFinite(fit.weights.values));
    EXPECT_TRUE(std::isfinite(fit.curve.back().train));
    EXPECT_TRUE(std::isfinite(fit.curve.back().validation));
  }
}

TEST(TrainResidualTest, HasNoResidualWithoutExamples) {
  const auto some = RandomExamples(SmallShape(), {5}, 4);
  const ResidualFit fit = TrainResidual({}, {some, {}}, SmallOptions());
  EXPECT_EQ(fit.num_epochs, 0);
  EXPECT_TRUE(fit.weights.empty());
}

}  // namespace
}  // namespace evenlight
