// What the teacher decides, and the class plan beside an exhaustive search.

#include "recommender/class_plan/class_rules.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "recommender/class_plan/floor_cover.h"
#include "tests/recommender/class_plan/class_world.h"
#include "tests/recommender/class_plan/gain_world.h"

namespace evenlight {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

// 10 learners, 8 resources choose 3. Everything that can be given is shared.
Class SmallClass(int seed) {
  Random random(seed);
  Class c;
  c.snapshot = RandomSnapshot(
      random, {.num_kcs = 6, .num_resources = 8, .has_plain_resources = true});
  for (int learner = 0; learner < 10; ++learner) {
    AddLearner(absl::StrCat("l", learner), 0, c);
    c.learners.back().state =
        RandomState(random, *c.snapshot, Below(random, 25), false);
  }
  c.request.page_size = 3;
  return c;
}

// All gains of the class as a matrix [10 x 8]; 0 below `share` of the best.
GainMatrix ServedOf(const Class& c, float share) {
  const Gains gains(c);
  GainMatrix served(10, 8);
  for (int learner = 0; learner < 10; ++learner) {
    const LearnerId& id = c.learners[learner].profile.id;
    for (int r = 0; r < 8; ++r) {
      const float gain = gains.Of(id, ResourceIndex{r});
      served(learner, r) = gain < share * gains.BestOf(id) ? 0 : gain;
    }
  }
  return served;
}

unsigned SetOf(const ClassPlan& plan) {
  unsigned set = 0;
  for (const ClassItem& item : plan.items) set |= 1u << ToInt(item.resource);
  return set;
}

TEST(ClassRules, WithoutRulesThePlanIsNearlyTheBestOfAll) {
  double sum_of_ratios = 0;
  double worst = 1;
  for (int seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE(seed);
    const Class c = SmallClass(seed);
    const GainMatrix served = ServedOf(c, kServedShare);
    const double best = BestOfAll(served, {3});
    const double ratio =
        best == 0 ? 1 : ValueOf(served, SetOf(c.Plan())) / best;
    EXPECT_GE(ratio, 1 - std::exp(-1.0));
    worst = std::min(worst, ratio);
    sum_of_ratios += ratio;
  }
  RecordProperty("mean_ratio", std::to_string(sum_of_ratios / 200));
  RecordProperty("worst_ratio", std::to_string(worst));
  EXPECT_GE(sum_of_ratios / 200, 0.98);
}

TEST(ClassRules, WithPinsAFloorAndMinutesAllAreServedWheneverThatCanBe) {
  int num_can = 0, num_greedy_misses = 0;
  for (int seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE(seed);
    Class c = SmallClass(seed);
    Random random(seed);
    c.rules.floor = 0.3f + 0.1f * static_cast<float>(Below(random, 7));
    if (Chance(random, 0.5)) c.rules.pins.push_back({ResourceIndex{2}, ""});
    if (Chance(random, 0.5)) c.rules.max_minutes = 30;
    std::vector<float> minutes;
    for (int r = 0; r < 8; ++r) {
      minutes.push_back(
          c.snapshot->catalog->resource(ResourceIndex{r}).minutes);
    }
    const GainMatrix served = ServedOf(c, c.rules.floor);
    std::vector<int32_t> given;
    for (const ClassPin& pin : c.rules.pins)
      given.push_back(ToInt(pin.resource));
    int most = 0;
    ForEachChoice(
        served, given, {3, 0, minutes, c.rules.max_minutes},
        [&](unsigned set) { most = std::max(most, NumServedBy(served, set)); });
    int num_with_gain = 0;
    for (int learner = 0; learner < 10; ++learner) {
      num_with_gain += served.row(learner).maxCoeff() > 0 ? 1 : 0;
    }
    if (most < num_with_gain || most == 0) continue;
    ++num_can;
    const ClassPlan plan = c.Plan();
    EXPECT_EQ(NumServedBy(served, SetOf(plan)), num_with_gain);
    EXPECT_EQ(static_cast<int>(plan.unserved.size()), 10 - num_with_gain);
    num_greedy_misses +=
        NumServed(served, ChooseGreedily(served, given,
                                         {3, 0, minutes,
                                          c.rules.max_minutes})) < num_with_gain
            ? 1
            : 0;
  }
  EXPECT_GT(num_can, 50);
  RecordProperty("can", num_can);
  RecordProperty("greedy_misses", num_greedy_misses);
}

TEST(ClassRules, PinsComeFirstBansNeverAndMinutesHold) {
  int num_plain_pins = 0;
  for (int seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE(seed);
    Class c = RandomClass(seed);
    Random random(seed + 1000);
    c.request.phase = static_cast<Phase>(Below(random, 5));
    c.rules.max_minutes = static_cast<float>(Below(random, 60));
    c.rules.floor = Chance(random, 0.5) ? 0.6f : 0.0f;
    const Catalog& catalog = *c.snapshot->catalog;
    float minutes = 0;
    std::set<ResourceId> banned;
    for (int r = 0; r < catalog.num_resources(); ++r) {
      const ResourceIndex resource{r};
      if (Chance(random, 0.1)) {
        c.rules.pins.push_back({resource, "Our topic"});
      } else if (Chance(random, 0.3)) {
        banned.insert(catalog.resource(resource).id);
      }
    }
    c.rules.bans.assign(banned.begin(), banned.end());
    std::vector<ResourceIndex> pins;
    for (const ClassPin& pin : c.rules.pins) {
      if (CheckPin(catalog, pin.resource, kNow) != Refusal::kNone) continue;
      pins.push_back(pin.resource);
      minutes += catalog.resource(pin.resource).minutes;
    }

    const ClassPlan plan = c.Plan();

    ASSERT_GE(plan.items.size(), pins.size());
    EXPECT_LE(plan.items.size(),
              std::max<size_t>(pins.size(), c.request.page_size));
    for (size_t i = 0; i < plan.items.size(); ++i) {
      const ClassItem& item = plan.items[i];
      EXPECT_EQ(item.use == ItemUse::kPinned, i < pins.size());
      EXPECT_EQ(banned.count(catalog.resource(item.resource).id), 0u);
      if (i < pins.size()) {
        EXPECT_EQ(item.resource, pins[i]);
        EXPECT_THAT(item.reason_text, HasSubstr("Our topic. Suits"));
        num_plain_pins += item.num_learners_fit == 0 ? 1 : 0;
      } else {
        EXPECT_GT(item.num_learners_fit, 0);
        minutes += catalog.resource(item.resource).minutes;
      }
    }
    for (const UnservedLearner& one : plan.unserved) {
      if (one.instead == ResourceIndex::kNone) continue;
      EXPECT_EQ(banned.count(catalog.resource(one.instead).id), 0u);
    }
    if (plan.items.size() > pins.size() && c.rules.max_minutes > 0) {
      EXPECT_LE(minutes, c.rules.max_minutes);
    }
  }
  EXPECT_GT(num_plain_pins, 0);
}

TEST(ClassRules, APinThatNobodyMayBeGivenIsRefusedByNameOfItsFault) {
  Resource hidden = Question("hidden", {"k"});
  hidden.hidden = true;
  Resource later = Question("later", {"k"});
  later.publish_time = kNow + absl::Seconds(1);
  Resource gone = Question("gone", {"k"});
  gone.expire_time = kNow;
  Resource plan = Question("plan", {"k"});
  plan.kind = ResourceKind::kLessonPlan;
  Class c = {MakeSnapshot(
      {Kc("k")}, {hidden, later, gone, plan, Question("open", {"k"})})};
  AddLearner("l", 0, c);
  const Catalog& catalog = *c.snapshot->catalog;
  const auto check = [&](const char* id) {
    return CheckPin(catalog, catalog.FindResource(id), kNow);
  };
  EXPECT_EQ(check("hidden"), Refusal::kHidden);
  EXPECT_EQ(check("later"), Refusal::kNotPublished);
  EXPECT_EQ(check("gone"), Refusal::kExpired);
  EXPECT_EQ(check("plan"), Refusal::kLessonPlan);
  EXPECT_EQ(check("open"), Refusal::kNone);
  for (const char* id : {"hidden", "later", "gone", "plan"}) {
    c.rules.pins.push_back({catalog.FindResource(id), ""});
  }
  const ClassPlan made = c.Plan();
  ASSERT_EQ(made.items.size(), 1u);
  EXPECT_EQ(catalog.resource(made.items[0].resource).id, "open");
}

// Two kcs, three questions each.
Class TwoTopics() {
  std::vector<Resource> resources;
  for (int i = 0; i < 3; ++i) {
    resources.push_back(Question(absl::StrCat("a", i), {"a"}));
    resources.push_back(Question(absl::StrCat("b", i), {"b"}));
  }
  Class c = {MakeSnapshot({Kc("a"), Kc("b")}, resources)};
  AddLearner("l0", 0, c);
  AddLearner("l1", 0, c);
  return c;
}

TEST(ClassRules, APinCountsFirstSoThatTheRestServesWhomItDoesNot) {
  Class c = TwoTopics();
  Practise(c, 0, {"a0", "a1", "a2"}, true, 3);  // l0 has mastered a.
  c.request.page_size = 2;
  const Catalog& catalog = *c.snapshot->catalog;
  c.rules.pins = {{catalog.FindResource("a0"), ""}};
  const ClassPlan plan = c.Plan();
  ASSERT_EQ(plan.items.size(), 2u);
  EXPECT_EQ(catalog.resource(plan.items[0].resource).id, "a0");
  EXPECT_EQ(plan.items[0].num_learners_fit, 1);
  EXPECT_EQ(plan.items[0].reason_text,
            "Chosen by the teacher; suits 1 of them.");
  EXPECT_EQ(catalog.resource(plan.items[1].resource).kcs[0], "b");
  EXPECT_THAT(plan.unserved, IsEmpty());
}

TEST(ClassRules, AListThatIsEmptyOrFullOfPinsSaysWhy) {
  const auto all = [](const Class& c) {
    std::vector<ResourceId> ids;
    for (const auto& one : c.snapshot->catalog->resources()) {
      ids.push_back(one->id);
    }
    return ids;
  };
  Class banned = TwoTopics();
  banned.rules.bans = all(banned);
  EXPECT_THAT(banned.Plan().items, IsEmpty());
  EXPECT_THAT(banned.Plan().notices, Contains(HasSubstr("is banned")));
  EXPECT_EQ(banned.Plan().unserved.size(), 2u);

  Class mastered = TwoTopics();
  for (size_t learner : {0, 1})
    Practise(mastered, learner, all(mastered), true, 4);
  EXPECT_THAT(mastered.Plan().items, IsEmpty());
  EXPECT_THAT(mastered.Plan().notices,
              ElementsAre(HasSubstr("met or mastered")));
  EXPECT_THAT(mastered.Plan().see_first, IsEmpty());

  Class filtered = TwoTopics();
  filtered.request.filter.subject = "music";
  EXPECT_THAT(filtered.Plan().notices,
              Contains(HasSubstr("passes the filters")));

  Class short_time = TwoTopics();
  short_time.rules.max_minutes = 1;
  EXPECT_THAT(short_time.Plan().items, IsEmpty());
  EXPECT_THAT(short_time.Plan().notices, Contains(HasSubstr("takes longer")));

  Class pinned = TwoTopics();
  pinned.request.page_size = 1;
  pinned.rules.max_minutes = 1;
  pinned.rules.pins = {{ResourceIndex{0}, ""}, {ResourceIndex{1}, ""}};
  EXPECT_EQ(pinned.Plan().items.size(), 2u);
  EXPECT_THAT(
      pinned.Plan().notices,
      ElementsAre(HasSubstr("None of them has been seen"),
                  HasSubstr("take all places"), HasSubstr("they stay")));
  pinned.request.language = ReasonLanguage::kChinese;
  EXPECT_THAT(pinned.Plan().notices[1], HasSubstr("占满清单"));
}

TEST(ClassRules, ABanIsNotGivenInsteadEither) {
  Class c = TwoTopics();
  c.rules.bans = {"a0", "a1", "a2", "b0", "b1"};
  const ClassPlan plan = c.Plan();
  ASSERT_EQ(plan.items.size(), 1u);
  EXPECT_EQ(c.snapshot->catalog->resource(plan.items[0].resource).id, "b2");
}

}  // namespace
}  // namespace evenlight
