#include "recommender/training/tracing_choice.h"

#include <limits>
#include <random>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "recommender/models/lrh.h"
#include "recommender/training/tracing_fitter.h"
#include "tests/support/status_matchers.h"

namespace evenlight {
namespace {

using testing::HasSubstr;

// Predictions of 200 learners' answers with log-odds blurred by `noise`: the
// more of it, the higher the log loss. Equal noise gives equal predictions but
// for the seed.
std::vector<Prediction> Blurred(float noise, uint64_t seed) {
  std::mt19937_64 answers(1);
  std::mt19937_64 blur(seed);
  // One each: a distribution keeps what is left of its last draw.
  std::normal_distribution<float> log_odds(0, 1);
  std::normal_distribution<float> error(0, 1);
  std::uniform_real_distribution<float> uniform(0, 1);
  std::vector<Prediction> predictions;
  for (int answer = 0; answer < 4000; ++answer) {
    const float z = log_odds(answers);
    const bool is_correct = uniform(answers) < Sigmoid(z);
    predictions.push_back({.p_correct = Sigmoid(z + noise * error(blur)),
                           .is_correct = is_correct,
                           .learner = answer / 20});
  }
  return predictions;
}

struct Case {
  std::string name;
  float bkt = 1;  // Noise of each.
  float lrh = 1;
  float residual = 1;
  TracingCost budget = kDefaultBudget;
  size_t chosen = 0;
  std::string because;
};

class ChooseTracingTest : public testing::TestWithParam<Case> {};

TEST_P(ChooseTracingTest, ByLossWithinTheBudget) {
  const Case& c = GetParam();
  // The order in which they are given does not matter.
  const std::vector<ModelOnTrial> models = {
      {kResidualModel, {25'000, 300}, Blurred(c.residual, 7)},
      {kBktModel, CostOfBkt(), Blurred(c.bkt, 8)},
      {kLrhModel, CostOfLrh(), Blurred(c.lrh, 9)}};
  const TracingChoice choice = ChooseTracing(models, c.budget);
  EXPECT_EQ(models[choice.chosen].model,
            std::vector<std::string>(
                {kBktModel, kLrhModel, kResidualModel})[c.chosen]);
  ASSERT_EQ(choice.reasons.size(), 3);
  for (const std::string& reason : choice.reasons) EXPECT_NE(reason, "");
  EXPECT_THAT(choice.reasons[choice.chosen], HasSubstr(c.because));
}

INSTANTIATE_TEST_SUITE_P(
    Table, ChooseTracingTest,
    testing::ValuesIn(std::vector<Case>{
        {.name = "TheBestWins",
         .bkt = 1.5f,
         .lrh = 0.8f,
         .residual = 0.2f,
         .chosen = 2,
         .because = "lower than that of lrh"},
        {.name = "ADearerThatIsWorseDoesNot",
         .bkt = 1.5f,
         .lrh = 0.2f,
         .residual = 0.8f,
         .chosen = 1,
         .because = "lower than that of bkt"},
        {.name = "ATieGoesToTheCheapest",
         .bkt = 0,
         .lrh = 0,
         .residual = 0,
         .chosen = 0,
         .because = "no dearer one is clearly better"},
        {.name = "NoiseGoesToTheCheapest",
         .bkt = 0.3f,
         .lrh = 0.3f,
         .residual = 0.3f,
         .chosen = 0,
         .because = "no dearer one is clearly better"},
        {.name = "TheDearestMayBeatTheCheapestOverATieInBetween",
         .bkt = 0.8f,
         .lrh = 0.8f,
         .residual = 0.2f,
         .chosen = 2,
         .because = "lower than that of bkt"},
        {.name = "MultiplyAddsExclude",
         .bkt = 1.5f,
         .lrh = 0.8f,
         .residual = 0,
         .budget = {24'999, 4'096},
         .chosen = 1,
         .because = "lower than that of bkt"},
        {.name = "BytesExclude",
         .bkt = 1.5f,
         .lrh = 0.8f,
         .residual = 0,
         .budget = {100'000, 299},
         .chosen = 1,
         .because = "lower than that of bkt"},
        {.name = "TheBudgetItselfIsAllowed",
         .bkt = 1.5f,
         .lrh = 0.8f,
         .residual = 0,
         .budget = {25'000, 300},
         .chosen = 2,
         .because = "lower than that of lrh"},
        {.name = "OneMayBeLeft",
         .bkt = 1.5f,
         .lrh = 0,
         .residual = 0,
         .budget = CostOfBkt(),
         .chosen = 0,
         .because = "the only one within the budget"},
    }),
    [](const auto& test) { return test.param.name; });

TEST(ChooseTracingTest, WithoutAnybodyToValidateOnItIsLrhOrTheCheapest) {
  std::vector<ModelOnTrial> models = {{kBktModel, CostOfBkt(), {}},
                                      {kLrhModel, CostOfLrh(), {}},
                                      {kResidualModel, {25'000, 300}, {}}};
  EXPECT_EQ(ChooseTracing(models, kDefaultBudget).chosen, 1);
  EXPECT_EQ(ChooseTracing(models, CostOfBkt()).chosen, 0);
  models.erase(models.begin() + 1);
  EXPECT_EQ(ChooseTracing(models, kDefaultBudget).chosen, 0);
}

TEST(ChooseTracingTest, NoiseSeldomChoosesTheDearer) {
  // Of models that are equally good, the dearer one is better by chance half
  // of the time, and by more than a standard error one time in six.
  int num_dearer = 0;
  for (uint64_t seed = 0; seed < 60; ++seed) {
    const std::vector<ModelOnTrial> models = {
        {kBktModel, CostOfBkt(), Blurred(0.3f, 2 * seed + 100)},
        {kLrhModel, CostOfLrh(), Blurred(0.3f, 2 * seed + 101)}};
    if (ChooseTracing(models, kDefaultBudget).chosen == 1) ++num_dearer;
  }
  EXPECT_GE(num_dearer, 1);
  EXPECT_LE(num_dearer, 18);
}

TEST(ChooseTracingTest, ABrokenModelIsNotChosen) {
  std::vector<Prediction> broken = Blurred(0, 1);
  broken[17].p_correct = std::numeric_limits<float>::quiet_NaN();
  const std::vector<ModelOnTrial> models = {
      {kBktModel, CostOfBkt(), Blurred(1, 1)},
      {kLrhModel, CostOfLrh(), broken}};
  EXPECT_EQ(ChooseTracing(models, kDefaultBudget).chosen, 0);
}

TEST(TracingCostTest, GrowsFromBktToTheResidualAndWithItsUnits) {
  EXPECT_LT(CostOfBkt().multiply_adds, CostOfLrh().multiply_adds);
  EXPECT_LT(CostOfBkt().state_bytes, CostOfLrh().state_bytes);
  TracingCost last = CostOfLrh();
  for (const int units : {8, 16, 32, 64, 128}) {
    ResidualShape shape;
    shape.num_units = units;
    const TracingCost cost = PlannedCost(kResidualModel, shape);
    EXPECT_GT(cost.multiply_adds, last.multiply_adds);
    EXPECT_GT(cost.state_bytes, last.state_bytes);
    EXPECT_EQ(IsWithin(cost, kDefaultBudget), units <= 64) << units;
    last = cost;
  }
}

TEST(TracingCostTest, WhatIsPlannedIsWhatTheModelCosts) {
  TracingParams params;
  EXPECT_EQ(CostOf(TracingModel(params)).multiply_adds,
            PlannedCost(kBktModel, {}).multiply_adds);
  params.kcs = {"k", "l"};
  params.bkt.resize(2);
  params.kc_p_correct = {0.5f, 0.5f};
  params.lrh.kcs = {0, 0};
  EXPECT_EQ(CostOf(TracingModel(params)).multiply_adds,
            PlannedCost(kLrhModel, {}).multiply_adds);
  params.residual.shape.num_kcs = 2;
  params.residual.shape.num_questions = 9;
  params.residual.shape.num_features = 55;
  params.residual.values = {0};
  const TracingCost planned = PlannedCost(kResidualModel, ResidualShape());
  EXPECT_EQ(CostOf(TracingModel(params)).state_bytes, planned.state_bytes);
  EXPECT_NEAR(static_cast<double>(CostOf(TracingModel(params)).multiply_adds),
              static_cast<double>(planned.multiply_adds),
              0.02 * static_cast<double>(planned.multiply_adds));
}

TEST(ValidateModelsTest, NamesWhatIsUnknownOrBeyondTheBudget) {
  const ResidualShape shape;
  EXPECT_THAT(ValidateModels(ServableModels(), shape, kDefaultBudget), IsOk());
  EXPECT_THAT(ValidateModels({kResidualModel}, shape, kDefaultBudget), IsOk());
  const absl::Status unknown =
      ValidateModels({kBktModel, "film"}, shape, kDefaultBudget);
  EXPECT_THAT(unknown, HasCode(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(unknown.message(), HasSubstr("film is none of bkt, lrh"));
  EXPECT_THAT(ValidateModels({}, shape, kDefaultBudget),
              HasCode(absl::StatusCode::kInvalidArgument));
  const absl::Status dear =
      ValidateModels({kResidualModel}, shape, {1'000, 4'096});
  EXPECT_THAT(dear, HasCode(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(dear.message(), HasSubstr("1000 multiply-adds"));
}

}  // namespace
}  // namespace evenlight
