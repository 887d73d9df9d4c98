// The laws of a path to a goal.

#include <algorithm>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "recommender/path/calendar.h"
#include "recommender/path/path_plan.h"
#include "recommender/state/mastery.h"
#include "tests/recommender/lists/list_laws.h"

namespace evenlight {
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

// What the goal stands on, from the catalog and the state alone.
class Foundation {
 public:
  explicit Foundation(const AskedPath& asked)
      : asked_(asked),
        catalog_(asked.world.catalog()),
        now_(asked.OpinionAt(asked.world.now(), true)) {
    for (const KcId& id : asked.goal.kcs) {
      const KcIndex kc = catalog_.FindKc(id);
      all_.insert(kc);
      if (!IsReached(kc)) missing_.insert(kc);
    }
    AddWhatComesBefore(all_, [](KcIndex) { return true; });
    AddWhatComesBefore(missing_, [&](KcIndex kc) { return !now_.IsKnown(kc); });
  }

  // On a question of a kc that is missing, before which nothing is: a step that
  // could be taken at once. On one of what is mastered: a review.
  bool IsStep(ResourceIndex resource) const {
    const auto kcs = catalog_.KcsOf(resource);
    return IsQuestion(resource) &&
           std::any_of(kcs.begin(), kcs.end(),
                       [&](KcIndex kc) { return missing_.count(kc) > 0; }) &&
           std::all_of(kcs.begin(), kcs.end(),
                       [&](KcIndex kc) { return IsOpen(kc); });
  }
  bool IsReview(ResourceIndex resource, absl::Time time) const {
    const auto kcs = catalog_.KcsOf(resource);
    return IsQuestion(resource) &&
           std::any_of(kcs.begin(), kcs.end(),
                       [&](KcIndex kc) {
                         return all_.count(kc) > 0 && IsDue(kc, time);
                       }) &&
           std::all_of(kcs.begin(), kcs.end(), [&](KcIndex kc) {
             return now_.IsMastered(kc) && missing_.count(kc) == 0;
           });
  }

  // Would the gate pass it for what it reviews beside?
  bool HasDue(ResourceIndex resource, absl::Time time) const {
    const auto kcs = catalog_.KcsOf(resource);
    return std::any_of(kcs.begin(), kcs.end(),
                       [&](KcIndex kc) { return IsDue(kc, time); });
  }

 private:
  static float ShareOf(GoalLevel level) {
    if (level == GoalLevel::kMastered) return 1;
    return level == GoalLevel::kProficient ? 0.8f : 0.5f;
  }

  // A path does not count on what is not published yet.
  bool IsQuestion(ResourceIndex resource) const {
    const Resource& r = catalog_.resource(resource);
    return IsPractice(r.kind) && r.publish_time <= asked_.world.now();
  }

  bool IsReached(KcIndex kc) const {
    const TracingModel& tracing = asked_.world.snapshot().models->tracing;
    const BktParams& bkt = tracing.Bkt(tracing.FindKc(catalog_.key(kc)));
    const Mastery mastery = At(kc, asked_.world.now());
    return mastery.is_practised &&
           mastery.p_known >=
               ShareOf(asked_.goal.level) *
                   MasteredFrom(bkt, asked_.policy.mastered_p_known);
  }

  bool IsDue(KcIndex kc, absl::Time time) const {
    return now_.IsMastered(kc) && At(kc, time).recall < kDueRecall;
  }

  Mastery At(KcIndex kc, absl::Time time) const {
    return MasteryOf(asked_.world.snapshot().models->tracing,
                     asked_.learner.state, catalog_.key(kc), time);
  }

  bool IsOpen(KcIndex kc) const {
    const auto before = catalog_.curriculum().Prerequisites(kc);
    return std::all_of(before.begin(), before.end(),
                       [&](KcIndex first) { return now_.IsKnown(first); });
  }

  template <typename Accept>
  void AddWhatComesBefore(std::set<KcIndex>& kcs, Accept accept) const {
    std::vector<KcIndex> open(kcs.begin(), kcs.end());
    while (!open.empty()) {
      const KcIndex kc = open.back();
      open.pop_back();
      for (const KcIndex first : catalog_.curriculum().Prerequisites(kc)) {
        if (accept(first) && kcs.insert(first).second) open.push_back(first);
      }
    }
  }

  const AskedPath& asked_;
  const Catalog& catalog_;
  const SecondOpinion now_;
  std::set<KcIndex> all_;
  std::set<KcIndex> missing_;
};

// Of which kcs the learner's own grade has a step, now or within the path. What
// other grades have counts only beside these.
std::set<KcIndex> KcsOfOwnGrade(const AskedPath& asked,
                                const Foundation& foundation,
                                const PathCalendar& calendar, int32_t last) {
  const Catalog& catalog = asked.world.catalog();
  std::set<KcIndex> kcs;
  for (int32_t day = 0; day <= std::max(last, 1); ++day) {
    const SecondOpinion own = asked.OpinionAt(calendar.Begin(day), false);
    for (int i = 0; i < catalog.num_resources(); ++i) {
      const ResourceIndex resource{i};
      if (!foundation.IsStep(resource) || !own.MayBeGiven(resource)) continue;
      const auto of = catalog.KcsOf(resource);
      kcs.insert(of.begin(), of.end());
    }
  }
  return kcs;
}

// A step or a review that fits a day of the path alone; kNone if there is none.
ResourceIndex SomethingToDo(const AskedPath& asked,
                            const PathCalendar& calendar) {
  const Foundation foundation(asked);
  const Catalog& catalog = asked.world.catalog();
  const int32_t last = calendar.LastDay(asked.goal.due_time);
  const std::set<KcIndex> of_own_grade =
      KcsOfOwnGrade(asked, foundation, calendar, last);
  for (int32_t day = 0; day <= last; ++day) {
    const absl::Time time = calendar.Begin(day);
    const SecondOpinion own = asked.OpinionAt(time, false);
    const SecondOpinion any = asked.OpinionAt(time, true);
    const float left = static_cast<float>(asked.goal.minutes_per_day) -
                       (day == 0 ? asked.minutes_spent : 0);
    for (int i = 0; i < catalog.num_resources(); ++i) {
      const ResourceIndex resource{i};
      const Resource& r = catalog.resource(resource);
      if (r.minutes > left || r.expire_time < calendar.End(day)) continue;
      const auto kcs = catalog.KcsOf(resource);
      const bool is_beside =
          std::none_of(kcs.begin(), kcs.end(),
                       [&](KcIndex kc) { return of_own_grade.count(kc) > 0; });
      if (foundation.IsStep(resource) && !foundation.HasDue(resource, time) &&
          (is_beside ? any : own).MayBeGiven(resource)) {
        return resource;
      }
      if (foundation.IsReview(resource, time) && own.MayBeReview(resource)) {
        return resource;
      }
    }
  }
  return ResourceIndex::kNone;
}

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
  if (plan.activities.empty()) {
    const ResourceIndex left_out = SomethingToDo(asked, calendar);
    EXPECT_EQ(left_out, ResourceIndex::kNone)
        << "left out: " << ToInt(left_out);
  }
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
    EXPECT_LE(
        minutes[activity.day] += activity.minutes,
        static_cast<float>(asked.goal.minutes_per_day) + kMinutesRounding);
  }
  return static_cast<int>(plan.activities.size());
}

}  // namespace evenlight
