#include "recommender/ranking/score.h"

#include <algorithm>
#include <memory>
#include <numeric>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "recommender/state/prediction.h"
#include "tests/support/learning_world.h"

namespace evenlight {
namespace {

float Part(const Score& score, ScorePart part) {
  return score.parts[static_cast<size_t>(part)];
}

TEST(PolicyTest, WeightsOfEveryPhaseAreAShareOfOne) {
  for (const ScoreParts& weights : RankingPolicy::DefaultWeights()) {
    EXPECT_NEAR(std::accumulate(weights.begin(), weights.end(), 0.0f), 1, 1e-6);
    EXPECT_EQ(*std::max_element(weights.begin(), weights.end()), weights[0])
        << "what cannot be followed teaches nothing";
  }
}

// Which weights score, of those learnt, set by the operator and hand-set.
TEST(PolicyTest, TheOperatorsWordComesBeforeWhatWasLearnt) {
  constexpr ScoreParts kLearnt = {0, 0, 0, 0, 1, 0, 0};
  constexpr ScoreParts kOperators = {0, 0, 0, 0, 0, 0, 2};
  ModelSet models;
  SetWeights(Phase::kSelfStudy, kLearnt, models.weights);
  SetWeights(Phase::kInClass, kLearnt, models.weights);
  RankingPolicy policy;
  const auto in_class = static_cast<size_t>(Phase::kInClass);
  policy.weights[in_class] = kOperators;
  policy.is_set_by_operator[in_class] = true;
  EXPECT_EQ(WeightsFor(policy, models, Phase::kSelfStudy), kLearnt);
  EXPECT_EQ(WeightsFor(policy, models, Phase::kUnspecified), kLearnt);
  EXPECT_EQ(WeightsFor(policy, models, Phase::kInClass), kOperators);
  EXPECT_EQ(WeightsFor(policy, models, Phase::kPreClass),
            policy.weights[static_cast<size_t>(Phase::kPreClass)]);
  EXPECT_EQ(WeightsFor(policy, ModelSet(), Phase::kSelfStudy),
            policy.weights[static_cast<size_t>(Phase::kSelfStudy)]);
}

TEST(ScoreTest, IsMadeOfTheWeightsThatTheModelLearnt) {
  ModelSet models;
  SetWeights(Phase::kSelfStudy, {0, 0, .5f, 0, 0, .5f, 0}, models.weights);
  const auto snapshot =
      MakeSnapshot({Kc("k")}, {Question("q", {"k"})}, std::move(models));
  const LearnerState state;
  const RankingPolicy policy;
  const LearnerView view(snapshot.get(), &state, kNow, 0.9f);
  const Scorer scorer(&view, &policy, Phase::kSelfStudy, nullptr);
  const Score score = scorer.Evaluate(ResourceIndex{0});
  EXPECT_FLOAT_EQ(score.total, .5f * Part(score, ScorePart::kGain) +
                                   .5f * Part(score, ScorePart::kQuality));
  EXPECT_GT(Part(score, ScorePart::kReady), 0) << "which weighs nothing";
}

TEST(BandTest, IsAPlateauThatFallsToBothSides) {
  const RankingPolicy policy;
  EXPECT_EQ(Band(policy, 0), 0);
  EXPECT_FLOAT_EQ(Band(policy, 0.35f), 0.5f);
  EXPECT_EQ(Band(policy, 0.7f), 1);
  EXPECT_EQ(Band(policy, 0.9f), 1);
  EXPECT_NEAR(Band(policy, 0.95f), 0.5f, 1e-5);
  EXPECT_NEAR(Band(policy, 1), 0, 1e-6);
}

// One step ahead, averaged over both answers as BKT predicts them.
TEST(ExpectedRiseTest, IsTheMeanOverBothAnswers) {
  const auto snapshot = MakeSnapshot({Kc("k")}, {Question("q", {"k"})});
  LearnerState state;
  for (int answer = 0; answer < 3; ++answer) {
    const LearnerView view(snapshot.get(), &state, kNow, 0.9f);
    const BktParams bkt;
    const float p = view.kc(KcIndex{0}).p_known;
    const float c = PredictCorrect(bkt, p);
    const float mean =
        c * UpdateKnown(bkt, p, true) + (1 - c) * UpdateKnown(bkt, p, false);
    EXPECT_NEAR(ExpectedRise(view, KcIndex{0}), std::max(mean - p, 0.0f), 1e-6);
    Apply(*snapshot, Answer(*snapshot, "q", true, kNow), state);
  }
}

TEST(ScoreTest, GainPerMinuteFavoursTheShorterOne) {
  Resource longer = Question("b", {"k"});
  longer.minutes = 10;
  const auto snapshot = MakeSnapshot({Kc("k")}, {Question("a", {"k"}), longer});
  const LearnerState state;
  const RankingPolicy policy;
  const LearnerView view(snapshot.get(), &state, kNow, 0.9f);
  const Scorer scorer(&view, &policy, Phase::kSelfStudy, nullptr);
  EXPECT_GT(Part(scorer.Evaluate(ResourceIndex{0}), ScorePart::kGain),
            Part(scorer.Evaluate(ResourceIndex{1}), ScorePart::kGain));
}

TEST(ScoreTest, DueGrowsWithForgettingAndStartsAtHalf) {
  const auto snapshot = MakeSnapshot({Kc("k")}, {Question("q", {"k"})});
  LearnerState state;
  for (int i = 0; i < 6; ++i) {
    Apply(*snapshot, Answer(*snapshot, "q", true, kNow), state);
  }
  const RankingPolicy policy;
  float last = 0;
  for (int days = 1; days < 200; days += 3) {
    const LearnerView view(snapshot.get(), &state,
                           kNow + absl::Hours(24 * days), 0.9f);
    const Scorer scorer(&view, &policy, Phase::kSelfStudy, nullptr);
    const float due = Part(scorer.Evaluate(ResourceIndex{0}), ScorePart::kDue);
    EXPECT_EQ(due > 0, view.kc(KcIndex{0}).is_due) << days << " days";
    EXPECT_TRUE(due == 0 || due >= 0.5f) << days << " days";
    EXPECT_GE(due, last) << days << " days";
    last = due;
  }
  EXPECT_GT(last, 0.5f);
}

// A model that knows the question `known`, with weights that are all different.
ModelSet TrainedModel() {
  TracingParams params;
  params.kcs = {"a", "b"};
  params.bkt.resize(2);
  params.kc_p_correct = {0.6f, 0.7f};
  params.questions = {"known"};
  params.question_p_correct = {0.4f};
  params.lrh.questions = {0.7f};
  params.lrh.kcs = {0.3f, -0.2f};
  for (int column = 0; column < kNumLrhShared; ++column) {
    params.lrh.shared[column] = 0.01f * static_cast<float>(column + 1);
  }
  for (int slope = 0; slope < 2 * kNumLrhSlopes; ++slope) {
    params.lrh.slopes.push_back(0.02f * static_cast<float>(slope + 1));
  }
  ModelSet models;
  models.version = 1;
  models.tracing = TracingModel(std::move(params));
  return models;
}

TEST(ScoreTest, QuestionsOfWhichNothingIsKnownShareTheirKcsPrediction) {
  const auto snapshot = MakeSnapshot(
      {Kc("a"), Kc("b")},
      {Question("a1", {"a"}), Question("a2", {"a"}), Question("a3", {"a"}),
       Question("ab", {"a", "b"}), Question("b1", {"b"}), Question("b2", {"b"}),
       Question("known", {"a"}), Question("last", {"a"}), Question("none", {})},
      TrainedModel());
  LearnerState state;
  for (const char* const met : {"a2", "b1", "last"}) {
    Apply(*snapshot, Answer(*snapshot, met, true, kNow), state);
  }
  const Catalog& catalog = *snapshot->catalog;
  const RankingPolicy policy;
  const LearnerView view(snapshot.get(), &state, kNow, 0.9f);
  const Scorer scorer(&view, &policy, Phase::kSelfStudy, nullptr);
  std::set<float> all;
  // Twice: also what was worked out before is right.
  for (int32_t r = 0; r < 2 * catalog.num_resources(); ++r) {
    const ResourceIndex resource{r % catalog.num_resources()};
    std::vector<KcKey> kcs;
    for (const KcIndex kc : catalog.KcsOf(resource)) {
      kcs.push_back(catalog.key(kc));
    }
    const float p_correct = scorer.PCorrect(resource);
    EXPECT_EQ(p_correct, PredictAnswer(snapshot->models->tracing, state,
                                       catalog.key(resource), kcs, kNow))
        << catalog.resource(resource).id;
    all.insert(p_correct);
  }
  EXPECT_EQ(all.size(), 8) << "only a1 and a3 are alike";
}

// What a learner with `history` most wants of what is left, best first: the
// model's score and the interest that follows.
std::vector<std::pair<float, float>> TopInterests(
    const ServingSnapshot& snapshot, std::vector<Engagement> history,
    size_t num) {
  const InterestParams& params = snapshot.models->interest.params();
  const Eigen::VectorXf learner = FoldIn(params.factors, history).value();
  const LearnerInterest interest = {.factors = learner};
  const LearnerState state;
  const RankingPolicy policy;
  const LearnerView view(&snapshot, &state, kNow, 0.9f);
  const Scorer scorer(&view, &policy, Phase::kSelfStudy, &interest);
  std::vector<std::pair<float, float>> tops;
  for (int r = 0; r < snapshot.catalog->num_resources(); ++r) {
    const ResourceRow row = snapshot.resource_row(ResourceIndex{r});
    if (row == ResourceRow::kNone) continue;
    tops.emplace_back(
        params.factors.factors.row(ToInt(row)).dot(learner),
        Part(scorer.Evaluate(ResourceIndex{r}), ScorePart::kInterest));
  }
  std::sort(tops.rbegin(), tops.rend());
  tops.resize(std::min(tops.size(), num));
  return tops;
}

// The best of many lie close together, far above the mean over all: there
// interest has to tell them apart.
TEST(ScoreTest, InterestTellsTheBestCandidatesApart) {
  for (int seed = 0; seed < 50; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    Random random(seed);
    const auto snapshot = RandomSnapshot(
        random, {.num_resources = 300, .has_plain_resources = true});
    std::vector<Engagement> history;
    for (int i = 0; i < 12; ++i) history.push_back({ResourceRow{3 * i}, 1});
    const auto tops = TopInterests(*snapshot, history, 40);
    for (size_t i = 1; i < tops.size(); ++i) {
      EXPECT_EQ(tops[i].first < tops[i - 1].first,
                tops[i].second < tops[i - 1].second);
    }
    EXPECT_GT(tops.front().second, 1.1f * tops.back().second);
    EXPECT_LT(tops.front().second, 1);
    EXPECT_GT(tops.back().second, 0);
  }
}

TEST(ScoreTest, InterestInWhatTheModelDoesNotKnowIsThatOfAnAverageOne) {
  Random random(3);
  const auto snapshot = RandomSnapshot(random, {.has_plain_resources = true});
  const float mean = snapshot->models->interest.params().score_mean;
  ASSERT_GT(mean, 0);
  ASSERT_LT(mean, 1);
  const LearnerState state;
  const RankingPolicy policy;
  const LearnerView view(snapshot.get(), &state, kNow, 0.9f);
  const LearnerInterest learner = {.factors =
                                       Eigen::VectorXf::Constant(4, 0.3f)};
  const Scorer scorer(&view, &policy, Phase::kSelfStudy, &learner);
  const Scorer without(&view, &policy, Phase::kSelfStudy, nullptr);
  int num_unknown = 0;
  for (int r = 0; r < snapshot->catalog->num_resources(); ++r) {
    const ResourceIndex resource{r};
    EXPECT_EQ(Part(without.Evaluate(resource), ScorePart::kInterest), 0.5f);
    if (snapshot->resource_row(resource) != ResourceRow::kNone) continue;
    EXPECT_EQ(Part(scorer.Evaluate(resource), ScorePart::kInterest), mean);
    ++num_unknown;
  }
  EXPECT_GT(num_unknown, 0);
}

}  // namespace
}  // namespace evenlight
