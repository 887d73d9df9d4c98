#include "recommender/training/item_knn.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/recommender/training/table_of.h"

namespace evenlight {
namespace {

using testing::ElementsAre;
using testing::FloatEq;
using testing::HasSubstr;

// Learners with different numbers of resources, as `order` numbers those.
EngagementTable RandomTable(int32_t num_resources,
                            const std::vector<int32_t>& order) {
  std::mt19937 random(7);
  std::vector<std::vector<int32_t>> learners(60);
  for (std::vector<int32_t>& rows : learners) {
    const unsigned rarity = 2 + random() % 8;
    for (int32_t row = 0; row < num_resources; ++row) {
      if (random() % rarity == 0) rows.push_back(order[row]);
    }
  }
  return TableOf(num_resources, learners);
}

float SimilarityOf(const ResourceNeighbours& neighbours, int32_t from,
                   int32_t to) {
  for (const auto& neighbour : neighbours.Of(static_cast<ResourceRow>(from))) {
    if (ToInt(neighbour.resource) == to) return neighbour.similarity;
  }
  return 0;
}

// Degrees of learners 2, 3, 1; of resources 2, 2, 2.
EngagementTable Three() { return TableOf(3, {{0, 1}, {0, 1, 2}, {2}}); }

TEST(ItemKnnTest, ThePlainCosineIsThatByHand) {
  ItemKnnOptions options;
  options.learner_exponent = 0;
  const auto neighbours = FitItemKnn(Three(), options);
  ASSERT_TRUE(neighbours.ok());
  EXPECT_FLOAT_EQ(SimilarityOf(*neighbours, 0, 1), 1);
  EXPECT_FLOAT_EQ(SimilarityOf(*neighbours, 0, 2), 0.5f);
  EXPECT_FLOAT_EQ(SimilarityOf(*neighbours, 2, 1), 0.5f);
  EXPECT_EQ(SimilarityOf(*neighbours, 0, 0), 0);
}

TEST(ItemKnnTest, ALearnerOfMuchSaysLess) {
  const auto neighbours = FitItemKnn(Three(), {});
  ASSERT_TRUE(neighbours.ok());
  EXPECT_FLOAT_EQ(SimilarityOf(*neighbours, 0, 1),
                  (1 / std::sqrt(2.0f) + 1 / std::sqrt(3.0f)) / 2);
  EXPECT_FLOAT_EQ(SimilarityOf(*neighbours, 0, 2), 1 / std::sqrt(3.0f) / 2);
}

// Resource 0 has three learners, resource 1 one of them.
TEST(ItemKnnTest, TheNeighbourExponentPartsTheNormalisation) {
  ItemKnnOptions options;
  options.learner_exponent = 0;
  options.neighbour_exponent = 1;
  const auto neighbours = FitItemKnn(TableOf(2, {{0, 1}, {0}, {0}}), options);
  ASSERT_TRUE(neighbours.ok());
  EXPECT_FLOAT_EQ(SimilarityOf(*neighbours, 0, 1), 1);
  EXPECT_FLOAT_EQ(SimilarityOf(*neighbours, 1, 0), 1.0f / 3);
}

TEST(ItemKnnTest, KeepsTheClosestAndBreaksTiesByRow) {
  ItemKnnOptions options;
  options.learner_exponent = 0;
  options.num_neighbours = 2;
  const auto neighbours =
      FitItemKnn(TableOf(4, {{0, 3, 2, 1}, {0, 3}}), options);
  ASSERT_TRUE(neighbours.ok());
  ASSERT_EQ(neighbours->Of(ResourceRow{0}).size(), 2);
  EXPECT_EQ(neighbours->Of(ResourceRow{0})[0].resource, ResourceRow{3});
  EXPECT_EQ(neighbours->Of(ResourceRow{0})[1].resource, ResourceRow{1});
}

TEST(ItemKnnTest, ScoresAreSumsOfSimilarities) {
  ItemKnnOptions options;
  options.learner_exponent = 0;
  const auto neighbours = FitItemKnn(Three(), options);
  ASSERT_TRUE(neighbours.ok());
  std::vector<float> scores = {9, 9, 9};
  ScoreByNeighbours(*neighbours, {{ResourceRow{0}, 1}, {ResourceRow{2}, 1}},
                    absl::MakeSpan(scores));
  EXPECT_THAT(scores, ElementsAre(FloatEq(0.5f), FloatEq(1.5f), FloatEq(0.5f)));
}

TEST(ItemKnnTest, PermutingResourcesPermutesTheResult) {
  constexpr int32_t kSize = 30;
  std::vector<int32_t> order(kSize);
  std::iota(order.begin(), order.end(), 0);
  ItemKnnOptions options;
  options.num_neighbours = kSize;
  const auto before = FitItemKnn(RandomTable(kSize, order), options);
  std::shuffle(order.begin(), order.end(), std::mt19937(3));
  const auto after = FitItemKnn(RandomTable(kSize, order), options);
  ASSERT_TRUE(before.ok() && after.ok());
  for (int32_t from = 0; from < kSize; ++from) {
    for (int32_t to = 0; to < kSize; ++to) {
      EXPECT_FLOAT_EQ(SimilarityOf(*before, from, to),
                      SimilarityOf(*after, order[from], order[to]));
    }
  }
}

TEST(ItemKnnTest, IsTheSameWithAnyNumberOfThreads) {
  std::vector<int32_t> order(700);
  std::iota(order.begin(), order.end(), 0);
  const EngagementTable table = RandomTable(700, order);
  ItemKnnOptions options;
  const auto one = FitItemKnn(table, options);
  options.num_threads = 3;
  const auto three = FitItemKnn(table, options);
  ASSERT_TRUE(one.ok() && three.ok());
  EXPECT_EQ(one->begin, three->begin);
  EXPECT_EQ(one->neighbours, three->neighbours);
}

TEST(ItemKnnTest, AResourceNobodyUsedHasNoNeighbours) {
  const auto neighbours = FitItemKnn(TableOf(3, {{0, 1}}), {});
  ASSERT_TRUE(neighbours.ok());
  EXPECT_TRUE(neighbours->Of(ResourceRow{2}).empty());
  const auto none = FitItemKnn(TableOf(2, {}), {});
  ASSERT_TRUE(none.ok());
  EXPECT_TRUE(none->Of(ResourceRow{1}).empty());
}

TEST(ItemKnnTest, RefusesWhatIsWrong) {
  ItemKnnOptions options;
  options.num_neighbours = 0;
  EXPECT_THAT(FitItemKnn(Three(), options).status().message(),
              HasSubstr("number of neighbours 0"));
  EXPECT_THAT(FitItemKnn(TableOf(1, {{1}}), {}).status().message(),
              HasSubstr("resource row 1 of learner row 0"));
}

}  // namespace
}  // namespace evenlight
