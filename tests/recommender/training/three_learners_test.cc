// Three learners and one kc, worked by hand: BKT's predictions, one iteration
// of its EM, an input of LR-H, its log-odds, and one step of learning.
//
//   ann: q1 right
//   ben: q1 wrong
//   cat: q2 right, then q1 wrong

#include <cmath>
#include <map>
#include <vector>

#include "gtest/gtest.h"
#include "recommender/models/bkt.h"
#include "recommender/models/lrh.h"
#include "recommender/state/features.h"
#include "recommender/training/bkt_trainer.h"
#include "recommender/training/lrh_trainer.h"
#include "recommender/training/tracing_fit.h"

namespace evenlight {
namespace {

constexpr float kLog2 = 0.693147f;  // log(1 + one answer).

class ThreeLearnersTest : public testing::Test {
 protected:
  ThreeLearnersTest() {
    ids_.kcs = {{KcKeyOf("fractions"), "fractions"}};
    ids_.questions = {{ResourceKeyOf("q1"), "q1"}, {ResourceKeyOf("q2"), "q2"}};
    for (const std::vector<Interaction>* learner : {&ann_, &ben_, &cat_}) {
      parts_.push_back({.interactions = *learner});
    }
    base_ = TracingModel(CountAnswersByKc(parts_, ids_));
  }

  static Interaction Answered(const char* question, bool is_correct) {
    Interaction interaction;
    interaction.verb = Verb::kAnswered;
    interaction.time_is_order = true;
    interaction.question = ResourceKeyOf(question);
    interaction.resource = interaction.question;
    interaction.kcs = {KcKeyOf("fractions")};
    interaction.is_correct = is_correct;
    return interaction;
  }

  LrhTrainOptions Options() const {
    LrhTrainOptions options;
    options.num_questions = 2;
    options.num_kcs = 1;
    return options;
  }

  // Cat's second answer.
  LrhExample LastExample() const {
    return MakeExamples(base_, parts_, 100, 1).back();
  }

  const std::vector<Interaction> ann_ = {Answered("q1", true)};
  const std::vector<Interaction> ben_ = {Answered("q1", false)};
  const std::vector<Interaction> cat_ = {Answered("q2", true),
                                         Answered("q1", false)};
  IdTables ids_;
  std::vector<TrackPart> parts_;
  TracingModel base_;
};

TEST_F(ThreeLearnersTest, BktPredictions) {
  TracingParams params = base_.params();
  params.bkt = {{.p_init = 0.5f,
                 .p_learn = 0.2f,
                 .p_forget = 0.04f,
                 .p_slip = 0.1f,
                 .p_guess = 0.3f}};
  const TracingModel model(params);
  const std::vector<Prediction> predictions = PredictAnswers(model, parts_, 1);
  ASSERT_EQ(predictions.size(), 4);
  // First answers: .5 x .9 + .5 x .3.
  for (const int first : {0, 1, 2}) {
    EXPECT_NEAR(predictions[first].p_correct, 0.6, 1e-6) << first;
  }
  // Cat after a right one: known .45 / .60 = .75; after the step of learning
  // .75 x .96 + .25 x .2 = .77; then .77 x .9 + .23 x .3.
  EXPECT_NEAR(predictions[3].p_correct, 0.762, 1e-6);
}

// Without forgetting the step would give .75 + .25 x .2 = .8.
TEST_F(ThreeLearnersTest, BktForgets) {
  const BktParams forgets = {0.5f, 0.2f, 0.04f, 0.1f, 0.3f};
  const BktParams keeps = {0.5f, 0.2f, 0, 0.1f, 0.3f};
  EXPECT_NEAR(UpdateKnown(forgets, 0.5f, true), 0.77, 1e-6);
  EXPECT_NEAR(UpdateKnown(keeps, 0.5f, true), 0.80, 1e-6);
}

// From L0 .5, T .2, F .02, S .1, G .2. Known at the answer, given all answers:
//
//   ann  .5 x .9 / (.45 + .5 x .2)    = .45 / .55 = .818182
//   ben  .5 x .1 / (.05 + .5 x .8)    = .05 / .45 = .111111
//   cat  known, known      .45 x .98 x .1 = .0441
//        known, unknown    .45 x .02 x .8 = .0072
//        unknown, known    .10 x .20 x .1 = .0020
//        unknown, unknown  .10 x .80 x .8 = .0640      sum .1173
//        first  (.0441 + .0072) / .1173 = .437340
//        second (.0441 + .0020) / .1173 = .393009
//
// Each parameter is (times + prior) / (chances + 1):
//
//   L0 (.818182 + .111111 + .437340 + .5) / (3 + 1)
//   T  (.0020 / .1173 + .1) / (1 - .437340 + 1)
//   F  (.0072 / .1173 + .02) / (.437340 + 1)
//   S  (.111111 + .393009 + .1) / (.818182 + .111111 + .437340 + .393009 + 1)
//   G  (.181818 + .562660 + .2) / (.181818 + .888889 + .562660 + .606991 + 1)
TEST_F(ThreeLearnersTest, OneIterationOfEm) {
  const KcAnswers answers = GroupByKc(base_, parts_)[0];
  const BktParams fit = FitBkt(answers, 1);
  EXPECT_NEAR(fit.p_init, 0.466658, 2e-6);
  EXPECT_NEAR(fit.p_learn, 0.074905, 2e-6);
  EXPECT_NEAR(fit.p_forget, 0.056619, 2e-6);
  EXPECT_NEAR(fit.p_slip, 0.218913, 2e-6);
  EXPECT_NEAR(fit.p_guess, 0.291473, 2e-6);
}

// Everybody twice: times and chances double, the priors do not.
TEST_F(ThreeLearnersTest, EqualAnswersOfOtherLearnersCount) {
  std::vector<TrackPart> twice = parts_;
  twice.insert(twice.end(), parts_.begin(), parts_.end());
  const BktParams fit = FitBkt(GroupByKc(base_, twice)[0], 1);
  // (2 x 1.366633 + .5) / (2 x 3 + 1), and (2 x .017050 + .1) / (2 x .562660
  // + 1).
  EXPECT_NEAR(fit.p_init, 0.461895, 2e-6);
  EXPECT_NEAR(fit.p_learn, 0.063097, 2e-6);
}

TEST_F(ThreeLearnersTest, LrhInput) {
  // Half of the 4 answers are right, so are half of the kc's: (2 + 5 x .5) / 9.
  // Of q2, (1 + 5 x .5) / 6 = .583333: cat's right answer was .416667 above.
  const std::map<LrhFeature, std::vector<float>> expected = {
      {LrhFeature::kLogWins, {kLog2}},
      {LrhFeature::kLogAnswers, {kLog2}},
      {LrhFeature::kLogKcWins, {kLog2}},
      // (1 - .65) x (1 - rate), of rates .5, .8, .95.
      {LrhFeature::kAverages, {0.175f, 0.07f, 0.0175f}},
      {LrhFeature::kKcAverages, {0.175f, 0.07f, 0.0175f}},
      // .416667 x (1 - rate), of rates .8, .95.
      {LrhFeature::kResidualAverages, {0.083333f, 0.020833f}},
      {LrhFeature::kKcResidualAverage, {0.083333f}},
      {LrhFeature::kRecent, {1}},
      {LrhFeature::kKcRecent, {1}},
      {LrhFeature::kRepeatKcRight, {1}},
      {LrhFeature::kLogRunRight, {kLog2}},
      {LrhFeature::kLogKcRunRight, {kLog2}},
      {LrhFeature::kLogKcsMet, {kLog2}},
      // (1 + 2 x .65) / (1 + 2).
      {LrhFeature::kSmoothedRate, {0.766667f}},
      {LrhFeature::kSmoothedKcRate, {0.766667f}}};
  std::vector<float> columns(kNumLrhShared);
  for (const auto& [feature, values] : expected) {
    std::copy(values.begin(), values.end(),
              columns.begin() + static_cast<int>(feature));
  }
  const LrhInput input = LastExample().input;
  EXPECT_EQ(input.question, base_.FindQuestion(ResourceKeyOf("q1")));
  for (int column = 0; column < kNumLrhShared; ++column) {
    EXPECT_NEAR(input.shared[column], columns[column], 1e-6) << column;
  }
}

TEST_F(ThreeLearnersTest, LrhLogOdds) {
  LrhWeights weights = TrainLrh({}, {}, Options()).weights;
  const auto shared = [&](LrhFeature feature, int offset = 0) -> float& {
    return weights.shared[static_cast<int>(feature) + offset];
  };
  const auto slope = [&](LrhSlope name) -> float& {
    return weights.slopes[static_cast<int>(name)];
  };
  weights.bias = 0.1f;
  weights.questions = {-0.5f, 9};  // q1, q2.
  weights.kcs = {0.2f};
  shared(LrhFeature::kLogWins) = 0.3f;
  shared(LrhFeature::kKcAverages, 1) = 2;
  shared(LrhFeature::kResidualAverages) = -1;
  shared(LrhFeature::kRecent) = 0.4f;
  shared(LrhFeature::kLogHours) = 9;  // The answers have no times.
  slope(LrhSlope::kLogAnswers) = 0.5f;
  slope(LrhSlope::kLastRight) = 0.25f;
  // .1 - .5 + .2 + .3 x .693147 + 2 x .07 - .083333 + .4
  //   + .5 x .693147 + .25 = 1.061185, and 1 / (1 + e^-1.061185) = .742917.
  const float log_odds = LogOdds(weights, LastExample().input);
  EXPECT_NEAR(log_odds, 1.061185, 1e-5);
  EXPECT_NEAR(Sigmoid(log_odds), 0.742917, 1e-5);
}

// From weights of 0 everything is even: the error is .5, and of a column x the
// gradient g = .5 x, the step .1 g / sqrt(.1 + g^2).
TEST_F(ThreeLearnersTest, LrhLearnsFromTheWrongAnswer) {
  LrhFit fit = TrainLrh({}, {}, Options());
  LearnOnline(LastExample(), AllColumns(), fit);
  const auto shared = [&](LrhFeature feature) {
    return fit.weights.shared[static_cast<int>(feature)];
  };
  EXPECT_NEAR(fit.weights.bias, -0.084515, 1e-6);  // .05 / sqrt(.35).
  EXPECT_NEAR(fit.squares.bias, 0.35, 1e-6);
  EXPECT_NEAR(fit.weights.questions[0], -0.084515, 1e-6);
  EXPECT_NEAR(fit.weights.kcs[0], -0.084515, 1e-6);
  // g = .346574; .0346574 / sqrt(.1 + .120113).
  EXPECT_NEAR(shared(LrhFeature::kLogWins), -0.073871, 1e-6);
  EXPECT_EQ(shared(LrhFeature::kLogFails), 0);
  EXPECT_EQ(fit.weights.questions[1], 0);
}

}  // namespace
}  // namespace evenlight
