#include "recommender/state/prediction.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "recommender/models/lrh.h"
#include "recommender/models/residual.h"
#include "recommender/state/features.h"
#include "recommender/state/fold.h"
#include "recommender/state/prediction_parts.h"
#include "recommender/state/state_io.h"
#include "tests/support/random_track.h"

namespace evenlight {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1800000000);

LearnerState AfterTrack(const TracingModel& model, int seed, int num_events) {
  LearnerState state;
  Fold(model, RandomTrack(seed, num_events, 25), state);
  return state;
}

// What is said before each event of a track, and the state at that moment.
struct Said {
  float p = 0;
  std::string state;

  friend bool operator==(const Said&, const Said&) = default;
};
std::vector<Said> Replay(const TracingModel& model,
                         const std::vector<Interaction>& track) {
  std::vector<Said> said;
  LearnerState state;
  for (const Interaction& event : track) {
    said.push_back({PredictAnswer(model, state, event.question, event.kcs,
                                  event.position.time),
                    EncodeState(state)});
    Fold(model, event, state);
  }
  return said;
}

TEST(PredictionTest, NeverLooksAhead) {
  for (const bool has_kc_gru : {true, false}) {
    const TracingModel model = RandomCorrectedModel(1, has_kc_gru);
    const std::vector<Interaction> track = RandomTrack(4, 80, 20);
    const std::vector<Said> said = Replay(model, track);
    for (size_t flipped = 0; flipped < track.size(); ++flipped) {
      std::vector<Interaction> other = track;
      bool has_answer = false;
      for (size_t event = flipped; event < track.size(); ++event) {
        other[event].is_correct = !other[event].is_correct;
        has_answer = has_answer || (other[event].verb == Verb::kAnswered &&
                                    event + 1 < track.size());
      }
      const std::vector<Said> others = Replay(model, other);
      for (size_t event = 0; event <= flipped; ++event) {
        ASSERT_EQ(said[event], others[event])
            << "answers from " << flipped << " show at " << event;
      }
      // That the flip shows afterwards says that the comparison can fail.
      if (has_answer) {
        EXPECT_NE(said.back(), others.back());
      }
    }
  }
}

TEST(PredictionTest, IsLrhWithItsCorrections) {
  const TracingModel model = RandomCorrectedModel(1);
  const ResidualWeights& residual = model.params().residual;
  const LearnerState state = AfterTrack(model, 6, 30);
  const std::vector<KcKey> kcs = {KcKeyOf("k1"), KcKeyOf("never met")};
  const LrhInput input = Features(model, state, ResourceKeyOf("q3"), kcs, kNow);
  const KcState& k1 = *state.FindKc(kcs[0]);
  std::vector<float> mean;
  for (const float value : state.HiddenOf(k1)) mean.push_back(value / 2);
  ASSERT_EQ(mean.size(), 5u);
  const float log_odds = LogOdds(model.params().lrh, input) +
                         ResidualLogOdds(residual, input, state.hidden, mean);
  EXPECT_NEAR(PredictLogOdds(model, state, input, kcs),
              0.8f * log_odds - 0.1f + state.correction + k1.correction / 2,
              1e-5f);
  EXPECT_NE(k1.correction, 0);
  EXPECT_EQ(PredictAnswer(model, state, ResourceKeyOf("q3"), kcs, kNow),
            Sigmoid(PredictLogOdds(model, state, input, kcs)));
}

TEST(PredictionTest, OfANewLearnerStartsFromZeroStates) {
  const TracingModel model = RandomCorrectedModel(1);
  const std::vector<KcKey> kcs = {KcKeyOf("k1")};
  const LrhInput input =
      Features(model, LearnerState(), ResourceKeyOf("q3"), kcs, kNow);
  const std::vector<float> zeros(5);
  EXPECT_EQ(RecurrentLogOdds(model, LearnerState(), input, kcs),
            ResidualLogOdds(model.params().residual, input, zeros, zeros));
  EXPECT_EQ(CorrectionLogOdds(model, LearnerState(), kcs), 0);
}

TEST(PredictionTest, OfAKcIsThatOfAQuestionNobodyKnows) {
  for (const TracingModel& model :
       {TracingModel(), RandomTracingModel(1), RandomCorrectedModel(1)}) {
    const LearnerState state = AfterTrack(model, 6, 30);
    for (const KcKey kc : {KcKeyOf("k1"), KcKeyOf("never met")}) {
      const float p = PredictKc(model, state, kc, kNow);
      EXPECT_EQ(p, PredictAnswer(model, state, ResourceKeyOf("new question"),
                                 {kc}, kNow));
      EXPECT_TRUE(p > 0 && p < 1) << p;
    }
  }
}

// --- Explain ---

TEST(ExplainTest, AllPartsAddUpToTheDifference) {
  for (const TracingModel& model :
       {RandomTracingModel(1), RandomCorrectedModel(1),
        RandomCorrectedModel(2, /*has_kc_gru=*/false)}) {
    for (int seed = 0; seed < 40; ++seed) {
      const LearnerState state = AfterTrack(model, seed, 5 * seed);
      for (const Interaction& asked : RandomTrack(seed + 1000, 10, 25)) {
        const PredictionParts parts =
            PartsOf(model, state, asked.question, asked.kcs, kNow);
        double sum = parts.reference;
        for (const PredictionPart& part : parts.parts) sum += part.log_odds;
        const LrhInput input =
            Features(model, state, asked.question, asked.kcs, kNow);
        ASSERT_NEAR(sum, PredictLogOdds(model, state, input, asked.kcs), 1e-4)
            << "seed " << seed;
      }
    }
  }
}

TEST(ExplainTest, TheReferenceIsOfANewLearnerAndThingsNobodyKnows) {
  const TracingModel model = RandomCorrectedModel(1);
  const ResourceKey question = ResourceKeyOf("new question");
  const std::vector<KcKey> kcs = {KcKeyOf("new kc")};
  const LearnerState state = AfterTrack(model, 3, 100);
  EXPECT_NEAR(
      PartsOf(model, state, ResourceKeyOf("q1"), {KcKeyOf("k1")}, kNow)
          .reference,
      PredictLogOdds(model, LearnerState(),
                     Features(model, LearnerState(), question, kcs, kNow), kcs),
      1e-5f);
  EXPECT_TRUE(Explain(model, LearnerState(), question, kcs, kNow).empty());
}

TEST(ExplainTest, ShowsTheLargestOnceEachLargestFirst) {
  const TracingModel model = RandomCorrectedModel(1);
  for (int seed = 0; seed < 20; ++seed) {
    const LearnerState state = AfterTrack(model, seed, 60);
    const auto shown =
        Explain(model, state, ResourceKeyOf("q1"), {KcKeyOf("k1")}, kNow);
    auto all =
        PartsOf(model, state, ResourceKeyOf("q1"), {KcKeyOf("k1")}, kNow).parts;
    ASSERT_EQ(shown.size(), static_cast<size_t>(kMaxPredictionParts));
    std::set<std::string> words;
    for (size_t part = 0; part < shown.size(); ++part) {
      words.emplace(shown[part].words);
      if (part == 0) continue;
      EXPECT_LE(std::abs(shown[part].log_odds),
                std::abs(shown[part - 1].log_odds));
    }
    EXPECT_EQ(words.size(), shown.size());
    for (const PredictionPart& part : all) {
      if (words.contains(std::string(part.words))) continue;
      EXPECT_LE(std::abs(part.log_odds), std::abs(shown.back().log_odds));
    }
  }
}

TEST(ExplainTest, WithoutATrainedModelThereIsNothingToSay) {
  const LearnerState state = AfterTrack(TracingModel(), 1, 60);
  EXPECT_TRUE(ExplainKc(TracingModel(), state, KcKeyOf("k1"), kNow).empty());
}

// A model that sees one column only.
TracingModel Seeing(int shared, int slope) {
  TracingParams params = RandomTracingModel(1).params();
  params.lrh.shared.fill(0);
  for (float& weight : params.lrh.slopes) weight = 0;
  for (float& weight : params.lrh.kcs) weight = 0;
  for (float& weight : params.lrh.questions) weight = 0;
  if (shared >= 0) params.lrh.shared[shared] = 1;
  if (slope >= 0) params.lrh.slopes[kNumLrhSlopes + slope] = 1;
  return TracingModel(params);
}

// The words that a column gives for some learner's question of kc k1.
std::string WordsOf(const TracingModel& model) {
  std::set<std::string> words;
  for (int seed = 0; seed < 60; ++seed) {
    const std::vector<Interaction> track = RandomTrack(seed, 40, 25);
    LearnerState state;
    Fold(model, track, state);
    for (const ResourceKey question :
         {ResourceKeyOf("q1"), track.back().question}) {
      for (const PredictionPart& part :
           Explain(model, state, question, {KcKeyOf("k1")}, kNow)) {
        words.emplace(part.words);
      }
    }
  }
  EXPECT_EQ(words.size(), 1u);
  return words.empty() ? "" : *words.begin();
}

TEST(ExplainTest, EveryColumnHasItsWords) {
  using enum LrhFeature;
  const std::set<LrhFeature> of_all_answers = {kLogWins, kLogFails, kLogAnswers,
                                               kSmoothedRate, kIsFirst};
  for (int column = 0; column < static_cast<int>(kCount); ++column) {
    // A column that was forgotten would count as all answers.
    const bool is_of_all =
        of_all_answers.contains(static_cast<LrhFeature>(column));
    EXPECT_EQ(WordsOf(Seeing(column, -1)) == "right and wrong answers so far",
              is_of_all)
        << "column " << column;
  }
  for (int slope = 0; slope < kNumLrhSlopes; ++slope) {
    EXPECT_NE(WordsOf(Seeing(-1, slope)), "right and wrong answers so far")
        << "slope " << slope;
  }
}

TEST(ExplainTest, WordsOfAFew) {
  const auto of = [](LrhFeature column, int offset = 0) {
    return WordsOf(Seeing(static_cast<int>(column) + offset, -1));
  };
  EXPECT_EQ(of(LrhFeature::kAverages, 2), "recent answers");
  EXPECT_EQ(of(LrhFeature::kRecent, 9), "recent answers");
  EXPECT_EQ(of(LrhFeature::kKcRecent, 5),
            "recent answers on this knowledge component");
  EXPECT_EQ(of(LrhFeature::kLogKcWins),
            "right and wrong answers on this knowledge component");
  EXPECT_EQ(of(LrhFeature::kLogHoursKc), "time since the last practice");
  EXPECT_EQ(WordsOf(Seeing(-1, static_cast<int>(LrhSlope::kSignedRun))),
            "recent answers on this knowledge component");
}

}  // namespace
}  // namespace evenlight
