// An ordered path to a goal: what to learn, practise, check and review on which
// day. Pure, as recommender/pipeline.

#ifndef EVENLIGHT_RECOMMENDER_PATH_PATH_PLAN_H_
#define EVENLIGHT_RECOMMENDER_PATH_PATH_PLAN_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "core/goal.h"
#include "core/recommendation.h"
#include "recommender/models/model_binding.h"
#include "recommender/path/schedule.h"
#include "recommender/ranking/policy.h"
#include "recommender/state/learner_state.h"

namespace evenlight {

// Everything is borrowed for the call.
struct PathInput {
  const ServingSnapshot& snapshot;
  const LearnerState& state;
  const LearnerProfile& profile;
  const Goal& goal;
  const RankingPolicy& policy;
  absl::Time now;
  // That the learner has spent since their midnight; they count for today.
  float minutes_spent_today = 0;
  ReasonLanguage language = ReasonLanguage::kEnglish;
};

struct PathActivity {
  ActivityKind kind = ActivityKind::kPractise;
  ResourceIndex resource = ResourceIndex::kNone;
  std::vector<KcIndex> kcs;  // What it is for; that which carries it first.
  float minutes = 0;
  int32_t day = 0;  // 0 is today.
  std::string date;
  std::string reason_text;
};

// Equal to evenlight.v1.PathKnowledgeComponent.Outcome.
enum class KcOutcome : uint8_t {
  kReached = 1,
  kInTime = 2,
  kLate = 3,
  kBlocked = 4,  // Too few resources; also a kc that the catalog lacks.
};

struct PathKc {
  KcId kc;
  float p_known = 0;  // 0 if the catalog lacks it.
  KcOutcome outcome = KcOutcome::kReached;
  std::string date;  // Of kInTime and kLate; empty: not within two years.
  int32_t num_expected_answers = 0;
  std::string reason_text;
};

// Equal to evenlight.v1.GoalProgress.Status.
enum class GoalStatus : uint8_t {
  kReached = 1,
  kOnTrack = 2,
  kBehind = 3,
  kBlocked = 4,
  kOverdue = 5,
};

struct GoalProgress {
  int32_t num_kcs = 0;
  int32_t num_reached = 0;
  float mean_p_known = 0;  // Over all kcs of the goal.
  int32_t days_left = 0;   // Today included.
  GoalStatus status = GoalStatus::kReached;
  std::string status_text;
  std::string earliest_date;             // Empty: reached, or never.
  int32_t sufficient_minutes_a_day = 0;  // [1, 600]; 0: none would do.
};

struct PathPlan {
  std::vector<PathActivity> activities;  // Up to the due time.
  std::vector<PathKc> kcs;               // As in the goal.
  GoalProgress progress;
  std::vector<std::string> degraded;

  bool is_feasible() const {
    return progress.status == GoalStatus::kReached ||
           progress.status == GoalStatus::kOnTrack;
  }
};

// Every activity passes the gate on its day, and stands after what has to be
// mastered before it (recommender/path/schedule.h). What is mastered is left
// out, but for reviews that fall due before the goal does: of a goal that is
// reached nothing else is left.
//
// If the goal cannot be reached in time with all that is good for the learner,
// explanations and reviews give way; if not even so, the path holds the goals
// that can, soonest done first, and `progress` says when all would be reached
// and how many minutes a day would do. It looks two years ahead.
//
// "Can" and "cannot" are said of the expected number of answers and of a greedy
// schedule. A goal may be met sooner or later: plan again after each event.
PathPlan PlanPath(const PathInput& input);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_PATH_PATH_PLAN_H_
