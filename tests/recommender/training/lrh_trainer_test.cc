#include "recommender/training/lrh_trainer.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <vector>

#include "gtest/gtest.h"
#include "recommender/evaluation/tracing_metrics.h"
#include "recommender/state/features.h"
#include "recommender/training/tracing_fit.h"
#include "tests/recommender/training/synthetic_track.h"

namespace evenlight {
namespace {

constexpr int64_t kAll = 1'000'000;

bool Equal(const LrhWeights& a, const LrhWeights& b) {
  return a.bias == b.bias && a.questions == b.questions && a.kcs == b.kcs &&
         a.shared == b.shared && a.slopes == b.slopes;
}

bool Equal(const LrhInput& a, const LrhInput& b) {
  return a.question == b.question && a.shared == b.shared &&
         std::equal(a.kcs.begin(), a.kcs.end(), b.kcs.begin(), b.kcs.end(),
                    [](const LrhInput::Kc& x, const LrhInput::Kc& y) {
                      return x.row == y.row && x.slopes == y.slopes;
                    });
}

// Answers whose log-odds are 2 x first column - 1, other columns being noise.
std::vector<LrhExample> PlantedExamples(int count, uint64_t seed) {
  std::mt19937_64 random(seed);
  std::uniform_real_distribution<float> uniform(0, 1);
  std::vector<LrhExample> examples(count);
  for (LrhExample& example : examples) {
    for (int column = 0; column < 5; ++column) {
      example.input.shared[column] = 2 * uniform(random) - 1;
    }
    const float log_odds = 2 * example.input.shared[0] - 1;
    example.is_correct = uniform(random) < Sigmoid(log_odds);
  }
  return examples;
}

TEST(TrainLrhTest, FindsPlantedWeights) {
  const LrhFit fit = TrainLrh(PlantedExamples(40000, 1), {}, {});
  EXPECT_EQ(fit.num_epochs, 12);
  EXPECT_NEAR(fit.weights.bias, -1, 0.15);
  EXPECT_NEAR(fit.weights.shared[0], 2, 0.15);
  for (int column = 1; column < 5; ++column) {
    EXPECT_NEAR(fit.weights.shared[column], 0, 0.15) << column;
  }
}

TEST(TrainLrhTest, ColumnsThatAreAlwaysZeroKeepTheirWeight) {
  const LrhFit fit = TrainLrh(PlantedExamples(1000, 1), {}, {});
  for (int column = 5; column < kNumLrhShared; ++column) {
    EXPECT_EQ(fit.weights.shared[column], 0) << column;
  }
}

TEST(TrainLrhTest, ColumnsThatAreOffAreNotLearnt) {
  LrhTrainOptions options;
  options.columns = LrhColumns();
  options.columns.shared[1] = 1;
  const LrhFit fit = TrainLrh(PlantedExamples(1000, 1), {}, options);
  EXPECT_EQ(fit.weights.shared[0], 0);
  EXPECT_NE(fit.weights.shared[1], 0);
}

TEST(TrainLrhTest, IsRepeatableFromItsSeed) {
  const std::vector<LrhExample> examples = PlantedExamples(500, 1);
  LrhTrainOptions options;
  options.max_epochs = 3;
  const LrhFit once = TrainLrh(examples, {}, options);
  EXPECT_TRUE(Equal(once.weights, TrainLrh(examples, {}, options).weights));
  options.seed = 2;
  EXPECT_FALSE(Equal(once.weights, TrainLrh(examples, {}, options).weights));
}

TEST(TrainLrhTest, TakesTheEpochThatIsBestOnValidation) {
  const std::vector<LrhExample> examples = PlantedExamples(60, 1);
  const std::vector<LrhExample> validation = PlantedExamples(300, 2);
  const auto loss_of = [&](const LrhWeights& weights) {
    std::vector<Prediction> predictions;
    for (const LrhExample& example : validation) {
      predictions.push_back(
          {Sigmoid(LogOdds(weights, example.input)), example.is_correct});
    }
    return LogLoss(predictions);
  };
  const LrhFit chosen = TrainLrh(examples, validation, {});
  const double best = loss_of(chosen.weights);
  for (int epochs = 1; epochs <= std::min(12, chosen.num_epochs + 3);
       ++epochs) {
    LrhTrainOptions options;
    options.max_epochs = epochs;
    EXPECT_GE(loss_of(TrainLrh(examples, {}, options).weights), best) << epochs;
  }
}

TEST(TrainLrhTest, TheCurveHasEveryEpochAndItsLosses) {
  const std::vector<LrhExample> examples = PlantedExamples(2000, 1);
  const LrhFit fit = TrainLrh(examples, PlantedExamples(500, 2), {});
  ASSERT_GE(static_cast<int>(fit.curve.size()), fit.num_epochs);
  double best = fit.curve[0].validation;
  for (size_t row = 0; row < fit.curve.size(); ++row) {
    EXPECT_EQ(fit.curve[row].epoch, static_cast<int>(row) + 1);
    best = std::min(best, fit.curve[row].validation);
  }
  EXPECT_EQ(fit.curve[fit.num_epochs - 1].validation, best);
  // Before the first step every prediction is a half.
  EXPECT_LT(fit.curve[0].train, std::log(2.0));
  EXPECT_LT(fit.curve.back().train, fit.curve[0].train);
}

TEST(TrainLrhTest, WithoutValidationTheCurveSaysSo) {
  LrhTrainOptions options;
  options.max_epochs = 2;
  const LrhFit fit = TrainLrh(PlantedExamples(100, 1), {}, options);
  ASSERT_EQ(fit.curve.size(), 2);
  EXPECT_TRUE(std::isnan(fit.curve[1].validation));
  EXPECT_GT(fit.curve[1].train, 0);
}

// One example: the order of an epoch is the same by any path.
TEST(LearnOnlineTest, GoesOnWhereTrainingEnded) {
  const std::vector<LrhExample> examples = PlantedExamples(1, 1);
  LrhTrainOptions options;
  options.max_epochs = 5;
  const LrhFit five = TrainLrh(examples, {}, options);
  options.max_epochs = 3;
  LrhFit fit = TrainLrh(examples, {}, options);
  LearnOnline(examples[0], AllColumns(), fit);
  EXPECT_FALSE(Equal(fit.weights, five.weights));
  LearnOnline(examples[0], AllColumns(), fit);
  EXPECT_TRUE(Equal(fit.weights, five.weights));
  EXPECT_TRUE(Equal(fit.squares, five.squares));
}

TEST(LearnOnlineTest, FollowsALearnerWhoChanges) {
  LrhFit fit = TrainLrh(PlantedExamples(2000, 1), {}, {});
  LrhExample example = PlantedExamples(1, 2)[0];
  for (const bool is_correct : {true, false}) {
    example.is_correct = is_correct;
    const float before = LogOdds(fit.weights, example.input);
    LearnOnline(example, AllColumns(), fit);
    const float after = LogOdds(fit.weights, example.input);
    EXPECT_EQ(after > before, is_correct) << before << " to " << after;
  }
}

TEST(TrainLrhTest, NoExamplesGiveZeros) {
  LrhTrainOptions options;
  options.num_kcs = 2;
  const LrhFit fit = TrainLrh({}, {}, options);
  EXPECT_EQ(fit.weights.bias, 0);
  EXPECT_EQ(fit.weights.kcs, std::vector<float>(2));
}

TEST(BestLrColumnsTest, AreCountsOnly) {
  const LrhColumns columns = BestLrColumns();
  EXPECT_EQ(std::accumulate(columns.shared.begin(), columns.shared.end(), 0.f),
            4);
  EXPECT_EQ(std::accumulate(columns.slopes.begin(), columns.slopes.end(), 0.f),
            2);
  EXPECT_EQ(columns.slopes[static_cast<int>(LrhSlope::kAverages)], 0);
}

TEST(MakeExamplesTest, AreTheFeaturesThatServingSeesBeforeTheAnswer) {
  const Dataset dataset = SyntheticDataset({.num_learners = 5});
  const std::vector<TrackPart> parts = WholeTracks(dataset.learners);
  const TracingModel model(CountAnswersByKc(parts, dataset.ids));
  const std::vector<LrhExample> examples = MakeExamples(model, parts, kAll, 1);
  ASSERT_EQ(static_cast<int64_t>(examples.size()), dataset.num_answers);
  EXPECT_EQ(examples[0].input.shared[static_cast<int>(LrhFeature::kIsFirst)],
            1);
  LrhTrainOptions options;
  options.num_questions = static_cast<int32_t>(model.params().questions.size());
  options.num_kcs = static_cast<int32_t>(model.params().kcs.size());
  const TracingModel trained =
      WithLrh(model, TrainLrh(examples, {}, options).weights);
  const std::vector<Prediction> served = PredictAnswers(trained, parts, 1);
  ASSERT_EQ(served.size(), examples.size());
  for (size_t row = 0; row < examples.size(); ++row) {
    EXPECT_EQ(served[row].p_correct,
              Sigmoid(LogOdds(trained.params().lrh, examples[row].input)));
    EXPECT_EQ(served[row].is_correct, examples[row].is_correct);
  }
}

TEST(MakeExamplesTest, NeverLookAhead) {
  constexpr int kFrom = 20;
  const SyntheticOptions options = {.num_learners = 10};
  SyntheticOptions flipped_options = options;
  flipped_options.flip_from = kFrom;
  const Dataset dataset = SyntheticDataset(options);
  const Dataset flipped = SyntheticDataset(flipped_options);
  // One model for both: difficulties are of other learners.
  const TracingModel model(
      CountAnswersByKc(WholeTracks(dataset.learners), dataset.ids));
  const auto examples =
      MakeExamples(model, WholeTracks(dataset.learners), kAll, 1);
  const auto of_flipped =
      MakeExamples(model, WholeTracks(flipped.learners), kAll, 1);
  ASSERT_EQ(examples.size(), of_flipped.size());
  int num_different = 0;
  for (size_t row = 0; row < examples.size(); ++row) {
    const int t = static_cast<int>(row) % options.answers_per_learner;
    const bool is_equal = Equal(examples[row].input, of_flipped[row].input);
    if (t <= kFrom) {
      EXPECT_TRUE(is_equal) << row;
    } else {
      num_different += is_equal ? 0 : 1;
    }
  }
  EXPECT_GT(num_different, 300);
}

TEST(MakeExamplesTest, AreEqualForAnyNumberOfThreads) {
  const Dataset dataset =
      SyntheticDataset({.num_learners = 200, .answers_per_learner = 10});
  const std::vector<TrackPart> parts = WholeTracks(dataset.learners);
  const TracingModel model(CountAnswersByKc(parts, dataset.ids));
  const auto one = MakeExamples(model, parts, kAll, 1);
  const auto three = MakeExamples(model, parts, kAll, 3);
  ASSERT_EQ(one.size(), three.size());
  for (size_t row = 0; row < one.size(); ++row) {
    EXPECT_TRUE(Equal(one[row].input, three[row].input)) << row;
  }
}

TEST(MakeExamplesTest, KeepsAboutAsManyAsAllowedFromAllLearners) {
  const Dataset dataset = SyntheticDataset({.num_learners = 50});
  const std::vector<TrackPart> parts = WholeTracks(dataset.learners);
  const TracingModel model(CountAnswersByKc(parts, dataset.ids));
  const auto examples = MakeExamples(model, parts, 500, 2);
  EXPECT_EQ(examples.size(), 500);
  std::vector<int> of_part(parts.size());
  for (const LrhExample& example : examples) ++of_part[example.part];
  EXPECT_EQ(*std::min_element(of_part.begin(), of_part.end()), 10);
}

}  // namespace
}  // namespace evenlight
