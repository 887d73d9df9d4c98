#include "recommender/class_plan/class_plan.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/recommender/class_plan/class_world.h"

namespace evenlight {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

template <typename Check>
void ForEachClass(Check check) {
  for (int seed = 0; seed < 400; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    const Class c = RandomClass(seed);
    check(c, c.Plan());
    if (testing::Test::HasFailure()) return;
  }
}

TEST(ClassPlanProperty, EveryLearnerIsInExactlyOneGroupOrUnserved) {
  ForEachClass([](const Class& c, const ClassPlan& plan) {
    std::map<LearnerId, int> places;
    for (const ClassGroup& group : plan.groups) {
      EXPECT_FALSE(group.learners.empty());
      for (const LearnerId& learner : group.learners) ++places[learner];
    }
    for (const UnservedLearner& unserved : plan.unserved) {
      ++places[unserved.learner];
    }
    EXPECT_EQ(places.size(), c.learners.size());
    for (const auto& [learner, count] : places) EXPECT_EQ(count, 1) << learner;
  });
}

TEST(ClassPlanProperty, TheListHoldsNothingTwiceAndNothingThatFitsNobody) {
  ForEachClass([](const Class& c, const ClassPlan& plan) {
    const Gains gains(c);
    std::set<ResourceIndex> seen;
    EXPECT_LE(static_cast<int>(plan.items.size()), c.request.page_size);
    for (const ClassItem& item : plan.items) {
      EXPECT_TRUE(seen.insert(item.resource).second);
      EXPECT_GT(item.num_learners_fit, 0);
      EXPECT_FALSE(item.reason_text.empty());
      EXPECT_TRUE(std::any_of(
          c.learners.begin(), c.learners.end(), [&](const auto& learner) {
            return gains.IsEligibleFor(learner.profile.id, item.resource);
          }));
    }
  });
}

// FIGURES 3.
TEST(ClassPlanProperty, TheListIsEmptyOnlyIfNothingIsEligibleForAnybody) {
  int num_empty = 0;
  ForEachClass([&](const Class& c, const ClassPlan& plan) {
    const Gains gains(c);
    const bool is_any = std::any_of(
        c.learners.begin(), c.learners.end(), [&](const auto& learner) {
          return gains.IsAnyEligibleFor(learner.profile.id);
        });
    EXPECT_EQ(plan.items.empty(), !is_any);
    num_empty += plan.items.empty() ? 1 : 0;
  });
  EXPECT_GT(num_empty, 0);
}

std::string Printed(float gain) { return absl::StrFormat("%.2f", gain); }

// Either every item helps, or nothing in the catalog helps anybody and the
// sentences say so.
TEST(ClassPlanProperty, NoItemClaimsAHelpThatPrintsAsNothing) {
  int num_plain = 0;
  ForEachClass([&](const Class& c, const ClassPlan& plan) {
    const Gains gains(c);
    const bool has_gain = std::any_of(
        c.learners.begin(), c.learners.end(), [&](const auto& learner) {
          return gains.BestOf(learner.profile.id) > 0;
        });
    for (const ClassItem& item : plan.items) {
      EXPECT_EQ(Printed(item.added_gain) != "0.00", has_gain);
      EXPECT_EQ(item.reason_text.rfind("Helps", 0) == 0, has_gain)
          << item.reason_text;
      num_plain += has_gain ? 0 : 1;
    }
    for (const ClassGroup& group : plan.groups) {
      EXPECT_EQ(group.reason_text.find("no clear gain") == std::string::npos,
                has_gain)
          << group.reason_text;
    }
  });
  EXPECT_GT(num_plain, 0) << "the cases miss a class without a gain";
}

TEST(ClassPlanProperty, WhoGainsNothingIsToldNothingElse) {
  int num_unmoved = 0;
  ForEachClass([&](const Class& c, const ClassPlan& plan) {
    const Gains gains(c);
    for (const UnservedLearner& unserved : plan.unserved) {
      if (unserved.instead == ResourceIndex::kNone) continue;
      const bool helps = gains.Of(unserved.learner, unserved.instead) > 0;
      EXPECT_EQ(
          unserved.reason_text.find("would help more") != std::string::npos,
          helps)
          << unserved.reason_text;
      num_unmoved += helps ? 0 : 1;
    }
  });
  EXPECT_GT(num_unmoved, 0);
}

// FIGURES 4, on every path out of a plan. Many resources of these catalogs are
// published or expire at the very moment of asking.
TEST(ClassPlanProperty, NothingHiddenUnpublishedOrExpiredLeaves) {
  ForEachClass([](const Class& c, const ClassPlan& plan) {
    const auto expect_open = [&](ResourceIndex resource) {
      if (resource == ResourceIndex::kNone) return;
      const Resource& r = c.snapshot->catalog->resource(resource);
      EXPECT_FALSE(r.hidden) << r.id;
      EXPECT_LE(r.publish_time, kNow) << r.id;
      EXPECT_GT(r.expire_time, kNow) << r.id;
    };
    for (const ClassItem& item : plan.items) expect_open(item.resource);
    for (const ClassGroup& group : plan.groups) expect_open(group.resource);
    for (const UnservedLearner& one : plan.unserved) expect_open(one.instead);
  });
}

TEST(ClassPlanProperty, AGroupsResourceIsTheBestOnTheListForEachOfIt) {
  ForEachClass([](const Class& c, const ClassPlan& plan) {
    const Gains gains(c);
    for (const ClassGroup& group : plan.groups) {
      for (const LearnerId& learner : group.learners) {
        const float own = gains.Of(learner, group.resource);
        EXPECT_TRUE(gains.IsEligibleFor(learner, group.resource)) << learner;
        for (const ClassItem& item : plan.items) {
          EXPECT_GE(own, gains.Of(learner, item.resource));
        }
      }
    }
  });
}

TEST(ClassPlanProperty, WhatAnUnservedLearnerGetsInsteadIsEligible) {
  ForEachClass([](const Class& c, const ClassPlan& plan) {
    const Gains gains(c);
    for (const UnservedLearner& unserved : plan.unserved) {
      const bool has_any = gains.IsAnyEligibleFor(unserved.learner);
      ASSERT_EQ(unserved.instead != ResourceIndex::kNone, has_any)
          << unserved.learner;
      if (has_any) {
        EXPECT_TRUE(gains.IsEligibleFor(unserved.learner, unserved.instead));
      }
      EXPECT_FALSE(unserved.reason_text.empty());
    }
  });
}

TEST(ClassPlanProperty, WhatServesIsTheGainOrNothing) {
  int num_dropped = 0;
  ForEachClass([&](const Class& c, const ClassPlan&) {
    const Gains gains(c);
    const Seen seen(c);
    for (int l = 0; l < static_cast<int>(c.learners.size()); ++l) {
      const LearnerId& id = c.learners[l].profile.id;
      const OwnBest& best = seen.gains.best[l];
      EXPECT_LE(best.gain, gains.BestOf(id));
      EXPECT_EQ(best.gain > 0, gains.BestOf(id) > 0);
      for (const ResourceIndex own : seen.candidates.own[l]) {
        EXPECT_LE(gains.Of(id, own), best.gain);
      }
      for (const ResourceIndex shared : seen.candidates.shared) {
        const float gain = gains.Of(id, shared);
        const bool serves = gain > 0 && gain >= kServedShare * best.gain;
        EXPECT_EQ(seen.gains.served(l, seen.ColumnOf(shared)),
                  serves ? gain : 0);
        num_dropped += gain > 0 && !serves ? 1 : 0;
      }
    }
  });
  EXPECT_GT(num_dropped, 0);
}

TEST(ClassPlanProperty, AddedGainsAreWhatTheObjectiveSays) {
  ForEachClass([](const Class& c, const ClassPlan& plan) {
    const Seen seen(c);
    Eigen::VectorXf best = Eigen::VectorXf::Zero(seen.gains.served.rows());
    for (const ClassItem& item : plan.items) {
      const Eigen::VectorXf next =
          best.cwiseMax(seen.gains.served.col(seen.ColumnOf(item.resource)));
      EXPECT_NEAR(item.added_gain, (next - best).sum(), 1e-5);
      EXPECT_TRUE(item.added_gain == 0 || item.added_gain >= kMinGain);
      best = next;
    }
  });
}

TEST(ClassPlanProperty, SameInputGivesTheSamePlan) {
  ForEachClass([](const Class& c, const ClassPlan& plan) {
    const ClassPlan again = c.Plan();
    ASSERT_EQ(again.items.size(), plan.items.size());
    for (size_t i = 0; i < plan.items.size(); ++i) {
      EXPECT_EQ(again.items[i].resource, plan.items[i].resource);
      EXPECT_EQ(again.items[i].added_gain, plan.items[i].added_gain);
    }
    ASSERT_EQ(again.groups.size(), plan.groups.size());
    for (size_t i = 0; i < plan.groups.size(); ++i) {
      EXPECT_EQ(again.groups[i].learners, plan.groups[i].learners);
    }
  });
}

// Two levels in one class: half have mastered addition, half have not begun.
TEST(ClassPlanTest, TwoLevelsGiveTwoGroups) {
  std::vector<Resource> resources;
  for (int i = 0; i < 8; ++i) {
    resources.push_back(Question(absl::StrCat("add", i), {"add"}));
    resources.push_back(Question(absl::StrCat("mul", i), {"multiply"}));
  }
  Class c = {MakeSnapshot({Kc("add"), Kc("multiply", {"add"})}, resources)};
  for (int learner = 0; learner < 6; ++learner) {
    ClassLearner one;
    one.profile.id = absl::StrCat("l", learner);
    for (int i = 0; learner < 3 && i < 6; ++i) {
      Apply(*c.snapshot,
            Answer(*c.snapshot, absl::StrCat("add", i), true, kNow), one.state);
    }
    c.learners.push_back(one);
  }
  c.request.page_size = 2;

  const ClassPlan plan = c.Plan();

  ASSERT_EQ(plan.groups.size(), 2u);
  std::vector<std::vector<LearnerId>> groups = {plan.groups[0].learners,
                                                plan.groups[1].learners};
  std::sort(groups.begin(), groups.end());
  EXPECT_THAT(groups, ElementsAre(ElementsAre("l0", "l1", "l2"),
                                  ElementsAre("l3", "l4", "l5")));
  EXPECT_THAT(plan.unserved, IsEmpty());
  EXPECT_THAT(plan.degraded, ElementsAre("no model is serving"));

  // With one place the list serves one level and names the others.
  c.request.page_size = 1;
  EXPECT_EQ(c.Plan().unserved.size(), 3u);
}

TEST(ClassPlanTest, ACatalogWithoutKcsStillGivesAList) {
  Class c = {MakeSnapshot({}, {Video("v", {})})};
  c.learners.emplace_back().profile.id = LearnerId("l");
  const ClassPlan plan = c.Plan();
  ASSERT_EQ(plan.items.size(), 1u);
  EXPECT_EQ(plan.items[0].added_gain, 0);
  EXPECT_EQ(plan.items[0].reason_text,
            "Suits one learner; no clear gain is expected.");
  ASSERT_EQ(plan.groups.size(), 1u);
  EXPECT_EQ(plan.groups[0].reason_text,
            "v suits one learner; no clear gain is expected.");
}

// The kc is forgotten as fast as it is learnt: what is known of it stays.
TEST(ClassPlanTest, WhomNothingMovesIsUnservedAndToldSo) {
  TracingParams params;
  params.kcs = {"stuck", "fresh"};
  params.bkt = {{.p_init = 0.8f, .p_learn = 0.05f, .p_forget = 0.3f},
                {.p_init = 0.3f, .p_learn = 0.2f, .p_forget = 0}};
  params.kc_p_correct = {0.7f, 0.5f};
  ModelSet models;
  models.version = 1;
  models.tracing = TracingModel(std::move(params));
  Resource stuck = Question("s", {"stuck"});
  stuck.min_grade = stuck.max_grade = 3;
  Resource fresh = Question("f", {"fresh"});
  fresh.min_grade = fresh.max_grade = 4;
  Class c = {MakeSnapshot({Kc("stuck"), Kc("fresh")}, {stuck, fresh},
                          std::move(models))};
  AddLearner("unmoved", 3, c);
  EXPECT_EQ(c.Plan().items.size(), 1u) << "never empty";

  AddLearner("moved", 4, c);
  const ClassPlan plan = c.Plan();

  ASSERT_EQ(plan.items.size(), 1u);
  EXPECT_EQ(plan.items[0].reason_text, "Helps one learner with fresh.");
  ASSERT_EQ(plan.unserved.size(), 1u);
  EXPECT_EQ(plan.unserved[0].learner, "unmoved");
  EXPECT_EQ(plan.unserved[0].reason_text,
            "Nothing promises a clear gain at the moment; s could be tried.");
}

// More learners than the shared candidates have room for, each with kcs of
// their own: whose best was cut is measured against it all the same.
TEST(ClassPlanTest, TheFloorIsOfTheLearnersOwnBestNotOfTheSharedOnes) {
  std::vector<KnowledgeComponent> kcs;
  std::vector<Resource> resources;
  for (int grade = 1; grade <= 12; ++grade) {
    for (int i = 0; i < 20; ++i) {
      const KcId kc = absl::StrCat("g", grade, "_", i);
      kcs.push_back(Kc(kc));
      Resource question = Question(kc, {kc});
      question.min_grade = question.max_grade = grade;
      resources.push_back(question);
    }
  }
  Class c = {MakeSnapshot(kcs, resources)};
  for (int grade = 1; grade <= 12; ++grade) {
    AddLearner(absl::StrCat("l", grade), grade, c);
  }
  const Seen seen(c);
  ASSERT_EQ(seen.candidates.shared.size(), kMaxClassCandidates);
  const Gains gains(c);
  for (size_t l = 0; l < c.learners.size(); ++l) {
    EXPECT_EQ(seen.gains.best[l].gain, gains.BestOf(c.learners[l].profile.id));
    EXPECT_GT(seen.gains.best[l].gain, 0);
  }
}

}  // namespace
}  // namespace evenlight
