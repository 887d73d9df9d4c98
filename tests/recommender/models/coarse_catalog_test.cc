#include "recommender/models/coarse_catalog.h"

#include <algorithm>
#include <limits>
#include <random>
#include <vector>

#include "gtest/gtest.h"

namespace evenlight {
namespace {

using Random = std::mt19937;

std::vector<float> RandomFactors(Random& random, size_t num_factors) {
  std::vector<float> factors;
  for (size_t factor = 0; factor < num_factors; ++factor) {
    factors.push_back(static_cast<float>(random() % 2001) / 1000 - 1);
  }
  return factors;
}

float Product(const std::vector<float>& a, const std::vector<float>& b) {
  double sum = 0;
  for (size_t factor = 0; factor < a.size(); ++factor) {
    sum += static_cast<double>(a[factor]) * b[factor];
  }
  return static_cast<float>(sum);
}

// Every other resource of 200 has factors.
struct World {
  World(Random& random, size_t num_factors)
      : coarse(200, num_factors), factors(200) {
    for (int32_t r = 0; r < 200; ++r) {
      all.push_back(ResourceIndex{r});
      if (r % 2 == 1) continue;
      factors[r] = RandomFactors(random, num_factors);
      coarse.Set(ResourceIndex{r}, factors[r]);
    }
  }

  std::vector<int32_t> Possible(const std::vector<float>& query,
                                float threshold) const {
    std::vector<int32_t> possible(all.size());
    possible.resize(coarse.FindPossible(all, coarse.Round(query), threshold,
                                        possible.data()));
    return possible;
  }

  CoarseCatalog coarse;
  std::vector<std::vector<float>> factors;
  std::vector<ResourceIndex> all;
};

TEST(CoarseCatalogTest, NothingThatReachesTheThresholdIsPassedOver) {
  Random random(7);
  for (const size_t num_factors : {1, 31, 32, 64, 70}) {
    const World world(random, num_factors);
    for (int round = 0; round < 20; ++round) {
      const std::vector<float> query = RandomFactors(random, num_factors);
      // One of the scores itself: the closest case.
      const float threshold = Product(query, world.factors[2 * round]);
      const std::vector<int32_t> possible = world.Possible(query, threshold);
      for (int32_t r = 0; r < 200; r += 2) {
        if (Product(query, world.factors[r]) < threshold) continue;
        EXPECT_TRUE(std::binary_search(possible.begin(), possible.end(), r))
            << num_factors << " factors, resource " << r;
      }
    }
  }
}

TEST(CoarseCatalogTest, MostOfWhatDoesNotReachItIsPassedOver) {
  Random random(8);
  const World world(random, 64);
  const std::vector<float> query = RandomFactors(random, 64);
  std::vector<float> scores;
  for (int32_t r = 0; r < 200; r += 2) {
    scores.push_back(Product(query, world.factors[r]));
  }
  std::sort(scores.rbegin(), scores.rend());
  EXPECT_LE(world.Possible(query, scores[9]).size(), 15u);
}

TEST(CoarseCatalogTest, AResourceWithoutFactorsIsNeverPossible) {
  Random random(9);
  const World world(random, 64);
  const std::vector<int32_t> possible = world.Possible(
      RandomFactors(random, 64), -std::numeric_limits<float>::infinity());
  EXPECT_EQ(possible.size(), 100u);
  for (const int32_t r : possible) EXPECT_EQ(r % 2, 0);
}

TEST(CoarseCatalogTest, ACopyIsAsGoodAsTheFactors) {
  Random random(10);
  const World world(random, 64);
  CoarseCatalog copy(1, 64);
  copy.Copy(ResourceIndex{0}, world.coarse, ResourceIndex{40});
  EXPECT_EQ(copy.norm(ResourceIndex{0}), world.coarse.norm(ResourceIndex{40}));

  const std::vector<float> query = RandomFactors(random, 64);
  const std::vector<ResourceIndex> some = {ResourceIndex{0}};
  const float score = Product(query, world.factors[40]);
  int32_t possible = -1;
  EXPECT_EQ(copy.FindPossible(some, copy.Round(query), score, &possible), 1u);
  EXPECT_EQ(copy.FindPossible(some, copy.Round(query), score + 1, &possible),
            0u);
}

}  // namespace
}  // namespace evenlight
