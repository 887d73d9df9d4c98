// Paths of tiny worlds beside the best of all possible orders, by dynamic
// programming over sets of questions.

#include <algorithm>
#include <limits>
#include <map>
#include <set>
#include <tuple>

#include "absl/strings/str_format.h"
#include "gtest/gtest.h"
#include "recommender/path/choices.h"
#include "recommender/path/needs.h"
#include "tests/recommender/path/path_world.h"

namespace evenlight {
namespace {

constexpr int kMaxQuestions = 12;

struct TinyOptions {
  bool has_equal_minutes = false;
  int num_kcs = 4;
};

PathWorld TinyWorld(int seed, const TinyOptions& options) {
  Random random(static_cast<unsigned>(seed));
  PathWorld world;
  std::vector<KnowledgeComponent> kcs;
  std::vector<Resource> resources;
  const auto name = [](int kc) { return absl::StrCat("k", kc); };
  std::vector<KcId> names;
  const int num_kcs = 2 + Below(random, options.num_kcs - 1);
  for (int kc = 0; kc < num_kcs; ++kc) {
    KnowledgeComponent component = Kc(name(kc));
    if (kc > 0 && Chance(random, 0.5)) {
      component.prerequisites.push_back(name(Below(random, num_kcs)));
    }
    kcs.push_back(component);
    names.push_back(name(kc));
  }
  for (int n = 0; n < kMaxQuestions; ++n) {
    Resource question =
        Question(absl::StrFormat("q%02d", n), {name(n % num_kcs)});
    if (Chance(random, 0.4)) {
      const KcId other = name(Below(random, num_kcs));
      if (other != question.kcs[0]) question.kcs.push_back(other);
    }
    question.minutes =
        options.has_equal_minutes
            ? 5
            : static_cast<float>(std::vector<int>{3, 5, 8}[Below(random, 3)]);
    resources.push_back(question);
  }
  ModelSet models;
  models.version = 1;
  // One or two right answers in a row, two to six answers expected.
  models.tracing =
      PlainTracing(names, {.p_init = Chance(random, 0.5) ? 0.2f : 0.5f,
                           .p_learn = 0.3f,
                           .p_forget = 0,
                           .p_slip = 0.05f,
                           .p_guess = 0.1f});
  world.snapshot = MakeSnapshot(kcs, resources, std::move(models));
  std::set<KcId> goal;
  for (int n = 1 + Below(random, 3); n > 0; --n) {
    goal.insert(name(Below(random, num_kcs)));
  }
  world.goal = MakeGoal({goal.begin(), goal.end()}, 1 + Below(random, 4),
                        8 + Below(random, 12));
  return world;
}

// Walks through all sets of questions that can be answered in some order, each
// only where what comes before it is done, and for each keeps the least (days,
// minutes of the last day).
class AllOrders {
 public:
  // `is_expected`: a kc takes its expected number of answers, else the fewest
  // right ones.
  AllOrders(const PathWorld& world, bool is_expected)
      : needs_(
            FindNeeds(world.View(), world.goal, world.policy.mastered_p_known)),
        view_(world.View()),
        choices_(FindChoices({.view = view_,
                              .profile = world.profile,
                              .goal = world.goal,
                              .policy = world.policy,
                              .needs = needs_})),
        minutes_per_day_(static_cast<float>(world.goal.minutes_per_day)) {
    for (size_t need = 0; need < needs_.size(); ++need) {
      const auto num_questions =
          static_cast<int32_t>(choices_.questions[need].size());
      takes_.push_back(is_expected
                           ? std::min(needs_[need].num_answers, num_questions)
                           : needs_[need].effort.num_right);
    }
    Walk();
  }

  // Infinite if no order reaches all.
  int num_questions() const { return num_questions_; }
  int num_days() const { return num_days_; }
  // The most goals that some order reaches within so many days.
  int MostGoals(int num_days) const {
    int most = 0;
    for (const auto& [days, goals] : reached_) {
      if (days <= num_days) most = std::max(most, goals);
    }
    return most;
  }

 private:
  using Time = std::pair<int, float>;  // Days, minutes of the last.
  static constexpr int kNever = std::numeric_limits<int>::max();

  // Answers that count in set `set`: those given after what comes before is
  // done. Whether a need is done depends on the order, so sets are kept apart
  // by it too: the state is the counts.
  struct State {
    std::vector<int32_t> counts;
    uint32_t set = 0;
    friend bool operator<(const State& a, const State& b) {
      return std::tie(a.set, a.counts) < std::tie(b.set, b.counts);
    }
  };

  bool IsDone(const State& state, NeedIndex need) const {
    return state.counts[need] >= takes_[need];
  }
  bool AllDone(const State& state, const std::vector<NeedIndex>& needs) const {
    return std::all_of(needs.begin(), needs.end(),
                       [&](NeedIndex n) { return IsDone(state, n); });
  }

  void Walk() {
    std::map<State, Time> layer;
    layer[{std::vector<int32_t>(needs_.size(), 0), 0}] = {1, 0};
    int num_given = 0;
    for (; !layer.empty(); ++num_given) {
      std::map<State, Time> next;
      for (const auto& [state, time] : layer) {
        Judge(state, time, num_given);
        Step(state, time, next);
      }
      layer = std::move(next);
    }
  }

  void Judge(const State& state, const Time& time, int num_given) {
    int num_goals = 0;
    bool is_all = true;
    for (size_t need = 0; need < needs_.size(); ++need) {
      const bool is_done = IsDone(state, static_cast<NeedIndex>(need));
      is_all &= is_done;
      num_goals += is_done && needs_[need].is_goal ? 1 : 0;
    }
    reached_.emplace(time.first, num_goals);
    if (!is_all) return;
    num_questions_ = std::min(num_questions_, num_given);
    num_days_ = std::min(num_days_, time.first);
  }

  void Step(const State& state, const Time& time,
            std::map<State, Time>& next) const {
    for (size_t index = 0; index < choices_.all.size(); ++index) {
      const Choice& choice = choices_.all[index];
      if ((state.set >> index & 1) != 0 || choice.minutes > minutes_per_day_ ||
          !AllDone(state, choice.before)) {
        continue;
      }
      State after = state;
      after.set |= 1u << index;
      for (const NeedIndex need : choice.needs) {
        if (!AllDone(state, needs_[need].before)) continue;
        if (after.counts[need] < takes_[need]) ++after.counts[need];
      }
      if (after.counts == state.counts) continue;
      Time then = {time.first, time.second + choice.minutes};
      if (then.second > minutes_per_day_) {
        then = {time.first + 1, choice.minutes};
      }
      const auto [found, is_new] = next.try_emplace(after, then);
      if (!is_new) found->second = std::min(found->second, then);
    }
  }

  const std::vector<Need> needs_;
  const LearnerView view_;
  const PathChoices choices_;
  const float minutes_per_day_;
  std::vector<int32_t> takes_;
  int num_questions_ = kNever;
  int num_days_ = kNever;
  std::set<std::pair<int, int>> reached_;  // Days and goals.
};

// Planned again after every answer, all of them right.
int AnswersOfAlwaysRight(PathWorld world) {
  absl::Time now = kNow;
  world.goal = MakeGoal(world.goal.kcs, 60, 60);
  int num_answers = 0;
  while (!world.IsGoalReached(now)) {
    const PathPlan plan = world.Plan(now);
    if (plan.activities.empty()) return 10'000;
    now += absl::Minutes(1);
    Apply(*world.snapshot,
          Answer(*world.snapshot, world.IdOf(plan.activities[0]), true, now),
          world.state);
    ++num_answers;
  }
  return num_answers;
}

TEST(PathBruteForce, WhoIsAlwaysRightTakesAtMostAFifthMoreThanTheFewest) {
  int num_worlds = 0;
  int num_more = 0;
  double worst = 1;
  for (int seed = 0; seed < 1'000; ++seed) {
    PathWorld world = TinyWorld(seed, {});
    const int fewest = AllOrders(world, false).num_questions();
    if (fewest > 100 || fewest == 0) continue;
    ++num_worlds;
    const int taken = AnswersOfAlwaysRight(world);
    const double ratio = static_cast<double>(taken) / fewest;
    num_more += taken > fewest ? 1 : 0;
    worst = std::max(worst, ratio);
    EXPECT_LE(taken, 1.2 * fewest)
        << "seed " << seed << ": " << taken << " of " << fewest;
  }
  RecordProperty("worlds", num_worlds);
  RecordProperty("more_than_the_fewest", num_more);
  RecordProperty("worst_ratio", absl::StrCat(worst));
  EXPECT_GT(num_worlds, 300);
}

TEST(PathBruteForce, CannotIsSaidOnlyOfWhatNoOrderCanDo) {
  int num_feasible = 0;
  int num_infeasible = 0;
  int num_wrong = 0;
  for (int seed = 0; seed < 1'000; ++seed) {
    PathWorld world = TinyWorld(seed, {.has_equal_minutes = seed % 2 == 0});
    const AllOrders best(world, true);
    const PathPlan plan = world.Plan();
    const int num_days = plan.progress.days_left;
    const bool is_possible = best.num_days() <= num_days;
    if (plan.is_feasible()) {
      // With fewer questions than expected where there are no more.
      EXPECT_LE(AllOrders(world, false).num_days(), num_days)
          << "seed " << seed;
      ++num_feasible;
    } else {
      ++num_infeasible;
      num_wrong += is_possible ? 1 : 0;
    }
  }
  // The schedule is greedy, in several ways: the best of them misses an order
  // now and then.
  RecordProperty("feasible", num_feasible);
  RecordProperty("infeasible", num_infeasible);
  RecordProperty("infeasible_wrongly", num_wrong);
  EXPECT_LE(num_wrong, num_infeasible / 100);
  EXPECT_GT(num_feasible, 200);
  EXPECT_GT(num_infeasible, 200);
}

TEST(PathBruteForce, WhatCanBeReachedInTimeIsTheMostThatCan) {
  int num_short = 0;
  int num_worlds = 0;
  for (int seed = 0; seed < 1'000; ++seed) {
    PathWorld world = TinyWorld(seed, {.has_equal_minutes = seed % 2 == 0});
    const PathPlan plan = world.Plan();
    if (plan.is_feasible()) continue;
    const auto num_reached = static_cast<int>(std::count_if(
        plan.kcs.begin(), plan.kcs.end(),
        [](const PathKc& kc) { return kc.outcome == KcOutcome::kInTime; }));
    const int most = AllOrders(world, true).MostGoals(plan.progress.days_left);
    EXPECT_LE(num_reached,
              AllOrders(world, false).MostGoals(plan.progress.days_left))
        << "seed " << seed;
    ++num_worlds;
    num_short += num_reached < most ? 1 : 0;
  }
  RecordProperty("infeasible", num_worlds);
  RecordProperty("fewer_goals_than_can", num_short);
  EXPECT_LE(num_short, num_worlds * 3 / 100);
}

}  // namespace
}  // namespace evenlight
