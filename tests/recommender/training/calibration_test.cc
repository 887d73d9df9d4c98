#include "recommender/training/calibration.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "recommender/models/lrh.h"
#include "recommender/training/tracing_fit.h"
#include "tests/recommender/training/planted_data.h"

namespace evenlight {
namespace {

// Answers with log-odds `slope` z + `bias` of which the model says z.
std::vector<Prediction> Skewed(float slope, float bias, int count,
                               uint64_t seed) {
  std::mt19937_64 random(seed);
  std::normal_distribution<float> log_odds(0.5f, 1.5f);
  std::uniform_real_distribution<float> uniform(0, 1);
  std::vector<Prediction> predictions;
  for (int answer = 0; answer < count; ++answer) {
    const float z = log_odds(random);
    predictions.push_back(
        {.p_correct = Sigmoid(z),
         .is_correct = uniform(random) < Sigmoid(slope * z + bias),
         .learner = answer});
  }
  return predictions;
}

std::vector<Prediction> Apply(const Calibration& calibration,
                              std::vector<Prediction> predictions) {
  for (Prediction& prediction : predictions) {
    const float p = std::clamp(prediction.p_correct, 1e-6f, 1 - 1e-6f);
    prediction.p_correct =
        Sigmoid(calibration.slope * std::log(p / (1 - p)) + calibration.bias);
  }
  return predictions;
}

TEST(FitPlattTest, RecoversAPlantedSlopeAndBias) {
  for (const auto& [slope, bias] : std::vector<std::pair<float, float>>{
           {1, 0}, {0.5f, 0}, {2, -1}, {1, 0.7f}, {0.8f, -0.3f}}) {
    const Calibration found = FitPlatt(Skewed(slope, bias, 40'000, 3));
    EXPECT_NEAR(found.slope, slope, 0.05f * slope + 0.02f);
    EXPECT_NEAR(found.bias, bias, 0.05f);
  }
}

TEST(FitPlattTest, NothingPredictedChangesNothing) {
  EXPECT_EQ(FitPlatt({}), Calibration());
}

TEST(FitPlattTest, NeverRaisesTheLogLossOfWhatItWasFittedTo) {
  std::mt19937_64 random(1);
  std::uniform_real_distribution<float> uniform(0, 1);
  for (int round = 0; round < 300; ++round) {
    const int kind = round % 5;
    const int count = 1 + static_cast<int>(random() % 60);
    std::vector<Prediction> predictions;
    for (int answer = 0; answer < count; ++answer) {
      const float p = kind == 3 ? std::round(uniform(random)) : uniform(random);
      const bool is_correct = kind == 0   ? true
                              : kind == 1 ? false
                              : kind == 2 ? uniform(random) > p  // Reversed.
                                          : uniform(random) < p;
      predictions.push_back(
          {.p_correct = kind == 4 ? 0.5f : p, .is_correct = is_correct});
    }
    const Calibration found = FitPlatt(predictions);
    ASSERT_TRUE(std::isfinite(found.slope) && std::isfinite(found.bias));
    ASSERT_GT(found.slope, 0);
    EXPECT_LE(LogLoss(Apply(found, predictions)), LogLoss(predictions) + 1e-6)
        << "round " << round;
  }
}

// Learners who are all alike, of whom the truth is known.
class FitCalibrationTest : public testing::Test {
 protected:
  FitCalibrationTest()
      : dataset_(DifficultyData(400, 100, 1, 0)),
        held_out_(WholeTracks(dataset_.learners)),
        truth_(DifficultyModel(dataset_)) {}

  double LossOf(const TracingModel& model) {
    return LogLoss(PredictAnswers(model, held_out_, 1));
  }

  const Dataset dataset_;
  const std::vector<TrackPart> held_out_;
  const TracingModel truth_;
};

// What a model says with log-odds `factor` times as large.
TracingModel Exaggerated(const TracingModel& model, float factor) {
  LrhWeights weights = model.params().lrh;
  weights.bias *= factor;
  for (float& weight : weights.questions) weight *= factor;
  for (float& weight : weights.kcs) weight *= factor;
  for (float& weight : weights.shared) weight *= factor;
  for (float& weight : weights.slopes) weight *= factor;
  return WithLrh(model, weights);
}

TEST_F(FitCalibrationTest, WhatIsCalibratedStaysAsItIs) {
  ASSERT_LE(CalibrationError(PredictAnswers(truth_, held_out_, 1)),
            kMaxCalibrationError);
  EXPECT_EQ(FitCalibration(truth_, held_out_, 1), Calibration());
}

TEST_F(FitCalibrationTest, WhatExaggeratesIsStraightened) {
  const TracingModel loud = Exaggerated(truth_, 2.5f);
  const Calibration found = FitCalibration(loud, held_out_, 2);
  EXPECT_NEAR(found.slope, 1 / 2.5f, 0.04f);
  EXPECT_NEAR(found.bias, 0, 0.1f);
  const TracingModel straight = WithCalibration(loud, found);
  EXPECT_LT(LossOf(straight), LossOf(loud) - 0.05);
  EXPECT_NEAR(LossOf(straight), LossOf(truth_), 0.002);
  EXPECT_LE(CalibrationError(PredictAnswers(straight, held_out_, 1)),
            kMaxCalibrationError);
  // Its own calibration is not calibrated once more.
  EXPECT_EQ(FitCalibration(straight, held_out_, 1), found);
}

TEST_F(FitCalibrationTest, AFewAnswersStraightenNothing) {
  int num_changed = 0;
  for (int learner = 0; learner < 200; ++learner) {
    const TrackPart one = {held_out_[learner].interactions.first(5)};
    if (FitCalibration(truth_, {&one, 1}, 1) != Calibration()) ++num_changed;
  }
  EXPECT_LE(num_changed, 30);
}

TEST_F(FitCalibrationTest, BktIsNeitherCalibratedNorCorrected) {
  const TracingModel bkt = WithoutLrh(truth_);
  EXPECT_EQ(FitCalibration(bkt, held_out_, 1), Calibration());
  EXPECT_EQ(ChooseCorrectionRate(bkt, held_out_, 1), 0);
}

TEST_F(FitCalibrationTest, TheRateOfCorrectionIsThatWithTheLowestLogLoss) {
  // Of learners who are alike there is nothing to learn one by one.
  EXPECT_EQ(ChooseCorrectionRate(truth_, held_out_, 2), 0);
  // Of those who differ there is, for a model that does not see their past.
  const Dataset different = DifficultyData(100, 40, 1, 2);
  const TracingModel model = DifficultyModel(different);
  const std::vector<TrackPart> parts = WholeTracks(different.learners);
  const float chosen = ChooseCorrectionRate(model, parts, 2);
  EXPECT_GT(chosen, 0);
  const auto loss = [&](float rate) {
    return LogLoss(PredictAnswers(WithCorrectionRate(model, rate), parts, 1));
  };
  for (const float rate : {0.0f, 0.02f, 0.05f, 0.1f, 0.2f}) {
    EXPECT_LE(loss(chosen), loss(rate)) << rate;
  }
}

}  // namespace
}  // namespace evenlight
