// The laws of the lists that a teacher asks for.

#include <algorithm>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "recommender/class_plan/class_plan.h"
#include "recommender/class_plan/lesson_list.h"
#include "tests/recommender/lists/list_laws.h"

namespace evenlight {
namespace {

// A class, or some learners who are named, with random rules.
struct AskedClass {
  AskedClass(ListWorld& in, std::vector<ClassLearner> of_whom)
      : world(in),
        learners(std::move(of_whom)),
        request(in.RandomRequest()),
        policy(in.RandomPolicy()) {
    Random& random = world.random();
    if (Chance(random, 0.4)) {
      for (const ResourceIndex resource : world.RandomResources(0.2)) {
        rules.bans.push_back(IdOf(resource));
      }
    }
    if (Chance(random, 0.4)) {
      for (const ResourceIndex resource : world.RandomResources(0.08)) {
        if (!IsBanned(resource)) rules.pins.push_back({resource, ""});
      }
    }
    if (Chance(random, 0.4)) {
      rules.max_minutes = static_cast<float>(1 + Below(random, 60));
    }
    if (Chance(random, 0.3)) rules.floor = 0.6f;
  }

  ClassPlanInput Input() const {
    return {world.snapshot(), learners, request, policy, world.now(), rules};
  }
  const ResourceId& IdOf(ResourceIndex resource) const {
    return world.catalog().resource(resource).id;
  }
  bool IsBanned(ResourceIndex resource) const {
    return std::count(rules.bans.begin(), rules.bans.end(), IdOf(resource)) > 0;
  }
  bool IsPinned(ResourceIndex resource) const {
    return std::any_of(rules.pins.begin(), rules.pins.end(),
                       [&](const auto& p) { return p.resource == resource; });
  }

  // As the request is, and as the phase before class widens it: by what the
  // lesson builds on, and by lower grades.
  SecondOpinion OpinionOf(const ClassLearner& learner) const {
    RecommendationRequest asked = request;
    asked.filter.exclude.insert(asked.filter.exclude.end(), rules.bans.begin(),
                                rules.bans.end());
    return world.OpinionOf(learner, asked, policy);
  }
  SecondOpinion WidestOpinionOf(const ClassLearner& learner) const {
    if (request.phase != Phase::kPreClass) return OpinionOf(learner);
    ClassLearner any_grade = learner;
    any_grade.profile.grade = 0;
    RecommendationRequest asked = request;
    asked.filter.grade = 0;
    asked.filter.kcs.clear();
    return SecondOpinion({&world.snapshot(), &learner.state, any_grade.profile,
                          asked.filter, asked.phase, policy.mastered_p_known,
                          world.now()});
  }

  // What a teacher pins need not fit the request, but the learner.
  SecondOpinion PinOpinionOf(const ClassLearner& learner) const {
    RecommendationRequest asked;
    asked.phase = Phase::kUnspecified;
    asked.filter.grade = request.filter.grade;
    return world.OpinionOf(learner, asked, policy);
  }

  bool MayBeGivenToAnybody(ResourceIndex resource) const {
    return std::any_of(learners.begin(), learners.end(),
                       [&](const ClassLearner& learner) {
                         return WidestOpinionOf(learner).MayBeGiven(resource);
                       });
  }

  ListWorld& world;
  std::vector<ClassLearner> learners;
  RecommendationRequest request;
  RankingPolicy policy;
  ClassRules rules = {};
};

void CheckItems(const AskedClass& asked, const ClassPlan& plan) {
  std::set<ResourceIndex> seen;
  float pinned = 0, added = 0;
  for (const ClassItem& item : plan.items) {
    const float minutes = asked.world.catalog().resource(item.resource).minutes;
    EXPECT_TRUE(seen.insert(item.resource).second);
    EXPECT_FALSE(asked.IsBanned(item.resource));
    if (asked.IsPinned(item.resource)) {
      pinned += minutes;
      EXPECT_EQ(
          CheckPin(asked.world.catalog(), item.resource, asked.world.now()),
          Refusal::kNone);
      continue;
    }
    added += minutes;
    EXPECT_TRUE(asked.MayBeGivenToAnybody(item.resource))
        << "resource " << ToInt(item.resource);
  }
  if (asked.rules.max_minutes == 0) return;
  EXPECT_LE(added, std::max(0.0f, asked.rules.max_minutes - pinned) +
                       kMinutesRounding);
}

// For the class and for each learner: is nothing given only where nothing can?
void CheckNobodyIsLeftOut(const AskedClass& asked, const ClassPlan& plan) {
  bool anything_fits = false;
  float minutes_left = asked.rules.max_minutes;
  for (const ClassPin& pin : asked.rules.pins) {
    minutes_left -= asked.world.catalog().resource(pin.resource).minutes;
  }
  std::map<LearnerId, bool> has_any;
  std::map<LearnerId, const ClassLearner*> learners;
  for (const ClassLearner& learner : asked.learners) {
    learners[learner.profile.id] = &learner;
    const SecondOpinion opinion = asked.OpinionOf(learner);
    for (int i = 0; i < asked.world.catalog().num_resources(); ++i) {
      const ResourceIndex resource{i};
      if (!opinion.MayBeGiven(resource)) continue;
      has_any[learner.profile.id] = true;
      anything_fits |=
          asked.rules.max_minutes == 0 ||
          asked.world.catalog().resource(resource).minutes <= minutes_left;
    }
  }
  EXPECT_FALSE(anything_fits && plan.items.empty());
  for (const UnservedLearner& unserved : plan.unserved) {
    if (unserved.instead == ResourceIndex::kNone) {
      EXPECT_FALSE(has_any[unserved.learner]) << unserved.learner;
      continue;
    }
    EXPECT_FALSE(asked.IsBanned(unserved.instead));
    EXPECT_TRUE(asked.WidestOpinionOf(*learners.at(unserved.learner))
                    .MayBeGiven(unserved.instead))
        << "instead " << ToInt(unserved.instead);
  }
}

// A resource of the list and whom it serves.
void CheckGroup(const AskedClass& asked, const ClassGroup& group) {
  for (const ClassLearner& learner : asked.learners) {
    if (std::count(group.learners.begin(), group.learners.end(),
                   learner.profile.id) == 0) {
      continue;
    }
    const SecondOpinion opinion = asked.IsPinned(group.resource)
                                      ? asked.PinOpinionOf(learner)
                                      : asked.WidestOpinionOf(learner);
    EXPECT_TRUE(opinion.MayBeGiven(group.resource))
        << learner.profile.id << " gets " << ToInt(group.resource);
  }
}

// Every learner stands in one group or is told of something else, once.
void CheckGroups(const AskedClass& asked, const ClassPlan& plan) {
  std::multiset<LearnerId> placed, expected;
  for (const UnservedLearner& unserved : plan.unserved) {
    placed.insert(unserved.learner);
  }
  std::set<ResourceIndex> listed, grouped;
  for (const ClassItem& item : plan.items) listed.insert(item.resource);
  for (const ClassGroup& group : plan.groups) {
    EXPECT_FALSE(group.learners.empty());
    EXPECT_TRUE(listed.count(group.resource)) << ToInt(group.resource);
    EXPECT_TRUE(grouped.insert(group.resource).second)
        << "two groups of " << ToInt(group.resource);
    placed.insert(group.learners.begin(), group.learners.end());
    CheckGroup(asked, group);
  }
  for (const ClassLearner& learner : asked.learners) {
    expected.insert(learner.profile.id);
  }
  EXPECT_EQ(placed, expected);
}

int CheckPlan(const AskedClass& asked) {
  const ClassPlan plan = PlanForClass(asked.Input());
  CheckItems(asked, plan);
  CheckNobodyIsLeftOut(asked, plan);
  CheckGroups(asked, plan);
  EXPECT_LE(plan.items.size(),
            std::max(asked.rules.pins.size(),
                     static_cast<size_t>(asked.request.page_size)));
  return static_cast<int>(plan.items.size());
}

}  // namespace

int CheckClassList(ListWorld& world) {
  return CheckPlan(AskedClass(world, world.learners()));
}

int CheckGroupList(ListWorld& world) {
  std::vector<ClassLearner> named = world.learners();
  std::shuffle(named.begin(), named.end(), world.random());
  named.resize(1 + Below(world.random(), static_cast<int>(named.size())));
  return CheckPlan(AskedClass(world, std::move(named)));
}

int CheckLessonList(ListWorld& world) {
  const AskedClass asked(world, world.learners());
  const LessonList list = RankForLesson(asked.Input());
  const auto may_be_taught = [&](ResourceIndex resource) {
    return std::any_of(world.learners().begin(), world.learners().end(),
                       [&](const ClassLearner& learner) {
                         return world
                             .OpinionOf(learner, asked.request, asked.policy)
                             .MayBeTaught(resource);
                       });
  };
  std::set<ResourceIndex> seen;
  for (const LessonResource& one : list.resources) {
    EXPECT_TRUE(seen.insert(one.resource).second);
    EXPECT_TRUE(may_be_taught(one.resource)) << ToInt(one.resource);
  }
  int num_fit = 0;
  for (int i = 0; i < world.catalog().num_resources(); ++i) {
    num_fit += may_be_taught(ResourceIndex{i}) ? 1 : 0;
  }
  EXPECT_EQ(static_cast<int>(list.resources.size()),
            std::min(asked.request.page_size, num_fit));
  return static_cast<int>(list.resources.size());
}

}  // namespace evenlight
