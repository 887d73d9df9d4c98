// What a learner wants to reach, by when, and how much time a day it may take.

#ifndef EVENLIGHT_CORE_GOAL_H_
#define EVENLIGHT_CORE_GOAL_H_

#include <cstdint>
#include <vector>

#include "absl/time/time.h"
#include "core/ids.h"

namespace evenlight {

// How well a goal's kcs shall be known: a share of the P(known) from which on a
// kc is mastered, and practised at all. Stored and equal to
// evenlight.v1.Goal.Level.
enum class GoalLevel : uint8_t {
  kFamiliar = 3,    // Half of it.
  kProficient = 4,  // 80 % of it.
  kMastered = 5,    // All of it.
};

struct Goal {
  std::vector<KcId> kcs;  // Each once, never empty.
  GoalLevel level = GoalLevel::kMastered;
  absl::Time due_time;           // All is to be reached before it.
  int32_t minutes_per_day = 20;  // [1, 600]; a cap.
  // Where the learner's days begin: local time less UTC, [-840, 840].
  int32_t utc_offset_minutes = 0;

  friend bool operator==(const Goal&, const Goal&) = default;
};

}  // namespace evenlight

#endif  // EVENLIGHT_CORE_GOAL_H_
