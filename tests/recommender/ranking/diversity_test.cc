#include "recommender/ranking/diversity.h"

#include <algorithm>
#include <numeric>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/learning_world.h"

namespace evenlight {
namespace {

using testing::ElementsAre;

std::vector<Scored> RandomItems(Random& random, const Catalog& catalog) {
  std::vector<Scored> items;
  for (int r = 0; r < catalog.num_resources(); ++r) {
    items.push_back({ResourceIndex{r},
                     static_cast<float>(Below(random, 1000)) / 1000,
                     Chance(random, 0.8)});
  }
  return items;
}

TEST(DiversifyTest, WithoutDiversityItIsTheOrderOfScores) {
  Random random(1);
  const auto snapshot = RandomSnapshot(random, {});
  std::vector<Scored> items = RandomItems(random, *snapshot->catalog);
  for (Scored& item : items) item.turn = 0;
  const auto chosen = Diversify(*snapshot->catalog, items, 0, 100);
  ASSERT_EQ(chosen.size(), items.size());
  for (size_t i = 1; i < chosen.size(); ++i) {
    EXPECT_GE(items[chosen[i - 1]].score, items[chosen[i]].score);
  }
}

// Each choice has the highest value there is, and values never rise: what was
// chosen only makes the rest more similar.
TEST(DiversifyTest, EachChoiceIsTheBestLeftAndValuesFall) {
  Random random(2);
  for (int round = 0; round < 100; ++round) {
    const auto snapshot = RandomSnapshot(random, {.num_resources = 30});
    const Catalog& catalog = *snapshot->catalog;
    const std::vector<Scored> items = RandomItems(random, catalog);
    const float diversity = static_cast<float>(Below(random, 10)) / 10;
    const auto chosen = Diversify(catalog, items, diversity, 12);

    const auto value = [&](int item, int num_chosen) {
      float most = 0;
      for (int i = 0; i < num_chosen; ++i) {
        most = std::max(most, Similarity(catalog, items[item].resource,
                                         items[chosen[i]].resource));
      }
      return (1 - diversity) * items[item].score - diversity * most;
    };
    std::vector<ResourceIndex> above;
    for (const int32_t item : chosen) above.push_back(items[item].resource);
    EXPECT_FLOAT_EQ(MarginalRelevance(catalog, items[0], above, diversity),
                    value(0, static_cast<int>(chosen.size())));
    for (int i = 0; i < static_cast<int>(chosen.size()); ++i) {
      const int turn = items[chosen[i]].turn;
      for (int item = 0; item < static_cast<int>(items.size()); ++item) {
        if (std::find(chosen.begin(), chosen.begin() + i + 1, item) !=
            chosen.begin() + i + 1) {
          continue;
        }
        EXPECT_LE(turn, items[item].turn);
        if (turn == items[item].turn) {
          EXPECT_GE(value(chosen[i], i), value(item, i));
        }
      }
      if (i > 0 && items[chosen[i - 1]].turn == turn) {
        EXPECT_LE(value(chosen[i], i), value(chosen[i - 1], i - 1));
      }
    }
  }
}

TEST(DiversifyTest, ANearlyAsGoodOtherKcComesBeforeMoreOfTheSame) {
  const auto snapshot = MakeSnapshot(
      {Kc("a"), Kc("b")},
      {Question("1", {"a"}), Question("2", {"a"}), Video("3", {"b"})});
  const std::vector<Scored> items = {{ResourceIndex{0}, 0.9f},
                                     {ResourceIndex{1}, 0.89f},
                                     {ResourceIndex{2}, 0.85f}};
  EXPECT_THAT(Diversify(*snapshot->catalog, items, 0.2f, 3),
              ElementsAre(0, 2, 1));
}

TEST(SimilarityTest, IsSymmetricAndOneForTheSame) {
  Random random(4);
  const auto snapshot = RandomSnapshot(random, {});
  const Catalog& catalog = *snapshot->catalog;
  for (int i = 0; i < 500; ++i) {
    const ResourceIndex a{Below(random, catalog.num_resources())};
    const ResourceIndex b{Below(random, catalog.num_resources())};
    const float similarity = Similarity(catalog, a, b);
    EXPECT_EQ(similarity, Similarity(catalog, b, a));
    EXPECT_GE(similarity, 0);
    EXPECT_LE(similarity, 1);
  }
}

}  // namespace
}  // namespace evenlight
