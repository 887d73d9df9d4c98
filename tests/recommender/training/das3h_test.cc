#include "recommender/training/das3h.h"

#include <cmath>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "recommender/training/experiment_data.h"
#include "recommender/training/tracing_experiment.h"
#include "tests/recommender/training/synthetic_track.h"
#include "tests/support/status_matchers.h"

namespace evenlight {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'700'000'000);

Interaction AnswerAt(absl::Time time, std::vector<std::string> kcs,
                     bool is_correct) {
  Interaction answer;
  answer.verb = Verb::kAnswered;
  answer.position.time = time;
  answer.question = ResourceKeyOf("q");
  for (const std::string& kc : kcs) answer.kcs.push_back(KcKeyOf(kc));
  answer.is_correct = is_correct;
  return answer;
}

// Right answers and all answers of kc `row` within each window, from what
// Das3hHistory says of now.
std::vector<std::pair<int, int>> CountsOf(const Das3hHistory& history,
                                          std::vector<std::string> kcs,
                                          size_t row) {
  const LrhInput input =
      history.Input(TracingModel(), AnswerAt(kNow, kcs, true));
  std::vector<std::pair<int, int>> counts;
  for (int window = 0; window < kNumDas3hWindows; ++window) {
    const auto count = [&](int column) {
      return static_cast<int>(
          std::lround(std::expm1(input.kcs.at(row).slopes[column])));
    };
    counts.push_back({count(2 * window), count(2 * window + 1)});
  }
  return counts;
}

using Counts = std::vector<std::pair<int, int>>;

// By hand: hour, day, week, month, ever.
TEST(Das3hHistoryTest, CountsWhatWasPractisedWithinEachWindow) {
  Das3hHistory history;
  history.Add(AnswerAt(kNow - absl::Hours(24 * 100), {"k"}, true));
  history.Add(AnswerAt(kNow - absl::Hours(24 * 10), {"k"}, false));
  history.Add(AnswerAt(kNow - absl::Hours(24 * 3), {"k"}, true));
  history.Add(AnswerAt(kNow - absl::Hours(3), {"k"}, false));
  history.Add(AnswerAt(kNow - absl::Minutes(10), {"k"}, true));
  EXPECT_EQ(CountsOf(history, {"k"}, 0),
            (Counts{{1, 1}, {1, 2}, {2, 3}, {2, 4}, {3, 5}}));
}

TEST(Das3hHistoryTest, AWindowHoldsTheMomentItBeginsWith) {
  Das3hHistory history;
  history.Add(AnswerAt(kNow - absl::Hours(1), {"k"}, true));
  EXPECT_EQ(CountsOf(history, {"k"}, 0)[0], (std::pair{1, 1}));
  Das3hHistory earlier;
  earlier.Add(
      AnswerAt(kNow - absl::Hours(1) - absl::Microseconds(1), {"k"}, true));
  EXPECT_EQ(CountsOf(earlier, {"k"}, 0)[0], (std::pair{0, 0}));
  EXPECT_EQ(CountsOf(earlier, {"k"}, 0)[1], (std::pair{1, 1}));
}

TEST(Das3hHistoryTest, KcsAreCountedApart) {
  Das3hHistory history;
  history.Add(AnswerAt(kNow, {"a", "b"}, true));
  history.Add(AnswerAt(kNow, {"b"}, false));
  EXPECT_EQ(CountsOf(history, {"b", "c", "a"}, 0)[0], (std::pair{1, 2}));
  EXPECT_EQ(CountsOf(history, {"b", "c", "a"}, 1)[4], (std::pair{0, 0}));
  EXPECT_EQ(CountsOf(history, {"b", "c", "a"}, 2)[4], (std::pair{1, 1}));
}

// Learners who are right if they practised the kc within the last hour, and
// wrong else: only the windows tell.
AnswerSet Forgetful() {
  AnswerSet answers = SyntheticAnswers({.num_learners = 100});
  answers.has_time = true;
  uint64_t random = 1;
  for (LearnerAnswers& learner : answers.learners) {
    absl::Time time = kNow;
    for (Answer& answer : learner.answers) {
      random = random * 6364136223846793005u + 1442695040888963407u;
      const bool is_soon = (random >> 40) % 2 == 0;
      answer.kcs = {"k"};
      answer.question = "q";
      time += is_soon ? absl::Minutes(5) : absl::Hours(30);
      answer.time = time;
      answer.is_correct = is_soon;
    }
  }
  return answers;
}

TEST(Das3hTest, SeesForgettingWhereCountsDoNot) {
  const AnswerSet answers = Forgetful();
  TracingExperimentOptions options;
  options.models = {"bestlr", "das3h"};
  options.folds = {1};
  const auto scores = RunTracingExperiment(answers, options);
  ASSERT_THAT(scores, IsOk());
  ASSERT_EQ(scores->size(), 4);
  EXPECT_LT((*scores)[0].figures.auc, 0.6);
  EXPECT_GT((*scores)[2].figures.auc, 0.98);
  EXPECT_GT((*scores)[2].figures.bytes_per_learner, 60 * 12);
  EXPECT_FALSE((*scores)[2].curve.empty());
}

// The answer at hand and later ones have no say.
TEST(Das3hTest, APredictionKnowsNothingOfTheAnswer) {
  const AnswerSet answers = Forgetful();
  const ExperimentData data = ReadAnswers(answers, 1);
  const FoldParts parts = SplitFold(data, 1, 0);
  LrhWeights weights;
  weights.kcs = {0.1f};
  weights.questions = {0.2f};
  weights.slopes.assign(kNumLrhSlopes, 0.3f);
  TracingParams params;
  params.kcs = {"k"};
  params.bkt.resize(1);
  params.kc_p_correct = {.5f};
  params.questions = {"q"};
  params.question_p_correct = {.5f};
  const TracingModel base(params);
  const auto predict = [&](int64_t flip_from) {
    std::vector<Interaction> track(parts.test[0].interactions.begin(),
                                   parts.test[0].interactions.end());
    for (size_t row = flip_from; row < track.size(); ++row) {
      track[row].is_correct = !track[row].is_correct;
    }
    const auto predictor = Das3hPredictor(&base, weights);
    return ReplayParts(base, {TrackPart{.interactions = track}}, *predictor)
        .predictions;
  };
  const auto before = predict(60);
  const auto flipped = predict(30);
  for (size_t row = 0; row <= 30; ++row) {
    EXPECT_EQ(before[row].p_correct, flipped[row].p_correct) << row;
  }
  EXPECT_NE(before[31].p_correct, flipped[31].p_correct);
}

}  // namespace
}  // namespace evenlight
