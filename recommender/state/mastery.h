// What a state says about one knowledge component: how well it is known, how
// sure that is, and how much is still recalled.

#ifndef EVENLIGHT_RECOMMENDER_STATE_MASTERY_H_
#define EVENLIGHT_RECOMMENDER_STATE_MASTERY_H_

#include <cstdint>

#include "absl/time/time.h"
#include "core/ids.h"
#include "recommender/models/tracing_model.h"
#include "recommender/state/learner_state.h"

namespace evenlight {

struct Mastery {
  float p_known = 0;  // [0, 1]; the model's prior if never practised.
  int32_t num_correct = 0;
  int32_t num_incorrect = 0;
  float recall = 1;  // [0, 1]; 1 if only the order of events is known.
  absl::Time last_time = absl::InfinitePast();
  bool is_practised = false;
};

// Mastery of `kc` at `now`.
Mastery MasteryOf(const TracingModel& model, const LearnerState& state,
                  KcKey kc, absl::Time now);

// Half the width of the central 90 % interval of
// Beta(4 p + wins, 4 (1 - p) + losses), p = P(known). In [0, 0.5]. Not for the
// request's hot path: it inverts the incomplete beta function.
float Uncertainty(const Mastery& mastery);

// The probability of recall after `elapsed`: R = (1 + f t / S)^-d with d = 0.5
// and f = 0.9^(-1/d) - 1, so that R = 0.9 at t = S: the curve of FSRS. S grows
// by half with each right answer and halves with each wrong one, from 2 days,
// within [0.5, 365] days.
float Recall(absl::Duration elapsed, int32_t num_correct,
             int32_t num_incorrect);

// A kc is due for review when its recall falls below this.
inline constexpr float kDueRecall = 0.9f;

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_STATE_MASTERY_H_
