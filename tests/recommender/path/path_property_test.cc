// What holds of every path, on random worlds: cycles of prerequisites, missing
// models, hidden and expired resources, learners with and without real times.

#include <algorithm>
#include <functional>
#include <map>
#include <set>

#include "absl/strings/str_format.h"
#include "gtest/gtest.h"
#include "recommender/path/needs.h"
#include "recommender/ranking/eligibility.h"
#include "tests/recommender/path/path_world.h"

namespace evenlight {
namespace {

PathWorld RandomWorld(int seed) {
  Random random(static_cast<unsigned>(seed));
  PathWorld world;
  RandomWorldOptions options;
  options.num_kcs = 2 + Below(random, 12);
  options.num_resources = 20 + Below(random, 150);
  options.has_model = Chance(random, 0.8);
  options.has_plain_resources = Chance(random, 0.5);
  world.snapshot = RandomSnapshot(random, options);
  const int num_events = Chance(random, 0.2) ? 0 : Below(random, 80);
  world.state =
      RandomState(random, *world.snapshot, num_events, Chance(random, 0.3));
  world.profile = RandomProfile(random);
  std::set<KcId> kcs;
  for (int n = 1 + Below(random, 4); n > 0; --n) {
    kcs.insert(absl::StrFormat("k%03d", Below(random, options.num_kcs)));
  }
  world.goal = MakeGoal({kcs.begin(), kcs.end()}, 1 + Below(random, 40),
                        5 + Below(random, 60));
  world.goal.level = GoalLevel(3 + Below(random, 3));
  world.goal.utc_offset_minutes = 30 * (Below(random, 57) - 28);
  return world;
}

void ForEachWorld(const std::function<void(const PathWorld&)>& check) {
  for (int seed = 0; seed < 400; ++seed) {
    SCOPED_TRACE(absl::StrCat("seed ", seed));
    check(RandomWorld(seed));
    if (testing::Test::HasFailure()) return;
  }
}

TEST(PathProperty, NoDayHoldsMoreThanItsMinutes) {
  ForEachWorld([](const PathWorld& world) {
    const float spent = static_cast<float>(world.goal.minutes_per_day) / 3;
    std::map<int32_t, float> minutes;
    minutes[0] = spent;
    int32_t day = 0;
    for (const PathActivity& activity : world.Plan(kNow, spent).activities) {
      EXPECT_GE(activity.day, day) << "days are in order";
      day = activity.day;
      EXPECT_EQ(activity.minutes,
                world.catalog().resource(activity.resource).minutes);
      minutes[day] += activity.minutes;
    }
    for (const auto& [of, sum] : minutes) {
      EXPECT_LE(sum, static_cast<float>(world.goal.minutes_per_day) + 1e-2f);
    }
  });
}

// By the gate as it stands on the day, of the learner's grade or of any.
TEST(PathProperty, EveryActivityPassesTheGateOnItsDay) {
  int num_checked = 0;
  ForEachWorld([&](const PathWorld& world) {
    const PathCalendar calendar(world.goal, kNow);
    LearnerProfile any_grade = world.profile;
    any_grade.grade = 0;
    for (const PathActivity& activity : world.Plan().activities) {
      const LearnerView view = world.View(calendar.Begin(activity.day));
      const EligibilityGate gate(&view, any_grade, {}, Phase::kSelfStudy);
      const bool is_new = gate.CheckNew(activity.resource) == Refusal::kNone;
      const bool is_review =
          gate.CheckReview(activity.resource) == Refusal::kNone;
      EXPECT_TRUE(is_new || is_review)
          << world.IdOf(activity) << ": "
          << Name(gate.CheckNew(activity.resource)) << ", "
          << Name(gate.CheckReview(activity.resource));
      EXPECT_EQ(activity.kind == ActivityKind::kLearn,
                !IsPractice(world.KindOf(activity)));
      if (activity.kind == ActivityKind::kCheck) {
        EXPECT_TRUE(is_new) << "a check was never answered";
      }
      ++num_checked;
    }
  });
  EXPECT_GT(num_checked, 2'000);
}

// What an activity is for stands after the last of all that comes before it.
TEST(PathProperty, WhatComesBeforeIsDoneBefore) {
  int num_waits = 0;
  ForEachWorld([&](const PathWorld& world) {
    const LearnerView view = world.View();
    const PathPlan plan = world.Plan();
    std::map<KcIndex, size_t> last;  // New work of a kc.
    for (size_t at = 0; at < plan.activities.size(); ++at) {
      if (plan.activities[at].kind == ActivityKind::kReview) continue;
      for (const KcIndex kc : plan.activities[at].kcs) last[kc] = at;
    }
    for (size_t at = 0; at < plan.activities.size(); ++at) {
      if (plan.activities[at].kind == ActivityKind::kReview) continue;
      for (const KcIndex kc : plan.activities[at].kcs) {
        for (const KcIndex before :
             world.catalog().curriculum().Prerequisites(kc)) {
          if (view.kc(before).is_mastered || view.kc(before).is_presumed) {
            continue;
          }
          ASSERT_TRUE(last.count(before)) << "it is worked for";
          EXPECT_LT(last[before], at);
          ++num_waits;
        }
      }
    }
  });
  EXPECT_GT(num_waits, 300);
}

TEST(PathProperty, TheFirstActivityIsReadyNow) {
  ForEachWorld([](const PathWorld& world) {
    const PathPlan plan = world.Plan();
    if (plan.activities.empty()) return;
    EXPECT_TRUE(world.View().IsReady(plan.activities[0].resource));
  });
}

TEST(PathProperty, AResourceStandsOnceButForReviewsOnOtherDays) {
  ForEachWorld([](const PathWorld& world) {
    std::set<ResourceIndex> worked;
    std::set<std::pair<int32_t, ResourceIndex>> reviewed;
    for (const PathActivity& activity : world.Plan().activities) {
      if (activity.kind == ActivityKind::kReview) {
        EXPECT_TRUE(reviewed.emplace(activity.day, activity.resource).second);
      } else {
        EXPECT_TRUE(worked.insert(activity.resource).second);
      }
    }
    for (const auto& [day, resource] : reviewed) {
      EXPECT_FALSE(worked.count(resource));
    }
  });
}

TEST(PathProperty, AFeasiblePathCoversEveryKcOfTheGoal) {
  int num_feasible = 0;
  ForEachWorld([&](const PathWorld& world) {
    const PathPlan plan = world.Plan();
    const std::vector<Need> needs =
        FindNeeds(world.View(), world.goal, world.policy.mastered_p_known);
    if (!plan.is_feasible()) return;
    num_feasible += needs.empty() ? 0 : 1;
    for (const Need& need : needs) {
      const auto num_answers = std::count_if(
          plan.activities.begin(), plan.activities.end(),
          [&](const PathActivity& activity) {
            const auto& kcs = activity.kcs;
            return (activity.kind == ActivityKind::kPractise ||
                    activity.kind == ActivityKind::kCheck) &&
                   std::find(kcs.begin(), kcs.end(), need.kc) != kcs.end();
          });
      EXPECT_GE(num_answers, need.effort.num_right);
    }
    for (const PathKc& kc : plan.kcs) {
      EXPECT_TRUE(kc.outcome == KcOutcome::kReached ||
                  kc.outcome == KcOutcome::kInTime);
    }
  });
  EXPECT_GT(num_feasible, 50);
}

TEST(PathProperty, TheAnswerIsOfOnePiece) {
  std::map<GoalStatus, int> seen;
  ForEachWorld([&](const PathWorld& world) {
    const PathPlan plan = world.Plan();
    ASSERT_EQ(plan.kcs.size(), world.goal.kcs.size());
    const GoalProgress& progress = plan.progress;
    ++seen[progress.status];
    EXPECT_FALSE(progress.status_text.empty());
    EXPECT_LE(progress.num_reached, progress.num_kcs);
    int num_reached = 0;
    for (size_t k = 0; k < plan.kcs.size(); ++k) {
      EXPECT_EQ(plan.kcs[k].kc, world.goal.kcs[k]);
      EXPECT_FALSE(plan.kcs[k].reason_text.empty());
      EXPECT_EQ(plan.kcs[k].outcome == KcOutcome::kReached,
                world.IsReached(plan.kcs[k].kc));
      num_reached += plan.kcs[k].outcome == KcOutcome::kReached ? 1 : 0;
    }
    EXPECT_EQ(progress.num_reached, num_reached);
    const int32_t enough = progress.sufficient_minutes_a_day;
    if (progress.status == GoalStatus::kOnTrack) {
      EXPECT_LE(enough, world.goal.minutes_per_day);
    }
    if (progress.status == GoalStatus::kBehind && enough > 0) {
      EXPECT_GT(enough, world.goal.minutes_per_day);
      PathWorld more = world;
      more.goal.minutes_per_day = enough;
      EXPECT_EQ(more.Plan().progress.status, GoalStatus::kOnTrack);
    }
  });
  EXPECT_GT(seen[GoalStatus::kReached], 5);
  EXPECT_GT(seen[GoalStatus::kOnTrack], 50);
  EXPECT_GT(seen[GoalStatus::kBehind], 5);
  EXPECT_GT(seen[GoalStatus::kBlocked], 50);
}

TEST(PathProperty, TheSameInputGivesTheSamePath) {
  ForEachWorld([](const PathWorld& world) {
    const PathPlan plan = world.Plan();
    const PathPlan again = world.Plan();
    ASSERT_EQ(plan.activities.size(), again.activities.size());
    for (size_t at = 0; at < plan.activities.size(); ++at) {
      EXPECT_EQ(plan.activities[at].resource, again.activities[at].resource);
      EXPECT_EQ(plan.activities[at].day, again.activities[at].day);
      EXPECT_EQ(plan.activities[at].reason_text,
                again.activities[at].reason_text);
    }
    EXPECT_EQ(plan.progress.status_text, again.progress.status_text);
  });
}

}  // namespace
}  // namespace evenlight
