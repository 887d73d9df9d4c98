#include "tests/recommender/lists/list_laws.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "gtest/gtest.h"
#include "recommender/class_plan/lesson_list.h"
#include "recommender/path/calendar.h"
#include "recommender/path/path_plan.h"
#include "recommender/pipeline/pipeline.h"

namespace evenlight {
namespace {

constexpr float kRounding = 1e-3f;  // Of sums of minutes.

bool Holds(const std::vector<ResourceIndex>& list, ResourceIndex resource) {
  return std::find(list.begin(), list.end(), resource) != list.end();
}

// One learner's request.
struct Asked {
  explicit Asked(ListWorld& in)
      : world(in),
        learner(in.AnyLearner()),
        request(in.RandomRequest()),
        policy(in.RandomPolicy()) {}

  RankedList List() const {
    return Recommend({.snapshot = world.snapshot(),
                      .state = learner.state,
                      .profile = learner.profile,
                      .request = request,
                      .policy = policy,
                      .now = world.now(),
                      .pins = pins,
                      .bans = bans,
                      .minutes_left = left});
  }
  SecondOpinion Opinion() const {
    return world.OpinionOf(learner, request, policy);
  }
  // What a pin and what the service may give.
  bool MayPin(const SecondOpinion& opinion, ResourceIndex resource) const {
    return !Holds(bans, resource) && opinion.MayBeNew(resource);
  }
  bool MayAdd(const SecondOpinion& opinion, ResourceIndex resource) const {
    return !Holds(bans, resource) && opinion.MayBeGiven(resource);
  }
  bool FitsAlone(ResourceIndex resource) const {
    const Resource& r = world.catalog().resource(resource);
    return r.minutes <= left.all &&
           (!IsPractice(r.kind) || r.minutes <= left.written);
  }

  ListWorld& world;
  const ClassLearner& learner;
  RecommendationRequest request;
  RankingPolicy policy;
  std::vector<ResourceIndex> pins = {};
  std::vector<ResourceIndex> bans = {};
  MinutesLeft left = MinutesLeft::Unlimited();
};

void CheckNothingIneligibleOrTwice(const Asked& asked, const RankedList& list) {
  const SecondOpinion opinion = asked.Opinion();
  std::set<ResourceIndex> seen;
  for (const RankedResource& shown : list.shown) {
    EXPECT_TRUE(opinion.MayBe(shown.resource, shown.reason))
        << "resource " << ToInt(shown.resource) << " reason "
        << static_cast<int>(shown.reason);
    EXPECT_FALSE(Holds(asked.bans, shown.resource));
    EXPECT_TRUE(seen.insert(shown.resource).second)
        << "resource " << ToInt(shown.resource) << " twice";
  }
}

int NumWanted(const Asked& asked) {
  const SecondOpinion opinion = asked.Opinion();
  int num_fit = 0;
  for (int i = 0; i < asked.world.catalog().num_resources(); ++i) {
    num_fit += asked.MayAdd(opinion, ResourceIndex{i}) ? 1 : 0;
  }
  return std::min(asked.request.page_size, num_fit);
}

// What the service added fits; what the teacher chose is counted already.
void CheckMinutes(const Asked& asked, const RankedList& list) {
  float all = 0, written = 0;
  for (const RankedResource& shown : list.shown) {
    if (shown.reason == Reason::kAssigned) continue;
    const Resource& r = asked.world.catalog().resource(shown.resource);
    all += r.minutes;
    if (IsPractice(r.kind)) written += r.minutes;
  }
  EXPECT_LE(all, asked.left.all + kRounding);
  EXPECT_LE(written, asked.left.written + kRounding);
}

// May anything be given that fits? Else an empty list is right.
bool AnythingFits(const Asked& asked) {
  const SecondOpinion opinion = asked.Opinion();
  for (int i = 0; i < asked.world.catalog().num_resources(); ++i) {
    const ResourceIndex resource{i};
    if (asked.MayAdd(opinion, resource) && asked.FitsAlone(resource)) {
      return true;
    }
  }
  return std::any_of(asked.pins.begin(), asked.pins.end(),
                     [&](auto pin) { return asked.MayPin(opinion, pin); });
}

}  // namespace

int CheckLearnerList(ListWorld& world) {
  Asked asked(world);
  if (Chance(world.random(), 0.3)) asked.bans = world.RandomResources(0.3);
  if (Chance(world.random(), 0.3)) {
    asked.pins = world.RandomResources(0.1);
    // A teacher of each of two classes may have chosen it.
    if (!asked.pins.empty()) asked.pins.push_back(asked.pins.front());
  }
  const RankedList list = asked.List();
  CheckNothingIneligibleOrTwice(asked, list);
  EXPECT_EQ(static_cast<int>(list.shown.size()), NumWanted(asked));
  return static_cast<int>(list.shown.size());
}

int CheckCappedList(ListWorld& world) {
  Asked asked(world);
  if (Chance(world.random(), 0.3)) asked.bans = world.RandomResources(0.3);
  if (Chance(world.random(), 0.3)) asked.pins = world.RandomResources(0.1);
  const auto some = static_cast<float>(Below(world.random(), 60));
  asked.left = {Chance(world.random(), 0.3) ? asked.left.all : some,
                Chance(world.random(), 0.3) ? 0 : some / 2};
  const RankedList list = asked.List();
  CheckNothingIneligibleOrTwice(asked, list);
  CheckMinutes(asked, list);
  EXPECT_EQ(list.shown.empty(), !AnythingFits(asked));
  return static_cast<int>(list.shown.size());
}

int CheckPages(ListWorld& world) {
  Asked asked(world);
  const int num_eligible = asked.Opinion().NumEligible();
  int num_shown = 0;
  for (int page = 0; page <= kMaxListResources; ++page) {
    const RankedList list = asked.List();
    CheckNothingIneligibleOrTwice(asked, list);
    if (list.shown.empty()) break;
    num_shown += static_cast<int>(list.shown.size());
    for (const RankedResource& shown : list.shown) {
      asked.request.filter.exclude.push_back(
          world.catalog().resource(shown.resource).id);
    }
  }
  EXPECT_EQ(num_shown, num_eligible);
  return num_shown;
}

namespace {

// A class with random rules.
struct AskedClass {
  explicit AskedClass(ListWorld& in)
      : world(in), request(in.RandomRequest()), policy(in.RandomPolicy()) {
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
    return {world.snapshot(), world.learners(), request,
            policy,           world.now(),      rules};
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

  bool MayBeGivenToAnybody(ResourceIndex resource) const {
    return std::any_of(world.learners().begin(), world.learners().end(),
                       [&](const ClassLearner& learner) {
                         return WidestOpinionOf(learner).MayBeGiven(resource);
                       });
  }

  ListWorld& world;
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
  EXPECT_LE(added,
            std::max(0.0f, asked.rules.max_minutes - pinned) + kRounding);
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
  for (const ClassLearner& learner : asked.world.learners()) {
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

void CheckGroups(const AskedClass& asked, const ClassPlan& plan) {
  size_t num_placed = plan.unserved.size();
  std::set<LearnerId> placed;
  for (const UnservedLearner& unserved : plan.unserved) {
    placed.insert(unserved.learner);
  }
  for (const ClassGroup& group : plan.groups) {
    num_placed += group.learners.size();
    placed.insert(group.learners.begin(), group.learners.end());
    if (asked.IsPinned(group.resource)) continue;
    for (const ClassLearner& learner : asked.world.learners()) {
      if (std::count(group.learners.begin(), group.learners.end(),
                     learner.profile.id) == 0) {
        continue;
      }
      EXPECT_TRUE(asked.WidestOpinionOf(learner).MayBeGiven(group.resource))
          << learner.profile.id << " gets " << ToInt(group.resource);
    }
  }
  EXPECT_EQ(num_placed, asked.world.learners().size());
  EXPECT_EQ(placed.size(), asked.world.learners().size());
}

}  // namespace

int CheckClassList(ListWorld& world) {
  const AskedClass asked(world);
  const ClassPlan plan = PlanForClass(asked.Input());
  CheckItems(asked, plan);
  CheckNobodyIsLeftOut(asked, plan);
  CheckGroups(asked, plan);
  EXPECT_LE(plan.items.size(),
            std::max(asked.rules.pins.size(),
                     static_cast<size_t>(asked.request.page_size)));
  return static_cast<int>(plan.items.size());
}

int CheckLessonList(ListWorld& world) {
  const AskedClass asked(world);
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

namespace {

// One learner's goal.
struct AskedPath {
  explicit AskedPath(ListWorld& in)
      : world(in), learner(in.AnyLearner()), policy(in.RandomPolicy()) {
    Random& random = world.random();
    std::set<KcId> kcs;
    for (int n = 1 + Below(random, 3); n > 0; --n) {
      kcs.insert(world.catalog()
                     .kc(KcIndex{Below(random, world.catalog().num_kcs())})
                     .id);
    }
    goal.kcs.assign(kcs.begin(), kcs.end());
    goal.level = GoalLevel(3 + Below(random, 3));
    goal.due_time = world.now() + absl::Hours(12 + 24 * Below(random, 20));
    goal.minutes_per_day = 5 + Below(random, 40);
    goal.utc_offset_minutes = 30 * (Below(random, 57) - 28);
    minutes_spent = static_cast<float>(Below(random, 10));
  }

  SecondOpinion OpinionAt(absl::Time time, bool any_grade) const {
    LearnerProfile profile = learner.profile;
    if (any_grade) profile.grade = 0;
    return SecondOpinion({&world.snapshot(),
                          &learner.state,
                          profile,
                          {},
                          Phase::kSelfStudy,
                          policy.mastered_p_known,
                          time});
  }

  ListWorld& world;
  const ClassLearner& learner;
  RankingPolicy policy;
  Goal goal = {};
  float minutes_spent = 0;
};

}  // namespace

int CheckPath(ListWorld& world) {
  const AskedPath asked(world);
  const PathPlan plan =
      PlanPath({world.snapshot(), asked.learner.state, asked.learner.profile,
                asked.goal, asked.policy, world.now(), asked.minutes_spent});
  const PathCalendar calendar(asked.goal, world.now());
  std::set<ResourceIndex> worked;
  std::set<std::pair<int32_t, ResourceIndex>> reviewed;
  std::map<int32_t, float> minutes = {{0, asked.minutes_spent}};
  for (const PathActivity& activity : plan.activities) {
    // A review may fall due in the course of its day.
    const bool is_open = asked.OpinionAt(calendar.Begin(activity.day), true)
                             .MayBeGiven(activity.resource);
    const bool falls_due = activity.kind == ActivityKind::kReview &&
                           asked.OpinionAt(calendar.End(activity.day), true)
                               .MayBeReview(activity.resource);
    EXPECT_TRUE(is_open || falls_due) << "resource " << ToInt(activity.resource)
                                      << " on day " << activity.day;
    EXPECT_TRUE(activity.kind == ActivityKind::kReview
                    ? reviewed.emplace(activity.day, activity.resource).second
                    : worked.insert(activity.resource).second);
    EXPECT_LE(minutes[activity.day] += activity.minutes,
              static_cast<float>(asked.goal.minutes_per_day) + 1e-2f);
  }
  return static_cast<int>(plan.activities.size());
}

}  // namespace evenlight
