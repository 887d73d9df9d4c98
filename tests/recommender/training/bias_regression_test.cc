#include "recommender/training/bias_regression.h"

#include <cmath>
#include <random>
#include <vector>

#include "gtest/gtest.h"

namespace evenlight {
namespace {

constexpr int32_t kNumLearners = 200;
constexpr int32_t kNumQuestions = 20;

double Standard(std::mt19937_64& random) {
  return std::normal_distribution<double>()(random);
}

// Every learner answers every question; the first feature weighs `weight`.
std::vector<BiasExample> Planted(double weight, uint64_t seed) {
  std::mt19937_64 random(seed);
  BiasWeights truth;
  truth.bias = 0.5;
  for (int row = 0; row < kNumLearners; ++row) {
    truth.learners.push_back(Standard(random));
  }
  for (int row = 0; row < kNumQuestions; ++row) {
    truth.questions.push_back(Standard(random));
  }
  truth.features[0] = weight;
  std::vector<BiasExample> examples;
  for (int32_t learner = 0; learner < kNumLearners; ++learner) {
    for (int32_t question = 0; question < kNumQuestions; ++question) {
      BiasExample example = {.learner = learner, .question = question};
      example.features = {static_cast<float>(Standard(random)),
                          static_cast<float>(Standard(random)), 0, 0};
      const double p = 1 / (1 + std::exp(-LogOdds(truth, example)));
      example.is_correct = std::bernoulli_distribution(p)(random);
      examples.push_back(example);
    }
  }
  return examples;
}

const BiasOptions kOptions = {
    .num_learners = kNumLearners, .num_questions = kNumQuestions, .penalty = 1};

double Objective(const BiasWeights& weights,
                 const std::vector<BiasExample>& examples, double penalty) {
  double sum = 0;
  for (const BiasExample& example : examples) {
    const double sign = example.is_correct ? -1 : 1;
    sum += std::log1p(std::exp(sign * LogOdds(weights, example)));
  }
  for (const double weight : weights.learners) {
    sum += penalty / 2 * weight * weight;
  }
  for (const double weight : weights.questions) {
    sum += penalty / 2 * weight * weight;
  }
  return sum;
}

TEST(FitBiasesTest, NoNearbyPointHasALowerLoss) {
  const std::vector<BiasExample> examples = Planted(0, 1);
  BiasWeights weights = FitBiases(examples, kOptions);
  const double least = Objective(weights, examples, kOptions.penalty);
  for (double* weight :
       {&weights.bias, &weights.learners[0], &weights.learners[77],
        &weights.questions[0], &weights.questions[19]}) {
    for (const double step : {-0.05, 0.05}) {
      *weight += step;
      EXPECT_GT(Objective(weights, examples, kOptions.penalty), least);
      *weight -= step;
    }
  }
  EXPECT_EQ(weights.features[0], 0);
}

TEST(FitBiasesTest, OnlyRightAnswersGiveFiniteWeights) {
  std::vector<BiasExample> examples = Planted(0, 1);
  for (BiasExample& example : examples) example.is_correct = true;
  const BiasWeights weights = FitBiases(examples, kOptions);
  EXPECT_TRUE(std::isfinite(weights.bias));
  EXPECT_GT(LogOdds(weights, examples[0]), 2);
}

TEST(FitBiasesTest, WhoAndWhatIsUnknownAddsNothing) {
  BiasWeights weights = FitBiases(Planted(0, 1), kOptions);
  EXPECT_EQ(LogOdds(weights, {.learner = -1, .question = -1}), weights.bias);
}

TEST(FitFeaturesTest, FindsAPlantedWeight) {
  const BiasWeights weights = FitFeatures(Planted(0.8, 2), kOptions);
  EXPECT_NEAR(weights.features[0], 0.8, 0.12);
  EXPECT_NEAR(weights.features[1], 0, 0.08);
}

TEST(FitFeaturesTest, LeavesTheBiasesAsTheyAre) {
  const std::vector<BiasExample> examples = Planted(0.8, 3);
  const BiasWeights biases = FitBiases(examples, kOptions);
  const BiasWeights weights = FitFeatures(examples, kOptions);
  EXPECT_EQ(weights.learners, biases.learners);
  EXPECT_EQ(weights.questions, biases.questions);
}

TEST(ChoosePenaltyTest, FewAnswersWantMoreOfIt) {
  const std::vector<BiasExample> all = Planted(0, 4);
  std::vector<BiasExample> few;
  std::vector<BiasExample> rest;
  for (size_t row = 0; row < all.size(); ++row) {
    (row % 10 == 0 ? few : rest).push_back(all[row]);
  }
  EXPECT_GE(ChoosePenalty(few, rest, kOptions), 1);
  EXPECT_EQ(ChoosePenalty(few, {}, kOptions), 1);
}

}  // namespace
}  // namespace evenlight
