#include "recommender/evaluation/tracing_metrics.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "gtest/gtest.h"

namespace evenlight {
namespace {

constexpr double kTolerance = 1e-6;
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

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
  EXPECT_NEAR(metrics.log_loss_error, 0.0775221129, kTolerance);
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

TEST(AucTest, OneClassCannotTell) {
  EXPECT_TRUE(std::isnan(Auc({})));
  EXPECT_TRUE(std::isnan(Auc({{.1f, true}, {.9f, true}})));
  EXPECT_TRUE(std::isnan(Auc({{.1f, false}, {.9f, false}})));
}

// Losses of .1 and .3 at two learners, one answer each: the standard deviation
// .1 sqrt(2) over sqrt(2). One learner's answers count one by one.
TEST(TracingMetricsTest, FewLearnersAreNotMadeSureOf) {
  const auto p = [](double loss) {
    return static_cast<float>(std::exp(-loss));
  };
  const std::vector<Prediction> apart = {{p(0.1), true, 0}, {p(0.3), true, 1}};
  EXPECT_NEAR(EvaluateTracing(apart).log_loss_error, 0.1, 1e-6);
  const std::vector<Prediction> one = {{p(0.1), true, 0}, {p(0.3), true, 0}};
  EXPECT_NEAR(EvaluateTracing(one).log_loss_error, 0.1, 1e-6);
  EXPECT_GT(CompareLogLoss(one, {{p(0.1), true, 0}, {p(0.1), true, 0}})
                .standard_error,
            0.09);
}

TEST(TracingMetricsTest, NoAnswersGiveZerosWhereTheyAreSums) {
  const TracingMetrics metrics = EvaluateTracing({});
  EXPECT_EQ(metrics.num_answers, 0);
  EXPECT_EQ(metrics.log_loss, 0);
  EXPECT_EQ(metrics.log_loss_error, 0);
  EXPECT_EQ(metrics.accuracy, 0);
  EXPECT_EQ(metrics.calibration_error, 0);
}

TEST(TracingMetricsTest, OneClassTellsTheLossButNoAuc) {
  const TracingMetrics metrics = EvaluateTracing({{.7f, true}, {.8f, true}});
  EXPECT_TRUE(std::isnan(metrics.auc));
  EXPECT_TRUE(std::isnan(metrics.auc_error));
  EXPECT_TRUE(std::isnan(metrics.first_answers_auc));
  EXPECT_TRUE(std::isnan(metrics.unseen_question_auc));
  EXPECT_TRUE(std::isnan(metrics.learner_auc));
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

// One answer of learner `learner`, its `number`-th.
Prediction Numbered(float p, bool is_correct, int32_t learner, int64_t number) {
  return {p, is_correct, learner, number};
}

// By hand: of the first answers, .6 and .2 are right and .4 and .8 wrong; of
// four pairs only .6 against .4 is in order.
TEST(FirstAnswersAucTest, IsOfEachLearnersFirst) {
  const std::vector<Prediction> predictions = {
      Numbered(.6f, true, 0, 0), Numbered(.4f, false, 0, 1),
      Numbered(.9f, true, 0, 2), Numbered(.8f, false, 1, 0),
      Numbered(.2f, true, 1, 1), Numbered(.1f, false, 1, 2)};
  EXPECT_NEAR(FirstAnswersAuc(predictions, 2), 1.0 / 4, kTolerance);
  EXPECT_NEAR(FirstAnswersAuc(predictions, 3), Auc(predictions), kTolerance);
}

// A learner's later chunk begins anew, but its answers are no first ones.
TEST(FirstAnswersAucTest, GoesByTheNumberOfTheAnswer) {
  const std::vector<Prediction> predictions = {
      Numbered(.6f, true, 0, 0), Numbered(.4f, false, 0, 1),
      Numbered(.1f, true, 0, 200), Numbered(.9f, false, 0, 201)};
  EXPECT_EQ(FirstAnswersAuc(predictions), 1);
}

TEST(UnseenQuestionAucTest, IsOfUnseenQuestionsOnly) {
  std::vector<Prediction> predictions = {
      {.9f, true}, {.1f, false}, {.2f, true}, {.8f, false}, {.1f, false}};
  EXPECT_TRUE(std::isnan(UnseenQuestionAuc(predictions)));
  predictions[2].is_unseen_question = true;
  EXPECT_TRUE(std::isnan(UnseenQuestionAuc(predictions)));
  predictions[3].is_unseen_question = true;
  EXPECT_EQ(UnseenQuestionAuc(predictions), 0);
  predictions[4].is_unseen_question = true;
  EXPECT_EQ(UnseenQuestionAuc(predictions), 0.5);
}

// By hand: learner 0 has 1 of 2 pairs, a tie, and learner 2 none of 1; learner
// 1 was always right and has no say.
TEST(MeanLearnerAucTest, IsTheMeanOverLearnersWithBothOutcomes) {
  const std::vector<Prediction> predictions = {{.7f, true, 0}, {.7f, false, 0},
                                               {.2f, true, 1}, {.9f, true, 1},
                                               {.3f, true, 2}, {.4f, false, 2}};
  EXPECT_NEAR(MeanLearnerAuc(predictions), (0.5 + 0) / 2, kTolerance);
  EXPECT_TRUE(std::isnan(MeanLearnerAuc({{.1f, true, 0}, {.2f, false, 1}})));
  EXPECT_TRUE(std::isnan(MeanLearnerAuc({})));
}

TEST(MeanLearnerAucTest, IsBlindToWhatDiffersBetweenLearners) {
  // Each learner's answers are told apart no better than by chance, but the
  // good learner from the bad one.
  std::vector<Prediction> predictions;
  for (int row = 0; row < 40; ++row) {
    const int32_t learner = row / 20;
    predictions.push_back(
        {learner == 0 ? .8f : .3f, row % 4 < (learner == 0 ? 3 : 1), learner});
  }
  EXPECT_GT(Auc(predictions), 0.7);
  EXPECT_EQ(MeanLearnerAuc(predictions), 0.5);
}

TEST(ReliabilityTest, BinsHoldTheirAnswers) {
  const auto bins = Reliability(
      {{.1f, false}, {.15f, true}, {.6f, true}, {1.0f, true}, {0.0f, false}},
      2);
  ASSERT_EQ(bins.size(), 2);
  EXPECT_EQ(bins[0].num_answers, 3);
  EXPECT_NEAR(bins[0].mean_p, .25 / 3, kTolerance);
  EXPECT_NEAR(bins[0].share_correct, 1.0 / 3, kTolerance);
  EXPECT_EQ(bins[1].num_answers, 2);
  EXPECT_NEAR(bins[1].mean_p, .8, kTolerance);
  EXPECT_EQ(bins[1].share_correct, 1);
}

TEST(ReliabilityTest, IsWhatTheCalibrationErrorIsMadeOf) {
  std::mt19937 random(5);
  std::vector<Prediction> predictions;
  for (int row = 0; row < 500; ++row) {
    predictions.push_back(
        {static_cast<float>(random() % 1000) / 999.0f, random() % 3 != 0});
  }
  int64_t num_answers = 0;
  double error = 0;
  for (const ReliabilityBin& bin : Reliability(predictions)) {
    num_answers += bin.num_answers;
    error += static_cast<double>(bin.num_answers) *
             std::abs(bin.mean_p - bin.share_correct);
  }
  EXPECT_EQ(num_answers, 500);
  EXPECT_NEAR(CalibrationError(predictions), error / 500, kTolerance);
}

TEST(ReliabilityTest, EmptyBinsAreZeros) {
  for (const ReliabilityBin& bin : Reliability({})) {
    EXPECT_EQ(bin.num_answers, 0);
    EXPECT_EQ(bin.mean_p, 0);
    EXPECT_EQ(bin.share_correct, 0);
  }
}

// A figure that looks fine would hide a model that is broken.
TEST(TracingMetricsTest, OnePredictionThatIsNoNumberShows) {
  std::vector<Prediction> predictions = Twelve();
  predictions[5].p_correct = kNan;
  const TracingMetrics metrics = EvaluateTracing(predictions);
  EXPECT_TRUE(std::isnan(metrics.auc));
  EXPECT_TRUE(std::isnan(metrics.accuracy));
  EXPECT_TRUE(std::isnan(metrics.log_loss));
  EXPECT_TRUE(std::isnan(metrics.calibration_error));
}

TEST(TracingMetricsTest, HoldAllMeasures) {
  std::vector<Prediction> predictions = Twelve();
  for (size_t row = 0; row < predictions.size(); ++row) {
    predictions[row].number = static_cast<int64_t>(row % 3) * 3;
    predictions[row].is_unseen_question = row % 2 == 0;
  }
  const TracingMetrics metrics = EvaluateTracing(predictions);
  EXPECT_EQ(metrics.first_answers_auc, FirstAnswersAuc(predictions, 5));
  EXPECT_EQ(metrics.unseen_question_auc, UnseenQuestionAuc(predictions));
  EXPECT_EQ(metrics.num_unseen_answers, 6);
  EXPECT_EQ(metrics.learner_auc, MeanLearnerAuc(predictions));
}

}  // namespace
}  // namespace evenlight
