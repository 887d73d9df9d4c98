// Laws of the one place that may be drawn, over random catalogs and learners.

#include <algorithm>
#include <cstring>
#include <map>
#include <memory>
#include <set>

#include "gtest/gtest.h"
#include "recommender/pipeline/pipeline.h"
#include "recommender/state/learner_view.h"
#include "tests/support/learning_world.h"

namespace evenlight {
namespace {

constexpr int kNumCases = 400;

struct Case {
  std::shared_ptr<const ServingSnapshot> snapshot;
  LearnerState state;
  LearnerProfile profile;
  RecommendationRequest request;
  RankingPolicy policy;

  RankedList Ask(float share, uint64_t seed) const {
    RankingPolicy asked_policy = policy;
    asked_policy.exploration.share = share;
    asked_policy.exploration.temperature = .2f;
    RecommendationRequest asked_request = request;
    asked_request.seed = seed;
    return Recommend(
        {*snapshot, state, profile, asked_request, asked_policy, kNow});
  }
};

Case RandomCase(int seed) {
  Random random(seed);
  Case c;
  c.snapshot = RandomSnapshot(random, {.num_kcs = 1 + Below(random, 15),
                                       .num_resources = 40 + Below(random, 80),
                                       .has_model = Chance(random, 0.8)});
  c.state = RandomState(random, *c.snapshot, Below(random, 60), false);
  c.profile = RandomProfile(random);
  c.request.page_size = 3 + Below(random, 10);
  return c;
}

// Runs `check(case, list without exploration, list with it)`.
template <typename Check>
void ForEachCase(Check check) {
  for (int seed = 0; seed < kNumCases; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    const Case c = RandomCase(seed);
    check(c, c.Ask(0, seed), c.Ask(1, seed));
    if (testing::Test::HasFailure()) return;
  }
}

TEST(PipelineExploration, OnlyTheLastPlaceOfAFullPageIsDrawn) {
  int num_drawn = 0;
  ForEachCase([&](const Case& c, const RankedList& plain,
                  const RankedList& drawn) {
    ASSERT_EQ(plain.shown.size(), drawn.shown.size());
    EXPECT_TRUE(plain.alternatives.empty());
    for (size_t place = 0; place < drawn.shown.size(); ++place) {
      EXPECT_EQ(plain.shown[place].propensity, 1);
      const bool is_last = place + 1 == drawn.shown.size();
      if (is_last && !drawn.alternatives.empty()) continue;
      EXPECT_EQ(drawn.shown[place].propensity, 1);
      EXPECT_EQ(drawn.shown[place].resource, plain.shown[place].resource);
    }
    if (drawn.alternatives.empty()) return;
    ++num_drawn;
    EXPECT_GE(drawn.shown.size(), 5u);
    EXPECT_EQ(static_cast<int>(drawn.shown.size()), c.request.page_size);
    EXPECT_EQ(drawn.alternatives.front().resource, plain.shown.back().resource);
  });
  EXPECT_GT(num_drawn, kNumCases / 4);
}

TEST(PipelineExploration, AlternativesAreReadyEligibleAndNotInTheList) {
  ForEachCase([](const Case& c, const RankedList& plain,
                 const RankedList& drawn) {
    if (drawn.alternatives.empty()) return;
    // Everything that passes the gate, best first.
    Case all = c;
    all.request.page_size = 200;
    std::set<ResourceIndex> eligible;
    for (const RankedResource& shown : all.Ask(0, 0).shown) {
      eligible.insert(shown.resource);
    }
    const LearnerView view(c.snapshot.get(), &c.state, kNow,
                           c.policy.mastered_p_known);
    std::set<ResourceIndex> seen;
    for (size_t place = 0; place + 1 < plain.shown.size(); ++place) {
      seen.insert(plain.shown[place].resource);
    }
    double sum = 0;
    for (const Alternative& alternative : drawn.alternatives) {
      EXPECT_TRUE(eligible.count(alternative.resource) == 1);
      EXPECT_TRUE(view.IsReady(alternative.resource));
      EXPECT_TRUE(seen.insert(alternative.resource).second) << "twice";
      EXPECT_LE(alternative.score, drawn.alternatives.front().score);
      EXPECT_LE(alternative.propensity, drawn.alternatives.front().propensity);
      sum += alternative.propensity;
    }
    EXPECT_NEAR(sum, 1, 1e-5);
    EXPECT_GE(drawn.alternatives.size(), 2u);
    EXPECT_LE(drawn.alternatives.size(), 10u);
  });
}

TEST(PipelineExploration, WhatIsShownHasItsPropensityAndAReason) {
  ForEachCase([](const Case&, const RankedList&, const RankedList& drawn) {
    if (drawn.alternatives.empty()) return;
    const RankedResource& last = drawn.shown.back();
    const auto shown = std::find_if(
        drawn.alternatives.begin(), drawn.alternatives.end(),
        [&](const auto& a) { return a.resource == last.resource; });
    ASSERT_NE(shown, drawn.alternatives.end());
    EXPECT_EQ(last.propensity, shown->propensity);
    EXPECT_FALSE(last.reason_text.empty());
    EXPECT_STREQ(last.removed_by, "");
    for (const RankedResource& ranked : drawn.considered) {
      const bool gave_way =
          ranked.resource == drawn.alternatives.front().resource &&
          ranked.resource != last.resource;
      EXPECT_EQ(gave_way, std::strcmp(ranked.removed_by, "exploration") == 0);
    }
  });
}

TEST(PipelineExploration, TheSameSeedGivesTheSameList) {
  for (int seed = 0; seed < 50; ++seed) {
    const Case c = RandomCase(seed);
    const RankedList one = c.Ask(1, 7);
    const RankedList two = c.Ask(1, 7);
    ASSERT_EQ(one.shown.size(), two.shown.size());
    if (one.shown.empty()) continue;
    EXPECT_EQ(one.shown.back().resource, two.shown.back().resource);
  }
}

// A plain catalog, where everything is eligible for everyone: what an urban and
// a village learner differ by (bandwidth, language, who they are) moves neither
// what may be drawn nor what is.
TEST(PipelineExploration, ChancesAreTheSameInEveryTier) {
  Random random(3);
  Case urban;
  urban.snapshot = RandomSnapshot(
      random,
      {.num_kcs = 20, .num_resources = 300, .has_plain_resources = true});
  urban.state = RandomState(random, *urban.snapshot, 20, false);
  urban.request.page_size = 5;
  urban.profile.id = "urban-1";
  Case village = urban;
  village.profile.id = "village-1";
  village.profile.bandwidth_kbps = 1'500;

  std::map<ResourceIndex, int> shown;
  for (uint64_t seed = 0; seed < 300; ++seed) {
    const RankedList here = urban.Ask(1, seed);
    const RankedList there = village.Ask(1, seed);
    ASSERT_EQ(here.alternatives.size(), 10u);
    ASSERT_EQ(there.alternatives.size(), 10u);
    for (size_t row = 0; row < 10; ++row) {
      EXPECT_EQ(here.alternatives[row].resource,
                there.alternatives[row].resource);
      EXPECT_EQ(here.alternatives[row].propensity,
                there.alternatives[row].propensity);
    }
    EXPECT_EQ(here.shown.back().resource, there.shown.back().resource);
    ++shown[here.shown.back().resource];
  }
  EXPECT_GE(shown.size(), 5u) << "seeds draw different ones";
}

}  // namespace
}  // namespace evenlight
