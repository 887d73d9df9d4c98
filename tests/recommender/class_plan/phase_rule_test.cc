// What each phase puts on a class list.

#include "recommender/class_plan/phase_rule.h"

#include <algorithm>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "recommender/class_plan/item_choice.h"
#include "tests/recommender/class_plan/class_world.h"

namespace evenlight {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::UnorderedElementsAre;

Resource Micro(const ResourceId& id, const KcId& kc, float minutes) {
  Resource resource = Video(id, {kc});
  resource.kind = ResourceKind::kMicroCourse;
  resource.minutes = minutes;
  return resource;
}

// Fractions (grade 4) <- decimals <- percent (both grade 5).
Class Maths(int num_learners) {
  std::vector<Resource> resources = {Micro("intro", "percent", 8),
                                     Micro("long", "percent", 45)};
  for (const char* kc : {"fractions", "decimals", "percent"}) {
    for (int i = 0; i < 4; ++i) {
      Resource question = Question(absl::StrCat(kc, i), {kc});
      question.min_grade = question.max_grade =
          std::string(kc) == "fractions" ? 4 : 5;
      resources.push_back(question);
    }
  }
  Class c = {MakeSnapshot({Kc("fractions"), Kc("decimals", {"fractions"}),
                           Kc("percent", {"decimals"})},
                          resources)};
  for (int learner = 0; learner < num_learners; ++learner) {
    AddLearner(absl::StrCat("l", learner), 5, c);
  }
  c.request.page_size = 4;
  return c;
}

std::vector<ResourceId> IdsOf(const Class& c, const ClassPlan& plan) {
  std::vector<ResourceId> ids;
  for (const ClassItem& item : plan.items) {
    ids.push_back(c.snapshot->catalog->resource(item.resource).id);
  }
  return ids;
}

const std::vector<ResourceId> kFractions = {"fractions0", "fractions1",
                                            "fractions2"};
const std::vector<ResourceId> kDecimals = {"decimals0", "decimals1",
                                           "decimals2"};

TEST(PhaseRule, BeforeClassComesWhatTheLessonBuildsOnAndOneIntroduction) {
  Class c = Maths(4);
  Practise(c, 0, {"fractions0"}, false, 2);
  Practise(c, 1, kFractions, true, 3);
  c.request.phase = Phase::kPreClass;
  c.request.filter.kcs = {"percent"};

  const ClassPlan plan = c.Plan();

  const Catalog& catalog = *c.snapshot->catalog;
  std::vector<ItemUse> uses;
  for (const ClassItem& item : plan.items) {
    uses.push_back(item.use);
    const Resource& resource = catalog.resource(item.resource);
    if (item.use == ItemUse::kIntroduction) {
      EXPECT_EQ(resource.id, "intro") << "the long one is none";
      EXPECT_THAT(item.reason_text,
                  HasSubstr("A short introduction to percent"));
    } else {
      EXPECT_EQ(item.use, ItemUse::kPrerequisite) << resource.id;
      EXPECT_NE(resource.kcs[0], "percent");
      EXPECT_THAT(item.reason_text, HasSubstr("The lesson builds on"));
    }
  }
  EXPECT_EQ(std::count(uses.begin(), uses.end(), ItemUse::kIntroduction), 1);
  EXPECT_THAT(uses, Contains(ItemUse::kPrerequisite));
  // Of a lower grade than the class.
  EXPECT_THAT(IdsOf(c, plan), Contains(HasSubstr("fractions")));
}

TEST(PhaseRule, BeforeClassNothingForAHigherGradeComes) {
  Class c = Maths(2);
  for (ClassLearner& learner : c.learners) learner.profile.grade = 4;
  for (size_t learner : {0, 1}) Practise(c, learner, kFractions, true, 3);
  c.request.phase = Phase::kPreClass;
  c.request.filter.kcs = {"percent"};
  // They lack decimals, which are taught in grade 5.
  EXPECT_THAT(IdsOf(c, c.Plan()), ElementsAre("intro"));
}

TEST(PhaseRule, WithOnePlaceThereIsNoneForAnIntroduction) {
  Class c = Maths(3);
  c.request.phase = Phase::kPreClass;
  c.request.filter.kcs = {"percent"};
  c.request.page_size = 1;
  const ClassPlan plan = c.Plan();
  ASSERT_EQ(plan.items.size(), 1u);
  EXPECT_EQ(plan.items[0].use, ItemUse::kPrerequisite);
}

TEST(PhaseRule, InClassSomethingIsForAllAndSomethingForGroups) {
  Class c = Maths(6);
  for (size_t learner : {0, 1}) {
    Practise(c, learner, kDecimals, true, 3);
  }
  c.request.phase = Phase::kInClass;
  const ClassPlan plan = c.Plan();
  std::vector<ItemUse> uses;
  for (const ClassItem& item : plan.items) {
    uses.push_back(item.use);
    EXPECT_EQ(item.use == ItemUse::kWholeClass,
              IsForWholeClass(item.num_learners_fit, 6));
  }
  EXPECT_THAT(uses, Contains(ItemUse::kWholeClass));
}

// Two columns serve half of the class well, a third all of it less well.
TEST(PhaseRule, InClassAPlaceThatIsLeftGoesToWhatServesAll) {
  const Class c = Maths(6);
  Seen seen(c);
  seen.candidates.shared = {ResourceIndex{0}, ResourceIndex{1},
                            ResourceIndex{2}};
  GainMatrix served = GainMatrix::Zero(6, 3);
  served.col(0).head(3).setConstant(0.9f);
  served.col(1).tail(3).setConstant(0.9f);
  served.col(2).setConstant(0.4f);
  const PhaseRule rule;
  const std::vector<float> minutes = {5, 5, 5};
  const auto choose = [&](int32_t num_places, float max_minutes) {
    const ChoiceInput input = {.learners = seen.learners,
                               .candidates = seen.candidates,
                               .rules = {rule},
                               .minutes = minutes,
                               .num_places = num_places,
                               .max_minutes = max_minutes,
                               .keeps_whole_class = true};
    return ChooseItems(input, served).first.size();
  };
  EXPECT_EQ(choose(3, 0), 3u);
  EXPECT_EQ(choose(2, 0), 2u);
  EXPECT_EQ(choose(3, 12), 2u);
  EXPECT_EQ(choose(3, 15), 3u);
  served.col(2).head(3).setZero();  // It serves half, as the others.
  EXPECT_EQ(choose(3, 0), 2u);
}

TEST(PhaseRule, AfterClassComesWhatIsBegunAndWhatFades) {
  Class c = Maths(3);
  // Begun decimals; mastered them long ago; has done nothing at all.
  Practise(c, 0, {"decimals0"}, true, 1);
  Practise(c, 1, {"decimals0", "decimals1"}, true, 3,
           kNow - absl::Hours(24 * 200));
  c.request.phase = Phase::kPostClass;
  const ClassPlan plan = c.Plan();
  for (const ClassGroup& group : plan.groups) {
    const Resource& resource = c.snapshot->catalog->resource(group.resource);
    for (const LearnerId& learner : group.learners) {
      if (learner != "l2") {
        EXPECT_EQ(resource.kcs[0], "decimals") << learner;
      }
    }
  }
  std::vector<ItemUse> uses;
  for (const ClassItem& item : plan.items) uses.push_back(item.use);
  EXPECT_THAT(uses, testing::AnyOf(Contains(ItemUse::kConsolidation),
                                   Contains(ItemUse::kReview)));
}

// The class has not begun anything: there is nothing to consolidate, and the
// list is not empty for that.
TEST(PhaseRule, WhomTheRuleLeavesNothingGetsWhatWouldHelpAnyway) {
  Class c = Maths(3);
  for (const Phase phase : {Phase::kPreClass, Phase::kPostClass}) {
    c.request.phase = phase;
    const ClassPlan plan = c.Plan();
    EXPECT_THAT(plan.items, Not(IsEmpty()));
    EXPECT_THAT(plan.notices, ElementsAre(HasSubstr("None of them has been")));
  }
}

TEST(ClassScope, TheLessonIsWhatMostAreReadyFor) {
  Class c = Maths(3);
  Practise(c, 0, kFractions, true, 3);
  Practise(c, 1, kFractions, true, 3);
  for (ClassLearner& learner : c.learners) learner.profile.grade = 0;
  const Seen seen(c);
  const ClassScope scope = ScopeOf(seen.learners, {});
  ASSERT_FALSE(scope.lesson.empty());
  EXPECT_EQ(c.snapshot->catalog->kc(scope.lesson[0]).id, "decimals");
  ResourceFilter named;
  named.kcs = {"percent", "none"};
  const ClassScope of_named = ScopeOf(seen.learners, named);
  ASSERT_EQ(of_named.lesson.size(), 1u);
  ASSERT_EQ(of_named.map.size(), 2u);
  EXPECT_EQ(c.snapshot->catalog->kc(of_named.map[0]).id, "decimals");
}

TEST(ClassScope, TheMapsSharesAddUpAndMeanPKnownIsAProbability) {
  for (int seed = 0; seed < 100; ++seed) {
    SCOPED_TRACE(seed);
    const Class c = RandomClass(seed);
    const ClassPlan plan = c.Plan();
    EXPECT_LE(plan.map.size(), kMaxMapKcs);
    int32_t last_group = -1;
    for (const ClassKc& kc : plan.map) {
      EXPECT_NEAR(
          kc.share_mastered + kc.share_in_progress + kc.share_not_started, 1,
          1e-5);
      EXPECT_GE(kc.mean_p_known, 0);
      EXPECT_LE(kc.mean_p_known, 1 + 1e-5);
      const int32_t group = c.snapshot->catalog->curriculum().Group(kc.kc);
      EXPECT_GE(group, last_group);
      last_group = group;
    }
  }
}

TEST(ClassScope, TheMapCountsLearnersByWhereTheyStand) {
  Class c = Maths(4);
  for (ClassLearner& learner : c.learners) learner.profile.grade = 0;
  Practise(c, 0, kFractions, true, 3);
  Practise(c, 1, {"fractions0"}, false, 1);
  c.request.filter.kcs = {"fractions"};
  const ClassPlan plan = c.Plan();
  ASSERT_EQ(plan.map.size(), 1u);
  EXPECT_FLOAT_EQ(plan.map[0].share_mastered, 0.25f);
  EXPECT_FLOAT_EQ(plan.map[0].share_in_progress, 0.25f);
  EXPECT_FLOAT_EQ(plan.map[0].share_not_started, 0.5f);
}

TEST(SeeFirst, NamesWhoLacksPrerequisitesOrStrugglesTheLeastChanceFirst) {
  Class c = Maths(4);
  c.request.filter.kcs = {"decimals"};
  Practise(c, 0, {"fractions0"}, false, 4);              // Lacks fractions.
  Practise(c, 1, kFractions, true, 3);                   // Ready...
  Practise(c, 1, {"decimals0", "decimals1"}, false, 2);  // ...but struggles.
  Practise(c, 2, kFractions, true, 3);
  Practise(c, 2, kDecimals, true, 3);  // Well.

  const ClassPlan plan = c.Plan();  // l3 is not known at all.

  ASSERT_EQ(plan.see_first.size(), 2u);
  EXPECT_EQ(plan.see_first[0].learner, "l0");
  EXPECT_EQ(plan.see_first[0].num_missing, 1);
  EXPECT_EQ(plan.see_first[0].reason_text,
            "Lacks what comes next builds on: fractions.");
  EXPECT_EQ(plan.see_first[1].learner, "l1");
  EXPECT_EQ(plan.see_first[1].num_missing, 0);
  EXPECT_EQ(plan.see_first[1].reason_text,
            "Answers on decimals were more often wrong than right.");
  EXPECT_LT(plan.see_first[0].chance, plan.see_first[1].chance);
}

TEST(SeeFirst, IsShortAndOrderedAndOfKnownLearnersOnly) {
  int num_named = 0;
  for (int seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE(seed);
    const Class c = RandomClass(seed);
    const ClassPlan plan = c.Plan();
    EXPECT_LE(plan.see_first.size(), kMaxSeeFirst);
    float last = 0;
    for (const LearnerToSee& one : plan.see_first) {
      EXPECT_GE(one.chance, last);
      EXPECT_LE(one.chance, 1);
      last = one.chance;
      const auto learner = std::find_if(
          c.learners.begin(), c.learners.end(),
          [&](const auto& l) { return l.profile.id == one.learner; });
      ASSERT_NE(learner, c.learners.end());
      EXPECT_GT(learner->state.num_events, 0);
      EXPECT_FALSE(one.reason_text.empty());
    }
    num_named += static_cast<int>(plan.see_first.size());
  }
  EXPECT_GT(num_named, 50);
}

}  // namespace
}  // namespace evenlight
