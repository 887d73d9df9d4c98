#include "recommender/evaluation/tracing_metrics.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "gtest/gtest.h"

namespace evenlight {
namespace {

constexpr double kTolerance = 1e-6;

// Twelve answers of four learners, with ties. The expected numbers below were
// computed in Python from the definitions: AUC as a sum over all pairs, not by
// ranks; the others term by term in double.
std::vector<Prediction> Twelve() {
  return {{.9f, true, 0},  {.8f, true, 0},  {.8f, false, 0}, {.7f, true, 1},
          {.6f, false, 1}, {.55f, true, 1}, {.5f, true, 2},  {.4f, false, 2},
          {.4f, true, 2},  {.3f, false, 3}, {.2f, false, 3}, {.1f, true, 3}};
}

TEST(TracingMetricsTest, MatchIndependentlyComputedNumbers) {
  const TracingMetrics metrics = EvaluateTracing(Twelve());
  EXPECT_EQ(metrics.num_answers, 12);
  EXPECT_NEAR(metrics.auc, 22.0 / 35, kTolerance);
  EXPECT_NEAR(metrics.auc_error, 0.1667591171, kTolerance);
  EXPECT_NEAR(metrics.accuracy, 7.0 / 12, kTolerance);
  EXPECT_NEAR(metrics.log_loss, 0.7342843150, kTolerance);
  EXPECT_NEAR(metrics.log_loss_error, 0.0671361225, kTolerance);
  EXPECT_NEAR(metrics.calibration_error, 0.3458333333, kTolerance);
  EXPECT_NEAR(CalibrationError(Twelve(), 5), 0.2791666667, kTolerance);
}

TEST(AucTest, EqualsTheShareOfPairsInOrder) {
  std::mt19937 random(3);
  std::vector<Prediction> predictions;
  for (int row = 0; row < 300; ++row) {
    // Few values, so that there are many ties.
    predictions.push_back(
        {static_cast<float>(random() % 20) / 20.0f, random() % 3 == 0});
  }
  double wins = 0;
  double pairs = 0;
  for (const Prediction& right : predictions) {
    for (const Prediction& wrong : predictions) {
      if (!right.is_correct || wrong.is_correct) continue;
      ++pairs;
      if (right.p_correct > wrong.p_correct) wins += 1;
      if (right.p_correct == wrong.p_correct) wins += 0.5;
    }
  }
  EXPECT_NEAR(Auc(predictions), wins / pairs, kTolerance);
}

TEST(AucTest, AMonotoneChangeOfPredictionsChangesNothing) {
  std::vector<Prediction> predictions = Twelve();
  const double before = Auc(predictions);
  for (Prediction& p : predictions) p.p_correct = p.p_correct * p.p_correct;
  EXPECT_DOUBLE_EQ(Auc(predictions), before);
}

TEST(AucTest, OneClassGivesAHalf) {
  EXPECT_EQ(Auc({}), 0.5);
  EXPECT_EQ(Auc({{.1f, true}, {.9f, true}}), 0.5);
  EXPECT_EQ(Auc({{.1f, false}, {.9f, false}}), 0.5);
}

TEST(TracingMetricsTest, NoAnswersGiveZerosAndNoNan) {
  const TracingMetrics metrics = EvaluateTracing({});
  EXPECT_EQ(metrics.num_answers, 0);
  EXPECT_EQ(metrics.log_loss, 0);
  EXPECT_EQ(metrics.log_loss_error, 0);
  EXPECT_EQ(metrics.accuracy, 0);
  EXPECT_EQ(metrics.calibration_error, 0);
}

TEST(TracingMetricsTest, OneClassGivesFiniteErrors) {
  const TracingMetrics metrics = EvaluateTracing({{.7f, true}, {.8f, true}});
  EXPECT_EQ(metrics.auc_error, 0);
  EXPECT_NEAR(metrics.log_loss, -(std::log(.7) + std::log(.8)) / 2, kTolerance);
}

TEST(LogLossTest, CertainAndWrongIsFinite) {
  EXPECT_NEAR(LogLoss({{1.0f, false}}), -std::log(1e-6), 1e-3);
  EXPECT_NEAR(LogLoss({{0.0f, true}}), -std::log(1e-6), 1e-3);
}

TEST(CalibrationErrorTest, IsZeroForWhatComesTrue) {
  EXPECT_NEAR(CalibrationError({{.25f, true},
                                {.25f, false},
                                {.25f, false},
                                {.25f, false},
                                {1.0f, true}}),
              0, kTolerance);
}

TEST(CompareLogLossTest, IsTheDifferenceOfTheLosses) {
  const std::vector<Prediction> a = Twelve();
  std::vector<Prediction> b = a;
  for (Prediction& p : b) p.p_correct = 0.5f;
  const LossDifference difference = CompareLogLoss(a, b);
  EXPECT_NEAR(difference.mean, LogLoss(a) - LogLoss(b), kTolerance);
  EXPECT_GT(difference.standard_error, 0);
}

TEST(CompareLogLossTest, AModelDoesNotDifferFromItself) {
  const LossDifference difference = CompareLogLoss(Twelve(), Twelve());
  EXPECT_EQ(difference.mean, 0);
  EXPECT_EQ(difference.standard_error, 0);
}

// The same answers said by one learner or by many: learners who agree with
// themselves say less.
TEST(CompareLogLossTest, FewLearnersGiveAWiderError) {
  std::vector<Prediction> few;
  std::vector<Prediction> many;
  for (int row = 0; row < 100; ++row) {
    const bool is_correct = row < 50;
    few.push_back({.6f, is_correct, row / 10});
    many.push_back({.6f, is_correct, row});
  }
  EXPECT_GT(EvaluateTracing(few).log_loss_error,
            2 * EvaluateTracing(many).log_loss_error);
}

}  // namespace
}  // namespace evenlight
