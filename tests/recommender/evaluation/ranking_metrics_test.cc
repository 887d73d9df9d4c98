#include "recommender/evaluation/ranking_metrics.h"

#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace evenlight {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr double kTolerance = 1e-9;

ResourceRow Row(int32_t row) { return ResourceRow{row}; }

TEST(TopUnseenTest, LeavesOutWhatWasSeenAndBreaksTiesByRow) {
  const std::vector<float> scores = {.1f, .9f, .5f, .5f, .7f};
  EXPECT_THAT(TopUnseen(scores, {Row(1)}, 3),
              ElementsAre(Row(4), Row(2), Row(3)));
}

TEST(TopUnseenTest, GivesFewerWhenThereAreNoMore) {
  const std::vector<float> scores = {.1f, .9f};
  EXPECT_THAT(TopUnseen(scores, {Row(1)}, 20), ElementsAre(Row(0)));
  EXPECT_THAT(TopUnseen(scores, {Row(0), Row(1)}, 20), IsEmpty());
  EXPECT_THAT(TopUnseen({}, {}, 20), IsEmpty());
}

// Expected numbers from the formula, in Python.
TEST(ScoreRankingTest, MatchesIndependentlyComputedNumbers) {
  const std::vector<ResourceRow> ranking = {Row(4), Row(1), Row(7), Row(0)};
  const std::vector<ResourceRow> relevant = {Row(1), Row(0), Row(9)};

  const RankingScore at_3 = ScoreRanking(ranking, relevant, 3);
  EXPECT_NEAR(at_3.recall, 1.0 / 3, kTolerance);
  EXPECT_NEAR(at_3.ndcg, 0.2960819109658652, kTolerance);

  const RankingScore at_20 = ScoreRanking(ranking, relevant, 20);
  EXPECT_NEAR(at_20.recall, 2.0 / 3, kTolerance);
  EXPECT_NEAR(at_20.ndcg, 0.49818925746641285, kTolerance);
}

TEST(ScoreRankingTest, TheBestRankingScoresOne) {
  const std::vector<ResourceRow> rows = {Row(2), Row(0)};
  const RankingScore score = ScoreRanking(rows, rows, 20);
  EXPECT_DOUBLE_EQ(score.recall, 1);
  EXPECT_DOUBLE_EQ(score.ndcg, 1);
}

// More relevant resources than places: a full list of hits is the best there
// is, though it finds only part of them.
TEST(ScoreRankingTest, MoreRelevantThanPlacesCanStillReachNdcgOne) {
  const RankingScore score =
      ScoreRanking({Row(0), Row(1)}, {Row(0), Row(1), Row(2), Row(3)}, 2);
  EXPECT_DOUBLE_EQ(score.recall, 0.5);
  EXPECT_DOUBLE_EQ(score.ndcg, 1);
}

TEST(ScoreRankingTest, AnEmptyRankingScoresZero) {
  const RankingScore score = ScoreRanking({}, {Row(0)}, 20);
  EXPECT_EQ(score.recall, 0);
  EXPECT_EQ(score.ndcg, 0);
}

TEST(MeanRankingTest, GivesMeansAndTheirStandardErrors) {
  const RankingMetrics metrics =
      MeanRanking({{0, 0.5}, {1, 0.5}, {0, 0.5}, {1, 0.5}});
  EXPECT_EQ(metrics.num_learners, 4);
  EXPECT_NEAR(metrics.recall, 0.5, kTolerance);
  // Sample deviation sqrt(1/3) over sqrt(4).
  EXPECT_NEAR(metrics.recall_error, 0.28867513459481287, kTolerance);
  EXPECT_NEAR(metrics.ndcg, 0.5, kTolerance);
  EXPECT_EQ(metrics.ndcg_error, 0);
}

TEST(MeanRankingTest, NoLearnersGiveZeros) {
  const RankingMetrics metrics = MeanRanking({});
  EXPECT_EQ(metrics.num_learners, 0);
  EXPECT_EQ(metrics.recall, 0);
  EXPECT_EQ(metrics.recall_error, 0);
}

}  // namespace
}  // namespace evenlight
