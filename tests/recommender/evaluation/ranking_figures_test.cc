#include "recommender/evaluation/ranking_figures.h"

#include <cmath>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace evenlight {
namespace {

constexpr double kTolerance = 1e-9;

std::vector<ResourceRow> Rows(int32_t begin, int32_t end) {
  std::vector<ResourceRow> rows;
  for (int32_t row = begin; row < end; ++row) {
    rows.push_back(static_cast<ResourceRow>(row));
  }
  return rows;
}

double Discount(int rank) { return 1 / std::log2(rank + 1.0); }

TEST(MeanErrorTest, IsTheSampleDeviationOverTheRoot) {
  const MeanError result = MeanErrorOf({0, 1, 0, 1});
  EXPECT_NEAR(result.mean, 0.5, kTolerance);
  EXPECT_NEAR(result.error, std::sqrt(1.0 / 3) / 2, kTolerance);
  EXPECT_EQ(MeanErrorOf({}).mean, 0);
  EXPECT_EQ(MeanErrorOf({3}).error, 0);
}

// Hits at ranks 1, 21, 51 of a ranking of 100, and one beyond it.
TEST(RankingFiguresTest, EachDepthCountsItsOwnHits) {
  const std::vector<ResourceRow> ranking = Rows(0, 100);
  const std::vector<ResourceRow> relevant = {ResourceRow{0}, ResourceRow{20},
                                             ResourceRow{50}, ResourceRow{150}};
  const RankingFigures figures = FiguresOf({{ranking, relevant, 5}});
  EXPECT_NEAR(figures.recall20.mean, 1.0 / 4, kTolerance);
  EXPECT_NEAR(figures.recall50.mean, 2.0 / 4, kTolerance);
  const double best = Discount(1) + Discount(2) + Discount(3) + Discount(4);
  EXPECT_NEAR(figures.ndcg20.mean, Discount(1) / best, kTolerance);
  EXPECT_NEAR(figures.ndcg100.mean,
              (Discount(1) + Discount(21) + Discount(51)) / best, kTolerance);
}

// LightGCN's convention: recall by all 40 relevant, NDCG by the best 20.
TEST(RankingFiguresTest, MoreRelevantThanPlaces) {
  const std::vector<ResourceRow> ranking = Rows(0, 100);
  const std::vector<ResourceRow> relevant = Rows(0, 40);
  const RankingFigures figures = FiguresOf({{ranking, relevant, 5}});
  EXPECT_NEAR(figures.recall20.mean, 0.5, kTolerance);
  EXPECT_NEAR(figures.ndcg20.mean, 1, kTolerance);
}

TEST(RankingSlicesTest, ByActivityAreTheLearnersOfEach) {
  const std::vector<ResourceRow> ranking = Rows(0, 100);
  const std::vector<ResourceRow> hit = {ResourceRow{0}};
  const std::vector<ResourceRow> miss = {ResourceRow{200}};
  const std::vector<RankingSlice> slices =
      SliceByActivity({{ranking, hit, 10},
                       {ranking, hit, 11},
                       {ranking, miss, 50},
                       {ranking, miss, 51},
                       {ranking, miss, 0}});
  ASSERT_EQ(slices.size(), 3);
  EXPECT_EQ(slices[0].name, "le10");
  EXPECT_EQ(slices[0].figures.num_learners, 2);
  EXPECT_NEAR(slices[0].figures.recall20.mean, 0.5, kTolerance);
  EXPECT_EQ(slices[1].name, "11to50");
  EXPECT_EQ(slices[1].figures.num_learners, 2);
  EXPECT_NEAR(slices[1].figures.recall20.mean, 0.5, kTolerance);
  EXPECT_EQ(slices[2].name, "gt50");
  EXPECT_EQ(slices[2].figures.num_learners, 1);
  EXPECT_EQ(slices[2].figures.recall20.mean, 0);
}

TEST(RankingSlicesTest, ByAgeCountOnlyTheirResourcesAsRelevant) {
  const std::vector<ResourceRow> ranking = Rows(0, 3);
  const std::vector<ResourceRow> relevant = {ResourceRow{0}, ResourceRow{2},
                                             ResourceRow{3}};
  const std::vector<absl::Duration> ages = {
      absl::Hours(24 * 31), absl::Hours(24 * 31), absl::Hours(24 * 30),
      absl::ZeroDuration()};
  const std::vector<RankingSlice> slices =
      SliceByAge({{ranking, relevant, 5}}, ages);
  ASSERT_EQ(slices.size(), 3);
  EXPECT_EQ(slices[0].name, "new");
  EXPECT_EQ(slices[0].figures.recall20.mean, 0);
  EXPECT_EQ(slices[0].figures.num_learners, 1);
  EXPECT_EQ(slices[1].name, "month");
  EXPECT_EQ(slices[1].figures.recall20.mean, 1);
  EXPECT_NEAR(slices[1].figures.ndcg20.mean, Discount(3), kTolerance);
  EXPECT_EQ(slices[2].name, "older");
  EXPECT_NEAR(slices[2].figures.ndcg20.mean, 1, kTolerance);
}

// Of four resources, 0 recommended to both, 1 and 2 to one: counts 2, 1, 1, 0;
// Gini (-3 * 0 - 1 + 1 + 3 * 2) / (4 * 4). Percentiles 7/8, 4/8 (twice), 1/8.
TEST(RankingSpreadTest, IsThatByHand) {
  const std::vector<ResourceRow> first = {ResourceRow{0}, ResourceRow{1}};
  const std::vector<ResourceRow> second = {ResourceRow{0}, ResourceRow{2}};
  const std::vector<ResourceRow> any = {ResourceRow{3}};
  const RankingSpread spread =
      SpreadOf({{first, any, 1}, {second, any, 1}}, {9, 5, 5, 1});
  EXPECT_NEAR(spread.coverage, 0.75, kTolerance);
  EXPECT_NEAR(spread.gini, 6.0 / 16, kTolerance);
  EXPECT_NEAR(spread.popularity, (2 * 0.875 + 2 * 0.5) / 4, kTolerance);
}

TEST(RankingSpreadTest, OnlyTheFirstTwentyCount) {
  const std::vector<ResourceRow> ranking = Rows(0, 100);
  const std::vector<ResourceRow> any = {ResourceRow{3}};
  const RankingSpread spread =
      SpreadOf({{ranking, any, 1}}, std::vector<float>(100, 1));
  EXPECT_NEAR(spread.coverage, 0.2, kTolerance);
  EXPECT_NEAR(spread.gini, 0.8, kTolerance);
  EXPECT_NEAR(spread.popularity, 0.5, kTolerance);
}

TEST(RankingSpreadTest, NobodyGivesZeros) {
  const RankingSpread spread = SpreadOf({}, {1, 2});
  EXPECT_EQ(spread.coverage, 0);
  EXPECT_EQ(spread.gini, 0);
}

}  // namespace
}  // namespace evenlight
