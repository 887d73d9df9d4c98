#include "recommender/state/features.h"

#include <cmath>
#include <cstring>
#include <map>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "recommender/models/bkt.h"
#include "recommender/state/fold.h"
#include "recommender/state/prediction.h"
#include "tests/support/random_track.h"

namespace evenlight {
namespace {

constexpr float kTolerance = 1e-6f;
constexpr int kNumColumns = static_cast<int>(LrhFeature::kCount);

const absl::Time kStart = absl::FromUnixSeconds(1700000000);

// Knows kcs "a" and "b", and questions "q1" of p .8 and "q2" of p .4.
TracingModel TinyModel() {
  TracingParams params;
  params.kcs = {"a", "b"};
  params.bkt = {BktParams{}, BktParams{}};
  params.kc_p_correct = {0.6f, 0.6f};
  params.questions = {"q1", "q2"};
  params.question_p_correct = {0.8f, 0.4f};
  return TracingModel(params);
}

Interaction Answer(const ResourceId& question, bool is_correct,
                   absl::Duration after) {
  Interaction answer;
  answer.position = {kStart + after, "e"};
  answer.verb = Verb::kAnswered;
  answer.question = answer.resource = ResourceKeyOf(question);
  answer.kcs = {KcKeyOf("a")};
  answer.is_correct = is_correct;
  return answer;
}

// q1 right, then an hour later q2 wrong, both on "a".
LearnerState TinyState(bool time_is_order = false) {
  std::vector<Interaction> track = {Answer("q1", true, absl::Hours(0)),
                                    Answer("q2", false, absl::Hours(1))};
  for (Interaction& answer : track) answer.time_is_order = time_is_order;
  LearnerState state;
  Fold(TinyModel(), track, state);
  return state;
}

float At(const LrhInput& input, LrhFeature column, int offset = 0) {
  return input.shared[static_cast<int>(column) + offset];
}

float SlopeAt(const LrhInput::Kc& kc, LrhSlope slope, int offset = 0) {
  return kc.slopes[static_cast<int>(slope) + offset];
}

// By hand from the definitions in docs/models.md.
TEST(FeaturesTest, SharedColumnsOfATinyTrack) {
  const float log2 = std::log(2.0f);
  const float log3 = std::log(3.0f);
  using enum LrhFeature;
  const std::map<std::pair<LrhFeature, int>, float> expected = {
      {{kLogWins, 0}, log2},
      {{kLogFails, 0}, log2},
      {{kLogAnswers, 0}, log3},
      {{kLogKcWins, 0}, log2},
      {{kLogKcFails, 0}, log2},
      {{kLogQuestionWins, 0}, log2},
      {{kLogQuestionAnswers, 0}, log2},
      {{kAverages, 0}, -0.2375f},
      {{kAverages, 1}, -0.074f},
      {{kAverages, 2}, -0.015875f},
      {{kKcAverages, 0}, -0.2375f},
      {{kKcAverages, 1}, -0.074f},
      {{kKcAverages, 2}, -0.015875f},
      {{kResidualAverages, 0}, -0.048f},
      {{kResidualAverages, 1}, -0.0105f},
      {{kKcResidualAverage, 0}, -0.048f},
      {{kRecent, 1}, 1},
      {{kRecent, 2}, 1},
      {{kKcRecent, 1}, 1},
      {{kKcRecent, 2}, 1},
      {{kRepeatKcWrong, 0}, 1},
      {{kQuestionRight, 0}, 1},
      {{kLogSinceQuestion, 0}, log2},
      {{kLogRunWrong, 0}, log2},
      {{kLogKcRunWrong, 0}, log2},
      {{kLogKcsMet, 0}, log2},
      {{kSmoothedRate, 0}, 0.575f},
      {{kSmoothedKcRate, 0}, 0.575f},
      {{kSmoothedQuestionRate, 0}, 1 / 6.0f},
      {{kLogHours, 0}, log3},
      {{kLogHoursKc, 0}, log3},
      {{kLogHoursQuestion, 0}, std::log(4.0f)},
  };
  std::vector<float> columns(kNumLrhShared, 0.0f);
  for (const auto& [column, value] : expected) {
    columns[static_cast<int>(column.first) + column.second] = value;
  }

  const LrhInput input = Features(TinyModel(), TinyState(), ResourceKeyOf("q1"),
                                  {KcKeyOf("a")}, kStart + absl::Hours(3));
  for (int column = 0; column < kNumLrhShared; ++column) {
    EXPECT_NEAR(input.shared[column], columns[column], kTolerance)
        << "column " << column;
  }
  EXPECT_EQ(input.question, QuestionRow{0});
}

TEST(FeaturesTest, SlopesOfATinyTrack) {
  const LrhInput input = Features(TinyModel(), TinyState(), ResourceKeyOf("q1"),
                                  {KcKeyOf("a")}, kStart + absl::Hours(3));
  ASSERT_EQ(input.kcs.size(), 1u);
  EXPECT_EQ(input.kcs[0].row, KcRow{0});
  const std::vector<float> expected = {std::log(2.0f),
                                       std::log(3.0f),  // Wins, answers.
                                       -0.2375f,
                                       -0.074f,
                                       -0.015875f,  // Averages.
                                       -0.2375f,
                                       -0.074f,
                                       -0.015875f,  // Of the kc.
                                       -0.048f,
                                       -0.0105f,
                                       -0.048f,  // Residuals.
                                       0,
                                       1,  // Last right, wrong.
                                       0,
                                       -std::log(2.0f)};  // Since, run.
  for (int slope = 0; slope < kNumLrhSlopes; ++slope) {
    EXPECT_NEAR(input.kcs[0].slopes[slope], expected[slope], kTolerance)
        << "slope " << slope;
  }
}

TEST(FeaturesTest, NewLearnerHasOnlyPriors) {
  const LrhInput input = Features(TinyModel(), LearnerState{},
                                  ResourceKeyOf("q1"), {KcKeyOf("a")}, kStart);
  for (int column = 0; column < kNumLrhShared; ++column) {
    float expected = 0;
    if (column == static_cast<int>(LrhFeature::kIsFirst) ||
        column == static_cast<int>(LrhFeature::kIsFirstOnKc)) {
      expected = 1;
    } else if (column == static_cast<int>(LrhFeature::kSmoothedRate) ||
               column == static_cast<int>(LrhFeature::kSmoothedKcRate)) {
      expected = 0.65f;
    }
    EXPECT_NEAR(input.shared[column], expected, kTolerance) << column;
  }
}

TEST(FeaturesTest, RepeatedQuestionCountsItsRun) {
  LearnerState state = TinyState();
  Fold(TinyModel(), Answer("q2", false, absl::Hours(2)), state);
  const LrhInput input = Features(TinyModel(), state, ResourceKeyOf("q2"),
                                  {KcKeyOf("a")}, kStart + absl::Hours(3));
  EXPECT_EQ(At(input, LrhFeature::kRepeatWrong), 1);
  EXPECT_EQ(At(input, LrhFeature::kRepeatRight), 0);
  EXPECT_NEAR(At(input, LrhFeature::kLogRepeats), std::log(3.0f), kTolerance);
  EXPECT_EQ(At(input, LrhFeature::kLastThreeWrong), 0);
}

TEST(FeaturesTest, SeveralKcsAreAveragedAndKeepTheirOwnSlopes) {
  const LearnerState state = TinyState();
  const absl::Time now = kStart + absl::Hours(3);
  const auto features = [&](const std::vector<KcKey>& kcs) {
    return Features(TinyModel(), state, ResourceKeyOf("q9"), kcs, now);
  };
  const LrhInput a = features({KcKeyOf("a")});
  const LrhInput b = features({KcKeyOf("b")});
  const LrhInput both = features({KcKeyOf("b"), KcKeyOf("a")});
  for (int column = 0; column < kNumColumns; ++column) {
    EXPECT_NEAR(both.shared[column], (a.shared[column] + b.shared[column]) / 2,
                kTolerance)
        << "column " << column;
  }
  EXPECT_NEAR(At(both, LrhFeature::kIsFirstOnKc), 0.5f, kTolerance);
  ASSERT_EQ(both.kcs.size(), 2u);
  EXPECT_EQ(both.kcs[0].row, KcRow{1});
  EXPECT_EQ(both.kcs[0].slopes, b.kcs[0].slopes);
  EXPECT_EQ(both.kcs[1].slopes, a.kcs[0].slopes);
  EXPECT_EQ(SlopeAt(both.kcs[1], LrhSlope::kLastWrong), 1);
}

TEST(FeaturesTest, OrderOnlyTimesGiveNoGaps) {
  const absl::Time later = kStart + absl::Hours(100);
  const LearnerState by_order = TinyState(true);
  const LearnerState by_time = TinyState(false);
  const std::pair<const LearnerState*, absl::Time> cases[] = {
      {&by_order, later},
      {&by_order, absl::InfinitePast()},
      {&by_time, absl::InfinitePast()},
      {&by_time, kStart}};
  for (const auto& [state, now] : cases) {
    const LrhInput input =
        Features(TinyModel(), *state, ResourceKeyOf("q1"), {KcKeyOf("a")}, now);
    EXPECT_EQ(At(input, LrhFeature::kLogHours), 0);
    EXPECT_EQ(At(input, LrhFeature::kLogHoursKc), 0);
    EXPECT_EQ(At(input, LrhFeature::kLogHoursQuestion), 0);
  }
}

// The features before each answer of a track.
std::vector<LrhInput> FeaturesOf(const TracingModel& model,
                                 const std::vector<Interaction>& track) {
  std::vector<LrhInput> inputs;
  LearnerState state;
  for (const Interaction& event : track) {
    inputs.push_back(
        Features(model, state, event.question, event.kcs, event.position.time));
    Fold(model, event, state);
  }
  return inputs;
}

bool AreSameBits(const LrhInput& a, const LrhInput& b) {
  if (a.shared.size() != b.shared.size() || a.kcs.size() != b.kcs.size()) {
    return false;
  }
  bool same =
      std::memcmp(a.shared.data(), b.shared.data(), sizeof(a.shared)) == 0;
  for (size_t kc = 0; kc < a.kcs.size(); ++kc) {
    same = same && std::memcmp(a.kcs[kc].slopes.data(), b.kcs[kc].slopes.data(),
                               sizeof(a.kcs[kc].slopes)) == 0;
  }
  return same;
}

TEST(FeaturesTest, NeverLookAhead) {
  const TracingModel model = RandomTracingModel(1);
  const std::vector<Interaction> track = RandomTrack(4, 60, 20);
  const std::vector<LrhInput> inputs = FeaturesOf(model, track);
  for (size_t flipped = 0; flipped < track.size(); ++flipped) {
    std::vector<Interaction> other = track;
    bool has_answer = false;
    for (size_t event = flipped; event < track.size(); ++event) {
      other[event].is_correct = !other[event].is_correct;
      has_answer = has_answer || (other[event].verb == Verb::kAnswered &&
                                  event + 1 < track.size());
    }
    const std::vector<LrhInput> others = FeaturesOf(model, other);
    for (size_t event = 0; event <= flipped; ++event) {
      ASSERT_TRUE(AreSameBits(inputs[event], others[event]))
          << "answers from " << flipped << " show at " << event;
    }
    // That the flip shows afterwards says that the comparison can fail.
    if (has_answer) {
      EXPECT_FALSE(AreSameBits(inputs.back(), others.back()));
    }
  }
}

TEST(FeaturesTest, AreFiniteWhateverTheTrack) {
  const TracingModel model = RandomTracingModel(1);
  const std::vector<Interaction> track = RandomTrack(5, 1500, 1200);
  for (const LrhInput& input : FeaturesOf(model, track)) {
    for (const float value : input.shared) ASSERT_TRUE(std::isfinite(value));
    const float p = Sigmoid(LogOdds(model.params().lrh, input));
    ASSERT_TRUE(p >= 0 && p <= 1) << p;
  }
}

TEST(PredictAnswerTest, WithoutLrhIsTheMeanOfBktOverKcs) {
  const TracingModel model = TinyModel();
  const LearnerState state = TinyState();
  const BktParams bkt;
  const float a = PredictCorrect(bkt, state.FindKc(KcKeyOf("a"))->p_known);
  const float b = PredictCorrect(bkt, bkt.p_init);
  EXPECT_NEAR(PredictAnswer(model, state, ResourceKeyOf("q1"),
                            {KcKeyOf("a"), KcKeyOf("b")}, kStart),
              (a + b) / 2, kTolerance);
  EXPECT_NEAR(PredictAnswer(model, state, ResourceKeyOf("q1"), {}, kStart),
              0.8f, kTolerance);
}

TEST(PredictAnswerTest, WithLrhIsItsScore) {
  const TracingModel model = RandomTracingModel(1);
  LearnerState state;
  Fold(model, RandomTrack(6, 30, 20), state);
  const std::vector<KcKey> kcs = {KcKeyOf("k1"), KcKeyOf("unknown")};
  const LrhInput input =
      Features(model, state, ResourceKeyOf("q3"), kcs, kStart);
  EXPECT_EQ(PredictAnswer(model, state, ResourceKeyOf("q3"), kcs, kStart),
            Sigmoid(LogOdds(model.params().lrh, input)));
}

}  // namespace
}  // namespace evenlight
