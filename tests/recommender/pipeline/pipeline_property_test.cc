// Laws of the recommendation over random catalogs, learners and filters.

#include <algorithm>
#include <cstdio>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "gtest/gtest.h"
#include "recommender/pipeline/pipeline.h"
#include "recommender/ranking/score.h"
#include "tests/support/learning_world.h"
#include "tests/support/second_opinion.h"

namespace evenlight {
namespace {

constexpr int kNumCases = 1500;

// One random request and all it needs.
struct Case {
  std::shared_ptr<const ServingSnapshot> snapshot;
  LearnerState state;
  LearnerProfile profile;
  RecommendationRequest request;
  RankingPolicy policy;
  absl::Time now = kNow;

  PipelineInput Input() const {
    return {.snapshot = *snapshot,
            .state = state,
            .profile = profile,
            .request = request,
            .policy = policy,
            .now = now};
  }

  SecondOpinion Opinion() const {
    return SecondOpinion({snapshot.get(), &state, profile, request.filter,
                          request.phase, policy.mastered_p_known, now});
  }
};

Case RandomCase(int seed) {
  Random random(seed);
  Case c;
  c.snapshot = RandomSnapshot(random, {.num_kcs = 1 + Below(random, 15),
                                       .num_resources = 1 + Below(random, 80),
                                       .has_model = Chance(random, 0.8)});
  const int num_events = Chance(random, 0.15) ? 0 : 1 + Below(random, 60);
  c.state = RandomState(random, *c.snapshot, num_events, Chance(random, 0.3));
  c.profile = RandomProfile(random);
  if (Chance(random, 0.6)) {
    c.request.filter = RandomFilter(random, *c.snapshot->catalog);
  }
  c.request.page_size = 1 + Below(random, 30);
  c.request.phase = Phase(Below(random, 5));
  c.policy.diversity = static_cast<float>(Below(random, 10)) / 10;
  return c;
}

// Runs `check(case, list, oracle)` on every case; stops at the first that
// fails.
template <typename Check>
void ForEachCase(Check check) {
  for (int seed = 0; seed < kNumCases; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    const Case c = RandomCase(seed);
    check(c, Recommend(c.Input()), c.Opinion());
    if (testing::Test::HasFailure()) return;
  }
}

TEST(PipelineProperty, NothingIneligibleLeaves) {
  ForEachCase(
      [](const Case&, const RankedList& list, const SecondOpinion& oracle) {
        for (const RankedResource& shown : list.shown) {
          EXPECT_TRUE(oracle.MayBe(shown.resource, shown.reason))
              << "resource " << ToInt(shown.resource) << " reason "
              << static_cast<int>(shown.reason);
        }
      });
}

TEST(PipelineProperty, NothingIsShownTwice) {
  ForEachCase([](const Case&, const RankedList& list, const SecondOpinion&) {
    std::set<ResourceIndex> seen;
    for (const RankedResource& shown : list.shown) {
      EXPECT_TRUE(seen.insert(shown.resource).second);
    }
  });
}

// In particular a list is never empty while an eligible resource exists.
TEST(PipelineProperty, ThePageIsFullWhileEligibleResourcesExist) {
  ForEachCase(
      [](const Case& c, const RankedList& list, const SecondOpinion& oracle) {
        EXPECT_EQ(static_cast<int>(list.shown.size()),
                  std::min(c.request.page_size, oracle.NumEligible()));
      });
}

// FIGURES 4. Asked at the very moment at which something of the catalog is
// published or expires, and just before and after it.
TEST(PipelineProperty, WhatBeginsNowIsOpenAndWhatEndsNowIsGone) {
  int num_moments = 0;
  for (int seed = 0; seed < 400; ++seed) {
    Case c = RandomCase(seed);
    std::set<absl::Time> moments;
    for (int i = 0; i < c.snapshot->catalog->num_resources(); ++i) {
      const Resource& r = c.snapshot->catalog->resource(ResourceIndex{i});
      moments.insert({r.publish_time, r.expire_time});
    }
    moments.erase(absl::InfinitePast());
    moments.erase(absl::InfiniteFuture());
    for (const absl::Time moment : moments) {
      ++num_moments;
      for (const int offset : {-1, 0, 1}) {
        SCOPED_TRACE(testing::Message() << "seed " << seed << " at " << moment
                                        << " and " << offset << " ns");
        c.now = moment + absl::Nanoseconds(offset);
        const SecondOpinion oracle = c.Opinion();
        const RankedList list = Recommend(c.Input());
        for (const RankedResource& shown : list.shown) {
          ASSERT_TRUE(oracle.MayBe(shown.resource, shown.reason));
        }
        ASSERT_EQ(static_cast<int>(list.shown.size()),
                  std::min(c.request.page_size, oracle.NumEligible()));
      }
    }
  }
  EXPECT_GT(num_moments, 500);
}

// A sentence may say "mastered" of what the learner mastered, by practice.
TEST(PipelineProperty, NoSentenceClaimsAMasteryWithoutPractice) {
  ForEachCase([](const Case& c, const RankedList& list,
                 const SecondOpinion& oracle) {
    const Catalog& catalog = *c.snapshot->catalog;
    for (const RankedResource& shown : list.shown) {
      const std::string& text = shown.reason_text;
      const size_t claim = text.find("you have mastered ");
      if (claim == std::string::npos) continue;
      const std::string id = text.substr(claim + 18, text.size() - claim - 19);
      ASSERT_NE(catalog.FindKc(id), KcIndex::kNone) << text;
      EXPECT_TRUE(oracle.IsMastered(catalog.FindKc(id))) << text;
    }
  });
}

TEST(PipelineProperty, SameInputGivesTheSameList) {
  ForEachCase([](const Case& c, const RankedList& list, const SecondOpinion&) {
    PipelineInput input = {*c.snapshot, c.state,  c.profile,
                           c.request,   c.policy, c.now};
    const RankedList again = Recommend(input);
    ASSERT_EQ(list.shown.size(), again.shown.size());
    for (size_t i = 0; i < list.shown.size(); ++i) {
      EXPECT_EQ(list.shown[i].resource, again.shown[i].resource);
      EXPECT_EQ(list.shown[i].reason, again.shown[i].reason);
      EXPECT_EQ(list.shown[i].score, again.shown[i].score);
      EXPECT_EQ(list.shown[i].parts, again.shown[i].parts);
      EXPECT_EQ(list.shown[i].reason_text, again.shown[i].reason_text);
    }
  });
}

TEST(PipelineProperty, WeightedPartsAddUpToTheScore) {
  ForEachCase([](const Case&, const RankedList& list, const SecondOpinion&) {
    for (const RankedResource& ranked : list.considered) {
      float sum = 0;
      for (int part = 0; part < kNumScoreParts; ++part) {
        EXPECT_GE(ranked.parts[part], 0) << kScorePartNames[part];
        EXPECT_LE(ranked.parts[part], 1) << kScorePartNames[part];
        sum += list.weights[part] * ranked.parts[part];
      }
      EXPECT_NEAR(sum, ranked.score, 1e-6);
    }
  });
}

TEST(PipelineProperty, WhatMissesAPrerequisiteIsNoNextStep) {
  ForEachCase(
      [](const Case&, const RankedList& list, const SecondOpinion& oracle) {
        for (const RankedResource& ranked : list.considered) {
          if (ranked.reason != Reason::kNextStep) continue;
          EXPECT_FALSE(oracle.HasUnmetPrerequisite(ranked.resource))
              << ToInt(ranked.resource);
        }
      });
}

TEST(PipelineProperty, WhatMissesAPrerequisiteIsLeftUntilNothingElseIs) {
  ForEachCase([](const Case& c, const RankedList& list,
                 const SecondOpinion& oracle) {
    std::set<ResourceIndex> shown;
    bool has_unready = false;
    for (const RankedResource& ranked : list.shown) {
      shown.insert(ranked.resource);
      const bool is_unready = oracle.HasUnmetPrerequisite(ranked.resource);
      EXPECT_TRUE(is_unready || !has_unready) << "ready one after unready one";
      has_unready |= is_unready;
    }
    if (!has_unready) return;
    for (int i = 0; i < c.snapshot->catalog->num_resources(); ++i) {
      const ResourceIndex resource{i};
      EXPECT_FALSE(oracle.MayBeNew(resource) && shown.count(resource) == 0 &&
                   !oracle.HasUnmetPrerequisite(resource))
          << "resource " << i << " was ready";
    }
  });
}

TEST(PipelineProperty, TheReasonShownIsOneOfThoseItWasProposedFor) {
  ForEachCase([](const Case&, const RankedList& list, const SecondOpinion&) {
    for (const RankedResource& shown : list.shown) {
      EXPECT_NE(shown.reasons >> static_cast<int>(shown.reason) & 1, 0u)
          << "resource " << ToInt(shown.resource);
    }
  });
}

TEST(PipelineProperty, ANewLearnerGetsOneReasonOnly) {
  ForEachCase([](const Case& c, const RankedList& list, const SecondOpinion&) {
    for (const RankedResource& shown : list.shown) {
      EXPECT_EQ(c.state.num_events == 0, shown.reason == Reason::kNewLearner);
    }
  });
}

TEST(PipelineProperty, EveryShownOneSaysWhyAndOthersSayWhatRemovedThem) {
  ForEachCase([](const Case&, const RankedList& list, const SecondOpinion&) {
    for (const RankedResource& shown : list.shown) {
      EXPECT_FALSE(shown.reason_text.empty());
      EXPECT_STREQ(shown.removed_by, "");
      EXPECT_EQ(shown.propensity, 1);
    }
    EXPECT_LE(list.considered.size(), 50u);
    for (const RankedResource& ranked : list.considered) {
      const bool is_shown = std::any_of(
          list.shown.begin(), list.shown.end(),
          [&](const auto& shown) { return shown.resource == ranked.resource; });
      EXPECT_EQ(is_shown, *ranked.removed_by == 0);
      // The sources ask the gate, so that nothing is left for it to remove.
      EXPECT_STRNE(ranked.removed_by, "eligibility");
    }
  });
}

TEST(PipelineProperty, OnlyQuestionsHaveASuccessProbability) {
  ForEachCase([](const Case& c, const RankedList& list, const SecondOpinion&) {
    for (const RankedResource& shown : list.shown) {
      const Resource& resource = c.snapshot->catalog->resource(shown.resource);
      ASSERT_EQ(shown.p_correct.has_value(), IsPractice(resource.kind));
      if (!shown.p_correct) continue;
      EXPECT_GE(*shown.p_correct, 0);
      EXPECT_LE(*shown.p_correct, 1);
    }
  });
}

// FIGURES 17. An item's own part is set to 0, and its rank among all candidates
// counted again. Lists here are dense, so that few margins are wide; so many
// cases that each reason has a hundred items.
TEST(PipelineProperty, WithoutTheReasonsPartTheRankFalls) {
  int num_items = 0;
  int num_fallen = 0;
  std::map<Reason, std::pair<int, int>> by_reason;
  for (int seed = 0; seed < 1200; ++seed) {
    Random random(seed);
    Case c;
    c.snapshot = RandomSnapshot(
        random,
        {.num_kcs = 30, .num_resources = 400, .has_plain_resources = true});
    c.state = RandomState(random, *c.snapshot, 60, false);
    const RankedList list = Recommend(c.Input());
    for (const RankedResource& shown : list.shown) {
      const size_t part = static_cast<size_t>(PartOf(shown.reason));
      const float without =
          shown.score - list.weights[part] * shown.parts[part];
      const bool is_fallen = std::any_of(
          list.considered.begin(), list.considered.end(),
          [&](const RankedResource& other) {
            return other.score < shown.score && other.score >= without;
          });
      ++num_items;
      ++by_reason[shown.reason].first;
      num_fallen += is_fallen ? 1 : 0;
      by_reason[shown.reason].second += is_fallen ? 1 : 0;
    }
  }
  for (const auto& [reason, counts] : by_reason) {
    std::printf("reason %d: rank falls for %d of %d\n",
                static_cast<int>(reason), counts.second, counts.first);
    EXPECT_GE(counts.second, 0.95 * counts.first)
        << "reason " << static_cast<int>(reason);
  }
  EXPECT_EQ(by_reason.size(), 6u) << "the cases miss a reason";
  EXPECT_GE(num_fallen, 0.95 * num_items) << num_fallen << " of " << num_items;
}

}  // namespace
}  // namespace evenlight
