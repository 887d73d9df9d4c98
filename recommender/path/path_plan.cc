#include "recommender/path/path_plan.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "recommender/path/path_sentences.h"
#include "recommender/ranking/explain.h"

namespace evenlight {
namespace {

constexpr int32_t kHorizonDays = 731;
constexpr int32_t kMaxMinutes = 600;
// So many needs are few, and so many goals have their turn to be the first.
constexpr size_t kSmall = 16;
constexpr size_t kMaxFirstGoals = 4;

class Planner {
 public:
  explicit Planner(const PathInput& input)
      : input_(input),
        catalog_(*input.snapshot.catalog),
        view_(&input.snapshot, &input.state, input.now,
              input.policy.mastered_p_known),
        calendar_(input.goal, input.now),
        last_day_(
            std::min(calendar_.LastDay(input.goal.due_time), kHorizonDays - 1)),
        needs_(FindNeeds(view_, input.goal, input.policy.mastered_p_known)),
        choices_(FindChoices({.view = view_,
                              .profile = input.profile,
                              .goal = input.goal,
                              .policy = input.policy,
                              .needs = needs_})) {}

  PathPlan Plan() {
    PathPlan plan;
    expected_ = Best();
    most_ = expected_.IsDone() ? expected_
                               : BestEssential(kMaxMinutes, kHorizonDays - 1);
    for (const Scheduled& scheduled : expected_.activities) {
      if (scheduled.day > last_day_) break;
      plan.activities.push_back(ActivityOf(scheduled));
    }
    for (const KcId& kc : input_.goal.kcs) plan.kcs.push_back(OutcomeOf(kc));
    plan.progress = ProgressOf(plan.kcs);
    if (input_.snapshot.models->version == 0) {
      plan.degraded.push_back("no model is serving");
    }
    return plan;
  }

 private:
  // --- Schedules ---

  Schedule Make(int32_t minutes_a_day, int32_t num_days, bool is_comfortable,
                const ScheduleStyle& style) const {
    return MakeSchedule(
        {.needs = needs_, .choices = choices_, .calendar = calendar_},
        {.minutes_per_day = static_cast<float>(minutes_a_day),
         .minutes_spent_today = input_.minutes_spent_today,
         .num_days = num_days,
         .is_comfortable = is_comfortable,
         .num_review_days = last_day_ + 1,
         .style = style});
  }

  // Packing is hard (it is bin packing at least), so greedy ways are tried one
  // after another until one will do: many where there is little to pack.
  std::vector<ScheduleStyle> Styles() const {
    const bool is_small = needs_.size() <= kSmall;
    std::vector<NeedIndex> first_goals = {-1};
    for (size_t need = 0; need < needs_.size() && is_small; ++need) {
      if (!needs_[need].is_goal || first_goals.size() > kMaxFirstGoals)
        continue;
      first_goals.push_back(static_cast<NeedIndex>(need));
    }
    std::vector<ScheduleStyle> styles;
    for (const NeedIndex goal : first_goals) {
      for (const bool is_patient : {true, false}) {
        for (const bool takes_longest : {false, true}) {
          for (const bool is_thrifty : {false, true}) {
            if (is_thrifty && !is_small) continue;
            styles.push_back({is_patient, takes_longest, is_thrifty, goal});
          }
        }
      }
    }
    return styles;
  }

  // The comfortable schedule if it is in time; else an essential one.
  Schedule Best() const {
    const int32_t minutes = input_.goal.minutes_per_day;
    if (last_day_ >= 0) {
      Schedule comfortable = Make(minutes, last_day_ + 1, true, {});
      if (comfortable.NumGoalsBy(last_day_, needs_) ==
          NumOpenGoals(comfortable)) {
        return comfortable;
      }
    }
    return BestEssential(minutes, last_day_);
  }

  // The one that reaches most goals by `day`, and all of them first.
  Schedule BestEssential(int32_t minutes_a_day, int32_t day) const {
    Schedule best;
    std::pair<int32_t, int32_t> best_rank;
    for (const ScheduleStyle& style : Styles()) {
      Schedule schedule = Make(minutes_a_day, kHorizonDays, false, style);
      const int32_t num_goals = schedule.NumGoalsBy(day, needs_);
      const std::pair<int32_t, int32_t> rank = {-num_goals, LastDone(schedule)};
      if (best.done_day.empty() || rank < best_rank) {
        best = std::move(schedule);
        best_rank = rank;
      }
      if (num_goals == NumOpenGoals(best)) break;
    }
    return best;
  }

  // Of the goals that have questions enough.
  int32_t NumOpenGoals(const Schedule& schedule) const {
    int32_t num = 0;
    for (size_t need = 0; need < needs_.size(); ++need) {
      num += needs_[need].is_goal && !schedule.is_blocked[need] ? 1 : 0;
    }
    return num;
  }

  // Its last day, or a day beyond all if some need is not done.
  int32_t LastDone(const Schedule& schedule) const {
    int32_t last = -1;
    for (const int32_t day : schedule.done_day) {
      last = std::max(last, day < 0 ? kHorizonDays : day);
    }
    return last;
  }

  // --- Activities ---

  // A goal that builds on `need`, the nearest in order; empty if it is one.
  std::string GoalBehind(NeedIndex need) const {
    if (need < 0 || needs_[need].is_goal) return "";
    std::vector<bool> builds(needs_.size(), false);
    builds[need] = true;
    for (size_t next = static_cast<size_t>(need) + 1; next < needs_.size();
         ++next) {
      builds[next] =
          std::any_of(needs_[next].before.begin(), needs_[next].before.end(),
                      [&](NeedIndex b) { return builds[b]; });
      if (builds[next] && needs_[next].is_goal) {
        return TitleOf(catalog_, needs_[next].kc);
      }
    }
    return "";
  }

  PathActivity ActivityOf(const Scheduled& scheduled) const {
    const Choice& choice = choices_.all[scheduled.choice];
    PathActivity activity;
    activity.kind = scheduled.kind;
    activity.resource = choice.resource;
    activity.kcs.push_back(scheduled.kc);
    for (const NeedIndex need : scheduled.serves) {
      if (needs_[need].kc != scheduled.kc) {
        activity.kcs.push_back(needs_[need].kc);
      }
    }
    activity.minutes = choice.minutes;
    activity.day = scheduled.day;
    activity.date = calendar_.Date(scheduled.day);
    activity.reason_text =
        ExplainActivity(scheduled.kind, TitleOf(catalog_, scheduled.kc),
                        GoalBehind(scheduled.need), input_.language);
    return activity;
  }

  // --- Kcs of the goal ---

  std::optional<NeedIndex> NeedOf(KcIndex kc) const {
    for (size_t need = 0; need < needs_.size(); ++need) {
      if (needs_[need].kc == kc && needs_[need].is_goal) {
        return static_cast<NeedIndex>(need);
      }
    }
    return std::nullopt;
  }

  PathKc OutcomeOf(const KcId& id) const {
    PathKc kc;
    kc.kc = id;
    const KcIndex index = catalog_.FindKc(id);
    if (index == KcIndex::kNone) {
      kc.outcome = KcOutcome::kBlocked;
      kc.reason_text = ExplainMissing(input_.language);
      return kc;
    }
    kc.p_known = view_.kc(index).p_known;
    if (const std::optional<NeedIndex> need = NeedOf(index)) {
      Judge(*need, kc);
    } else {
      kc.reason_text = ExplainOutcome(kc.outcome, "", input_.language);
    }
    return kc;
  }

  void Judge(NeedIndex need, PathKc& kc) const {
    kc.num_expected_answers = needs_[need].num_answers;
    const int32_t day = expected_.done_day[need];
    if (day < 0 && IsBlocked(need)) {
      kc.outcome = KcOutcome::kBlocked;
      kc.reason_text = ExplainObstacle(ObstacleOf(need), input_.language);
      return;
    }
    kc.outcome =
        day >= 0 && day <= last_day_ ? KcOutcome::kInTime : KcOutcome::kLate;
    if (day >= 0) kc.date = calendar_.Date(day);
    kc.reason_text = ExplainOutcome(kc.outcome, kc.date, input_.language);
  }

  // No number of minutes a day would help.
  bool IsBlocked(NeedIndex need) const { return most_.done_day[need] < 0; }

  // The first of what leads to `need` that cannot be done itself.
  Obstacle ObstacleOf(NeedIndex need) const {
    for (const NeedIndex before : needs_[need].before) {
      if (IsBlocked(before)) return ObstacleOf(before);
    }
    return {TitleOf(catalog_, needs_[need].kc),
            static_cast<int32_t>(choices_.questions[need].size()),
            needs_[need].effort.num_right};
  }

  // --- The goal ---

  GoalProgress ProgressOf(const std::vector<PathKc>& kcs) const {
    GoalProgress progress;
    progress.num_kcs = static_cast<int32_t>(kcs.size());
    for (const PathKc& kc : kcs) {
      if (kc.outcome == KcOutcome::kReached) ++progress.num_reached;
      progress.mean_p_known += kc.p_known / static_cast<float>(kcs.size());
    }
    progress.days_left = last_day_ + 1;
    progress.status = StatusOf(kcs);
    const bool is_open = progress.status != GoalStatus::kReached;
    if (is_open && !HasMissing() && expected_.IsDone()) {
      progress.earliest_date = calendar_.Date(LastDone(expected_));
    }
    if (is_open) {
      progress.sufficient_minutes_a_day = SufficientMinutes(progress.status);
    }
    progress.status_text =
        ExplainStatus(progress, calendar_.Date(std::max(0, last_day_)),
                      input_.goal.minutes_per_day, input_.language);
    return progress;
  }

  static bool Has(const std::vector<PathKc>& kcs, KcOutcome outcome) {
    return std::any_of(kcs.begin(), kcs.end(),
                       [&](const PathKc& kc) { return kc.outcome == outcome; });
  }

  GoalStatus StatusOf(const std::vector<PathKc>& kcs) const {
    const bool is_reached = std::all_of(
        kcs.begin(), kcs.end(),
        [](const PathKc& kc) { return kc.outcome == KcOutcome::kReached; });
    if (is_reached) return GoalStatus::kReached;
    if (last_day_ < 0) return GoalStatus::kOverdue;
    if (Has(kcs, KcOutcome::kBlocked)) return GoalStatus::kBlocked;
    return Has(kcs, KcOutcome::kLate) ? GoalStatus::kBehind
                                      : GoalStatus::kOnTrack;
  }

  bool IsEnough(int32_t minutes_a_day) const {
    // Two ways that differ most, not all: this is asked ten times.
    return Make(minutes_a_day, last_day_ + 1, false, {}).IsDone() ||
           Make(minutes_a_day, last_day_ + 1, false,
                {.is_patient = false, .takes_longest = true})
               .IsDone();
  }

  // The least that would do, by halving: more minutes are taken never to do
  // worse.
  int32_t SufficientMinutes(GoalStatus status) const {
    const int32_t own = input_.goal.minutes_per_day;
    const bool is_on_track = status == GoalStatus::kOnTrack;
    if (last_day_ < 0 || HasMissing()) return 0;
    if (!is_on_track && !IsEnough(kMaxMinutes)) return 0;
    int32_t too_few = is_on_track ? 0 : own;
    int32_t enough = is_on_track ? own : kMaxMinutes;
    while (enough - too_few > 1) {
      const int32_t middle = (enough + too_few) / 2;
      (IsEnough(middle) ? enough : too_few) = middle;
    }
    return enough;
  }

  bool HasMissing() const {
    return std::any_of(
        input_.goal.kcs.begin(), input_.goal.kcs.end(),
        [&](const KcId& kc) { return catalog_.FindKc(kc) == KcIndex::kNone; });
  }

  const PathInput& input_;
  const Catalog& catalog_;
  const LearnerView view_;
  const PathCalendar calendar_;
  const int32_t last_day_;
  const std::vector<Need> needs_;
  const PathChoices choices_;
  Schedule expected_;  // What outcomes and dates are read from.
  Schedule most_;      // With the most minutes a day, if that is not done.
};

}  // namespace

PathPlan PlanPath(const PathInput& input) { return Planner(input).Plan(); }

}  // namespace evenlight
