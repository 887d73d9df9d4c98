#include "recommender/training/tracing_replay.h"

#include <cmath>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "recommender/training/experiment_data.h"
#include "recommender/training/tracing_fit.h"
#include "tests/recommender/training/synthetic_track.h"

namespace evenlight {
namespace {

class TracingReplayTest : public testing::Test {
 protected:
  TracingReplayTest()
      : data_(ReadAnswers(
            SyntheticAnswers({.num_learners = 50, .answers_per_learner = 45}),
            1)),
        parts_(SplitFold(data_, 1, 20)),
        base_(CountAnswersByKc(parts_.train, data_.ids)) {}

  LrhFit FitLrh() const {
    LrhTrainOptions options;
    options.num_questions =
        static_cast<int32_t>(base_.params().questions.size());
    options.num_kcs = static_cast<int32_t>(base_.params().kcs.size());
    options.max_epochs = 2;
    return TrainLrh(MakeExamples(base_, parts_.train, 100'000, 1), {}, options);
  }

  const ExperimentData data_;
  const FoldParts parts_;
  const TracingModel base_;
};

// What the experiment measures is what the training job, and so the server,
// would say.
TEST_F(TracingReplayTest, SaysWhatPredictAnswersSays) {
  const TracingModel model = WithLrh(base_, FitLrh().weights);
  const std::vector<Prediction> expected =
      PredictAnswers(model, parts_.test, 1);
  const auto predictor = ServedPredictor(&model);
  const TracingReplay replay = ReplayParts(base_, parts_.test, *predictor);
  ASSERT_EQ(replay.predictions.size(), expected.size());
  ASSERT_EQ(expected.size(), 10 * 45);
  EXPECT_EQ(expected.front().learner, parts_.test.front().learner);
  EXPECT_EQ(expected.back().learner, parts_.test.back().learner);
  EXPECT_NE(expected.front().learner, expected.back().learner);
  for (size_t row = 0; row < expected.size(); ++row) {
    EXPECT_EQ(replay.predictions[row].p_correct, expected[row].p_correct);
    EXPECT_EQ(replay.predictions[row].learner, expected[row].learner);
    EXPECT_EQ(replay.predictions[row].number, expected[row].number);
    EXPECT_EQ(replay.predictions[row].number, static_cast<int64_t>(row) % 45);
  }
}

TEST_F(TracingReplayTest, TheBaseSaysWhatIsUnseen) {
  const TracingModel nothing;
  const auto predictor = StatelessPredictor(&base_, PredictByMean);
  const auto known = ReplayParts(base_, parts_.test, *predictor).predictions;
  const auto unknown =
      ReplayParts(nothing, parts_.test, *predictor).predictions;
  EXPECT_FALSE(known.at(0).is_unseen_question);
  EXPECT_TRUE(unknown.at(0).is_unseen_question);
}

TEST_F(TracingReplayTest, AnswersBeforeAPartOnlyMoveTheState) {
  const auto predictor = ServedPredictor(&base_);
  TrackPart part = parts_.test.at(0);
  const auto all = ReplayParts(base_, {part}, *predictor).predictions;
  part.from = 7;
  const auto later = ReplayParts(base_, {part}, *predictor).predictions;
  ASSERT_EQ(later.size() + 7, all.size());
  for (size_t row = 0; row < later.size(); ++row) {
    EXPECT_EQ(later[row].p_correct, all[row + 7].p_correct);
    EXPECT_EQ(later[row].number, all[row + 7].number);
  }
}

TEST_F(TracingReplayTest, NoAnswersCostNothingThatIsKnown) {
  const auto predictor = ServedPredictor(&base_);
  const TracingReplay replay = ReplayParts(base_, {}, *predictor);
  EXPECT_TRUE(replay.predictions.empty());
  EXPECT_TRUE(std::isnan(replay.p50_us));
  EXPECT_TRUE(std::isnan(replay.bytes_per_learner));
}

// Prequential: the first prediction is that of the frozen weights, later ones
// know what was answered before them and nothing else.
TEST_F(TracingReplayTest, SharedWeightsLearnOnlyFromWhatWasAnswered) {
  const LrhFit fit = FitLrh();
  const TracingModel model = WithLrh(base_, fit.weights);
  const auto replay = [&](size_t flip_from) {
    std::vector<Interaction> track(parts_.test[0].interactions.begin(),
                                   parts_.test[0].interactions.end());
    for (size_t row = flip_from; row < track.size(); ++row) {
      track[row].is_correct = !track[row].is_correct;
    }
    const auto online = OnlinePredictor(&model, fit);
    return ReplayParts(base_, {TrackPart{.interactions = track}}, *online)
        .predictions;
  };
  const auto frozen = PredictAnswers(model, parts_.test, 1);
  const auto given = replay(20);
  const auto flipped = replay(10);
  EXPECT_EQ(given[0].p_correct, frozen[0].p_correct);
  EXPECT_NE(given[1].p_correct, frozen[1].p_correct);
  for (size_t row = 0; row <= 10; ++row) {
    EXPECT_EQ(given[row].p_correct, flipped[row].p_correct) << row;
  }
  EXPECT_NE(given[11].p_correct, flipped[11].p_correct);
}

}  // namespace
}  // namespace evenlight
