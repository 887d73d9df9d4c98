#include "recommender/ranking/exploration.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "gtest/gtest.h"

namespace evenlight {
namespace {

const absl::Time kNoon = absl::FromUnixSeconds(1'772'366'400);

ExplorationPolicy Policy(float share, float temperature) {
  ExplorationPolicy policy;
  policy.share = share;
  policy.temperature = temperature;
  return policy;
}

// Softmax of .5, .4, .3 at .1 is e^0, e^-1, e^-2 over their sum, 1.5032147244.
TEST(ExplorationTest, PropensitiesAreTheSoftmaxAndTheRest) {
  const std::vector<float> scores = {.5f, .4f, .3f};
  const Exploration all = Explore(Policy(1, .1f), scores, 1);
  ASSERT_EQ(all.propensities.size(), 3u);
  EXPECT_NEAR(all.propensities[0], 1 / 1.5032147244, 1e-6);
  EXPECT_NEAR(all.propensities[1], std::exp(-1.) / 1.5032147244, 1e-6);
  EXPECT_NEAR(all.propensities[2], std::exp(-2.) / 1.5032147244, 1e-6);
  const Exploration half = Explore(Policy(.5f, .1f), scores, 1);
  EXPECT_NEAR(half.propensities[0], .5 + .5 / 1.5032147244, 1e-6);
  EXPECT_NEAR(half.propensities[2], .5 * std::exp(-2.) / 1.5032147244, 1e-6);
}

TEST(ExplorationTest, PropensitiesAddUpToOne) {
  for (int size = 1; size <= 50; ++size) {
    std::vector<float> scores;
    for (int index = 0; index < size; ++index) {
      scores.push_back(std::sin(static_cast<float>(index * size)));
    }
    for (const float share : {0.f, .1f, 1.f}) {
      for (const float temperature : {.005f, .05f, 10.f}) {
        const Exploration drawn =
            Explore(Policy(share, temperature), scores, size);
        EXPECT_NEAR(std::accumulate(drawn.propensities.begin(),
                                    drawn.propensities.end(), 0.0),
                    1, 1e-5);
        ASSERT_GE(drawn.chosen, 0);
        ASSERT_LT(drawn.chosen, size);
        EXPECT_GT(drawn.propensities[drawn.chosen], 0);
      }
    }
  }
}

// 200,000 draws: three standard deviations are at most .0034.
TEST(ExplorationTest, DrawsAreAsFrequentAsTheirPropensities) {
  const std::vector<float> scores = {.50f, .55f, .47f, .41f};
  const ExplorationPolicy policy = Policy(.6f, .05f);
  constexpr int kNumDraws = 200'000;
  std::vector<double> counts(scores.size());
  for (uint64_t seed = 0; seed < kNumDraws; ++seed) {
    counts[Explore(policy, scores, seed).chosen] += 1.0 / kNumDraws;
  }
  const Exploration drawn = Explore(policy, scores, 0);
  for (size_t index = 0; index < scores.size(); ++index) {
    EXPECT_NEAR(counts[index], drawn.propensities[index], .0034) << index;
  }
}

TEST(ExplorationTest, TheSameSeedDrawsTheSame) {
  const std::vector<float> scores(10, .5f);
  for (uint64_t seed = 0; seed < 100; ++seed) {
    EXPECT_EQ(Explore(Policy(1, .1f), scores, seed).chosen,
              Explore(Policy(1, .1f), scores, seed).chosen);
  }
}

TEST(ExplorationTest, WhatHasNoChanceIsNeverDrawn) {
  const std::vector<float> scores = {1, -1, 1};
  for (uint64_t seed = 0; seed < 10'000; ++seed) {
    const Exploration drawn = Explore(Policy(1, .005f), scores, seed);
    ASSERT_EQ(drawn.propensities[1], 0);
    ASSERT_NE(drawn.chosen, 1);
  }
}

TEST(ExplorationTest, ItIsOffByDefaultInShortListsAndInPauses) {
  EXPECT_FALSE(MayExplore(ExplorationPolicy(), 10, kNoon));
  ExplorationPolicy policy = Policy(1, .05f);
  EXPECT_TRUE(MayExplore(policy, 5, kNoon));
  EXPECT_FALSE(MayExplore(policy, 4, kNoon));
  policy.pauses = {{kNoon, kNoon + absl::Hours(24)}};
  EXPECT_FALSE(MayExplore(policy, 5, kNoon));
  EXPECT_TRUE(MayExplore(policy, 5, kNoon - absl::Nanoseconds(1)));
  EXPECT_TRUE(MayExplore(policy, 5, kNoon + absl::Hours(24)));
}

}  // namespace
}  // namespace evenlight
