#include "recommender/training/tracing_trial.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "recommender/models/tracing_model_io.h"
#include "tests/recommender/training/planted_data.h"
#include "tests/recommender/training/synthetic_track.h"

namespace evenlight {
namespace {

TracingTrialOptions Options() {
  TracingTrialOptions options;
  options.residual = SmallResidual();
  return options;
}

const TracingCandidate& Find(const TracingTrial& trial,
                             const std::string& model) {
  for (const TracingCandidate& candidate : trial.candidates) {
    if (candidate.model == model) return candidate;
  }
  ADD_FAILURE() << model;
  return trial.candidates.front();
}

const TracingMetrics& OnWindow(const TracingTrial& trial,
                               const std::string& model) {
  for (const TracingResult& result : trial.results) {
    if (result.model == model) return result.metrics;
  }
  ADD_FAILURE() << model;
  return trial.results.front().metrics;
}

// What BKT was made for: one question per kc, none of them hard.
Dataset BktData() {
  SyntheticOptions options;
  options.questions_per_kc = 1;
  options.num_learners = 120;
  options.answers_per_learner = 40;
  return SyntheticDataset(options);
}

TEST(TryTracingTest, ChoosesWhatTheDataWereMadeBy) {
  EXPECT_EQ(TryTracing(BktData(), Options()).recipe.model, kBktModel);
  EXPECT_EQ(TryTracing(DifficultyData(120, 40, 1), Options()).recipe.model,
            kLrhModel);
  const TracingTrial flips = TryTracing(FlipData(80, 40, 1), Options());
  EXPECT_EQ(flips.recipe.model, kResidualModel);
  EXPECT_TRUE(Find(flips, kResidualModel).is_chosen);
  EXPECT_GT(OnWindow(flips, kServedModel).auc,
            OnWindow(flips, kLrhModel).auc + 0.2);
}

TEST(TryTracingTest, ABudgetExcludesTheResidualWithoutFittingIt) {
  TracingTrialOptions options = Options();
  options.budget = CostOfLrh();
  const TracingTrial trial = TryTracing(FlipData(80, 40, 1), options);
  EXPECT_NE(trial.recipe.model, kResidualModel);
  const TracingCandidate& residual = Find(trial, kResidualModel);
  EXPECT_FALSE(residual.is_fitted);
  EXPECT_FALSE(residual.is_chosen);
  EXPECT_THAT(residual.reason, testing::HasSubstr("beyond the budget"));
  EXPECT_TRUE(trial.model.params().residual.empty());
}

TEST(TryTracingTest, EveryCandidateAndBaselineIsReported) {
  TracingTrialOptions options = Options();
  options.residual.max_epochs = 2;
  const TracingTrial trial = TryTracing(DifficultyData(60, 40, 1), options);
  ASSERT_EQ(trial.candidates.size(), 3);
  for (const TracingCandidate& candidate : trial.candidates) {
    EXPECT_TRUE(candidate.is_fitted);
    EXPECT_NE(candidate.reason, "");
    EXPECT_GT(candidate.cost.multiply_adds, 0);
    // A fifth of the learners, four fifths of their answers.
    EXPECT_EQ(candidate.validation.num_answers, 12 * 32);
    EXPECT_EQ(candidate.curve.empty(), candidate.model == kBktModel);
  }
  EXPECT_EQ(trial.results.front().model, kServedModel);
  for (const char* model :
       {kBktModel, kLrhModel, kResidualModel, kBestLrModel, "kcmean", "mean"}) {
    EXPECT_EQ(OnWindow(trial, model).num_answers, 60 * 8) << model;
  }
}

TEST(TryTracingTest, TheResidualRepeatsWithAnyNumberOfThreads) {
  const Dataset dataset = FlipData(80, 40, 1);
  TracingTrialOptions options = Options();
  options.residual.max_epochs = 12;
  const TracingTrial one = TryTracing(dataset, options);
  ASSERT_EQ(one.recipe.model, kResidualModel);
  const TracingModel model_of_one = RefitTracing(dataset, one.recipe, options);
  options.num_threads = 2;
  const TracingTrial two = TryTracing(dataset, options);
  EXPECT_EQ(two.recipe.residual_epochs, one.recipe.residual_epochs);
  EXPECT_EQ(two.recipe.calibration, one.recipe.calibration);
  EXPECT_EQ(two.recipe.correction_rate, one.recipe.correction_rate);
  const TracingModel model_of_two = RefitTracing(dataset, two.recipe, options);
  EXPECT_FALSE(model_of_one.params().residual.empty());
  EXPECT_TRUE(EncodeTracing(model_of_one.params()) ==
              EncodeTracing(model_of_two.params()));
}

TEST(TryTracingTest, OneLearnerAFewAndNoneAreChosenForSensibly) {
  struct Case {
    int num_learners;
    int64_t num_held_out;
  };
  for (const Case& c :
       {Case{1, 0}, Case{2, 1}, Case{5, 1}, Case{6, 2}, Case{11, 3}}) {
    const TracingTrial trial =
        TryTracing(DifficultyData(c.num_learners, 40, 1), Options());
    EXPECT_EQ(trial.validation.num_answers, c.num_held_out * 32);
    if (c.num_held_out == 0) {
      EXPECT_EQ(trial.recipe.model, kLrhModel);
      EXPECT_EQ(trial.recipe.lrh_epochs, 5);
    }
    EXPECT_GT(trial.results.front().metrics.log_loss, 0);
  }
  const TracingTrial none = TryTracing(Dataset(), Options());
  EXPECT_TRUE(none.candidates.empty());
  EXPECT_EQ(none.recipe.model, kBktModel);
}

TEST(TryTracingTest, AnswersAllRightOrAllWrongAreFitted) {
  for (const bool is_correct : {true, false}) {
    Dataset dataset = DifficultyData(40, 30, 1);
    for (LearnerTrack& track : dataset.learners) {
      for (Interaction& answer : track.interactions) {
        answer.is_correct = is_correct;
      }
    }
    const TracingTrial trial = TryTracing(dataset, Options());
    EXPECT_LT(OnWindow(trial, kServedModel).log_loss, 0.1);
    EXPECT_GT(trial.recipe.calibration.slope, 0);
    const TracingModel model = RefitTracing(dataset, trial.recipe, Options());
    EXPECT_TRUE(DecodeTracing(EncodeTracing(model.params())).ok());
  }
}

TEST(TryTracingTest, WhatCorrectsTheChosenModelHelpsItOnTheHeldOut) {
  const TracingTrial trial = TryTracing(DifficultyData(120, 40, 3), Options());
  EXPECT_LE(trial.validation.log_loss,
            Find(trial, trial.recipe.model).validation.log_loss + 1e-9);
}

}  // namespace
}  // namespace evenlight
