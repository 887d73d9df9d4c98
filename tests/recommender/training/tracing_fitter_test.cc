#include "recommender/training/tracing_fitter.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "recommender/models/tracing_model_io.h"
#include "recommender/training/tracing_fit.h"
#include "tests/recommender/training/planted_data.h"
#include "tests/recommender/training/synthetic_track.h"

namespace evenlight {
namespace {

struct Parts {
  std::vector<TrackPart> train;
  std::vector<TrackPart> validation;
};

// The last fifth of the learners validates.
Parts SplitLearners(const Dataset& dataset) {
  Parts parts;
  parts.train = WholeTracks(dataset.learners);
  const auto middle =
      parts.train.end() - static_cast<int64_t>(parts.train.size() / 5);
  parts.validation.assign(middle, parts.train.end());
  parts.train.erase(middle, parts.train.end());
  return parts;
}

TracingFitOptions Options() {
  TracingFitOptions options;
  options.residual = SmallResidual();
  return options;
}

TracingFitter Fitter(const Parts& parts, const Dataset& dataset,
                     const TracingFitOptions& options) {
  return TracingFitter(parts.train, parts.validation, dataset.ids, options);
}

double LossOf(const TracingModel& model, absl::Span<const TrackPart> parts) {
  return LogLoss(PredictAnswers(model, parts, 1));
}

class TracingFitterTest : public testing::Test {
 protected:
  TracingFitterTest()
      : dataset_(FlipData(60, 40, 1)), parts_(SplitLearners(dataset_)) {}

  TracingModel Refit(const TracingRecipe& recipe,
                     const TracingFitOptions& options) {
    return FitRecipe(parts_.train, dataset_.ids, recipe, options);
  }

  const Dataset dataset_;
  const Parts parts_;
};

TEST_F(TracingFitterTest, BktIsFittedButNotLrh) {
  const TracingFit fit = Fitter(parts_, dataset_, Options()).FitBkt();
  EXPECT_EQ(fit.recipe.model, kBktModel);
  EXPECT_FALSE(fit.model.is_trained());
  EXPECT_NE(fit.model.params().bkt[0].p_init, BktParams().p_init);
  EXPECT_TRUE(fit.curve.empty());
}

TEST_F(TracingFitterTest, LrhIsThatOfItsTrainerAndBringsBktAlong) {
  TracingFitter fitter = Fitter(parts_, dataset_, Options());
  const TracingFit fit = fitter.FitLrh();
  LrhTrainOptions lrh;
  lrh.num_kcs = 1;
  lrh.num_questions = 8;
  const LrhFit expected = TrainLrh(
      MakeExamples(fitter.base(), parts_.train, 1'000'000, 1),
      MakeExamples(fitter.base(), parts_.validation, 1'000'000, 1), lrh);
  EXPECT_EQ(fit.model.params().lrh.shared, expected.weights.shared);
  EXPECT_EQ(fit.model.params().lrh.questions, expected.weights.questions);
  EXPECT_EQ(fit.recipe.lrh_epochs, expected.num_epochs);
  EXPECT_EQ(fit.curve.size(), expected.curve.size());
  EXPECT_EQ(fit.model.params().bkt[0].p_init,
            fitter.FitBkt().model.params().bkt[0].p_init);
  EXPECT_EQ(fitter.lrh().squares.shared, expected.squares.shared);
}

TEST_F(TracingFitterTest, TheResidualFindsWhatLrhCannot) {
  TracingFitter fitter = Fitter(parts_, dataset_, Options());
  const TracingFit lrh = fitter.FitLrh();
  const TracingFit residual = fitter.FitResidual();
  EXPECT_GT(residual.recipe.residual_epochs, 0);
  EXPECT_EQ(residual.recipe.lrh_epochs, lrh.recipe.lrh_epochs);
  EXPECT_EQ(residual.model.params().lrh.shared, lrh.model.params().lrh.shared);
  EXPECT_GE(residual.curve.size(), residual.recipe.residual_epochs);
  EXPECT_LT(LossOf(residual.model, parts_.validation),
            LossOf(lrh.model, parts_.validation) - 0.1);
}

TEST_F(TracingFitterTest, ARecipeOnTheSamePartsGivesTheSameModel) {
  for (const char* model :
       {kBktModel, kBestLrModel, kLrhModel, kResidualModel}) {
    const TracingFit fit = Fitter(parts_, dataset_, Options()).Fit(model);
    EXPECT_EQ(fit.recipe.model, model);
    TracingParams expected = fit.model.params();
    // Best-LR is a baseline, whose BKT nobody reads.
    TracingParams refitted = Refit(fit.recipe, Options()).params();
    expected.bkt = refitted.bkt;
    EXPECT_TRUE(EncodeTracing(refitted) == EncodeTracing(expected)) << model;
  }
}

TEST_F(TracingFitterTest, ARecipeAppliesItsCorrections) {
  TracingRecipe recipe;
  recipe.model = kLrhModel;
  recipe.lrh_epochs = 2;
  recipe.calibration = {0.75f, 0.25f};
  recipe.correction_rate = 0.05f;
  const TracingModel model = Refit(recipe, Options());
  EXPECT_EQ(model.params().calibration, recipe.calibration);
  EXPECT_EQ(model.params().correction_rate, recipe.correction_rate);
}

TEST_F(TracingFitterTest, AnyNumberOfThreadsGivesTheSameBytes) {
  TracingFitOptions options = Options();
  options.residual.max_epochs = 4;
  const TracingFit one = Fitter(parts_, dataset_, options).FitResidual();
  options.num_threads = 2;
  const TracingFit two = Fitter(parts_, dataset_, options).FitResidual();
  ASSERT_GT(one.recipe.residual_epochs, 0);
  EXPECT_TRUE(EncodeTracing(one.model.params()) ==
              EncodeTracing(two.model.params()));
  options.seed = 2;
  const TracingFit other = Fitter(parts_, dataset_, options).FitResidual();
  EXPECT_FALSE(EncodeTracing(one.model.params()) ==
               EncodeTracing(other.model.params()));
}

TEST_F(TracingFitterTest, TooFewLearnersToCrossFitHaveNoResidual) {
  for (const int num_learners : {0, 1, 7, 8}) {
    Parts few = parts_;
    few.train.resize(num_learners);
    TracingFitOptions options = Options();
    options.residual.max_epochs = 1;
    const TracingFit fit =
        TracingFitter(few.train, {}, dataset_.ids, options).FitResidual();
    EXPECT_EQ(fit.model.params().residual.empty(), num_learners < 8);
    EXPECT_TRUE(std::isfinite(LossOf(fit.model, parts_.validation)));
  }
}

TEST_F(TracingFitterTest, TheResidualOfSomePartsLeavesLrhOfAll) {
  TracingFitOptions options = Options();
  const TracingFit all = Fitter(parts_, dataset_, options).FitResidual();
  options.max_residual_answers = 48 * 40 / 2;
  const TracingFit half = Fitter(parts_, dataset_, options).FitResidual();
  ASSERT_FALSE(half.model.params().residual.empty());
  EXPECT_EQ(half.model.params().lrh.shared, all.model.params().lrh.shared);
  EXPECT_NE(half.model.params().residual.values,
            all.model.params().residual.values);
}

TEST_F(TracingFitterTest, DktKnowsKcsOnly) {
  TracingFitOptions options = Options();
  options.residual.max_epochs = 3;
  const TracingFit fit = Fitter(parts_, dataset_, options).FitDkt();
  EXPECT_EQ(fit.recipe.model, kDktModel);
  const ResidualShape& shape = fit.model.params().residual.shape;
  EXPECT_EQ(shape.num_questions, 0);
  EXPECT_EQ(shape.num_features, 0);
  EXPECT_FALSE(shape.has_kc_gru);
  // Whatever the question, the same prediction.
  std::vector<Interaction> track = dataset_.learners[0].interactions;
  const TrackPart part = {.interactions = track};
  const std::vector<Prediction> before =
      PredictAnswers(fit.model, {&part, 1}, 1);
  for (Interaction& answer : track) {
    answer.question = dataset_.learners[1].interactions[0].question;
  }
  const std::vector<Prediction> after =
      PredictAnswers(fit.model, {&part, 1}, 1);
  for (size_t row = 0; row < before.size(); ++row) {
    EXPECT_EQ(before[row].p_correct, after[row].p_correct);
  }
}

TEST_F(TracingFitterTest, ProgressNeverGoesBack) {
  std::vector<double> seen;
  TracingFitOptions options = Options();
  options.residual.max_epochs = 3;
  options.progress = [&](double done) { seen.push_back(done); };
  Fitter(parts_, dataset_, options).FitResidual();
  ASSERT_GT(seen.size(), 3);
  EXPECT_TRUE(std::is_sorted(seen.begin(), seen.end()));
  EXPECT_GT(seen.front(), 0);
  EXPECT_LE(seen.back(), 1);
}

}  // namespace
}  // namespace evenlight
