#include "recommender/class_plan/class_plan.h"

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "recommender/class_plan/class_sentences.h"
#include "recommender/class_plan/gain.h"
#include "tests/support/learning_world.h"

namespace evenlight {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

struct Class {
  std::shared_ptr<const ServingSnapshot> snapshot;
  std::vector<ClassLearner> learners = {};
  RecommendationRequest request = {};
  RankingPolicy policy = {};

  ClassPlan Plan() const {
    return PlanForClass({*snapshot, learners, request, policy, kNow});
  }
};

Class RandomClass(int seed) {
  Random random(seed);
  Class c;
  c.snapshot = RandomSnapshot(random, {.num_resources = 1 + Below(random, 80),
                                       .has_model = Chance(random, 0.8)});
  for (int learner = 1 + Below(random, 12); learner > 0; --learner) {
    LearnerProfile profile = RandomProfile(random);
    profile.id = absl::StrCat("l", learner);
    c.learners.push_back(
        {profile,
         RandomState(random, *c.snapshot,
                     Chance(random, 0.2) ? 0 : Below(random, 50), false)});
  }
  if (Chance(random, 0.5)) {
    c.request.filter = RandomFilter(random, *c.snapshot->catalog);
  }
  c.request.page_size = 1 + Below(random, 6);
  return c;
}

// What every learner would gain from every resource of the catalog, 0 where it
// is not eligible for them.
class Gains {
 public:
  explicit Gains(const Class& c) {
    for (const ClassLearner& learner : c.learners) {
      const LearnerView view(c.snapshot.get(), &learner.state, kNow,
                             c.policy.mastered_p_known);
      const EligibilityGate gate(&view, learner.profile, c.request.filter,
                                 c.request.phase);
      std::vector<float>& row = by_learner_[learner.profile.id];
      for (int r = 0; r < c.snapshot->catalog->num_resources(); ++r) {
        row.push_back(Gain(view, gate, c.policy, ResourceIndex{r}));
      }
    }
  }

  float Of(const LearnerId& learner, ResourceIndex resource) const {
    return by_learner_.at(learner)[ToInt(resource)];
  }
  float BestOf(const LearnerId& learner) const {
    const std::vector<float>& row = by_learner_.at(learner);
    return *std::max_element(row.begin(), row.end());
  }

 private:
  std::map<LearnerId, std::vector<float>> by_learner_;
};

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
      EXPECT_GT(item.added_gain, 0);
      EXPECT_FALSE(item.reason_text.empty());
      EXPECT_TRUE(std::any_of(
          c.learners.begin(), c.learners.end(), [&](const auto& learner) {
            return gains.Of(learner.profile.id, item.resource) > 0;
          }));
    }
  });
}

TEST(ClassPlanProperty, AGroupsResourceIsTheBestOnTheListForEachOfIt) {
  ForEachClass([](const Class& c, const ClassPlan& plan) {
    const Gains gains(c);
    for (const ClassGroup& group : plan.groups) {
      for (const LearnerId& learner : group.learners) {
        const float own = gains.Of(learner, group.resource);
        EXPECT_GT(own, 0) << "not eligible for " << learner;
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
      const bool has_any = gains.BestOf(unserved.learner) > 0;
      ASSERT_EQ(unserved.instead != ResourceIndex::kNone, has_any)
          << unserved.learner;
      if (has_any) {
        EXPECT_GT(gains.Of(unserved.learner, unserved.instead), 0);
      }
      EXPECT_FALSE(unserved.reason_text.empty());
    }
  });
}

TEST(ClassPlanProperty, AddedGainsAreWhatTheObjectiveSays) {
  ForEachClass([](const Class& c, const ClassPlan& plan) {
    const Gains gains(c);
    std::map<LearnerId, float> best;
    for (const ClassItem& item : plan.items) {
      double added = 0;
      for (const ClassLearner& learner : c.learners) {
        float& so_far = best[learner.profile.id];
        const float gain = gains.Of(learner.profile.id, item.resource);
        added += std::max(gain - so_far, 0.0f);
        so_far = std::max(so_far, gain);
      }
      EXPECT_NEAR(item.added_gain, added, 1e-5);
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
  c.learners.emplace_back().profile.id = "l";
  const ClassPlan plan = c.Plan();
  ASSERT_EQ(plan.items.size(), 1u);
  EXPECT_EQ(plan.groups.size(), 1u);
}

TEST(ClassSentencesTest, ReadAsTheyAreMeant) {
  KnowledgeComponent kc = Kc("f");
  kc.title = "Fractions";
  Resource video = Video("v", {"f"});
  video.title = "Halves";
  const auto snapshot = MakeSnapshot({kc}, {video});
  const Catalog& catalog = *snapshot->catalog;
  const ResourceIndex r{0};
  const auto en = ReasonLanguage::kEnglish;
  const auto zh = ReasonLanguage::kChinese;
  EXPECT_EQ(ExplainItem(catalog, r, 1, en),
            "Helps one learner with Fractions.");
  EXPECT_EQ(ExplainItem(catalog, r, 4, en), "Helps 4 learners with Fractions.");
  EXPECT_EQ(ExplainItem(catalog, r, 4, zh), "能帮助 4 名学生学习“Fractions”。");
  EXPECT_EQ(ExplainGroup(catalog, r, 1, en),
            "One learner gains most from Fractions.");
  EXPECT_EQ(ExplainGroup(catalog, r, 3, en),
            "These 3 learners gain most from Fractions.");
  EXPECT_EQ(ExplainGroup(catalog, r, 3, zh),
            "这 3 名学生学习“Fractions”收获最大。");
  EXPECT_EQ(ExplainUnserved(catalog, r, en),
            "The list does not fit; Halves would help more.");
  EXPECT_EQ(ExplainUnserved(catalog, r, zh),
            "清单上的内容不合适，更适合学习“Halves”。");
  EXPECT_EQ(ExplainUnserved(catalog, ResourceIndex::kNone, en),
            "Nothing in the catalog fits at the moment.");
  EXPECT_EQ(ExplainUnserved(catalog, ResourceIndex::kNone, zh),
            "资源库里目前没有合适的内容。");
}

}  // namespace
}  // namespace evenlight
