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

// What people read of a mastery. Ordered.
enum class MasteryLevel : int8_t {
  kNone,  // Never practised.
  kAttempted,
  kFamiliar,
  kProficient,
  kMastered,
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

// The moment at which its recall is kDueRecall. InfiniteFuture if it was never
// practised or only the order of events is known.
absl::Time DueTime(const Mastery& mastery);

// Fewer answers say too little to call anybody proficient, or a master.
inline constexpr int32_t kMinProficientAnswers = 3;

// The level for `p_correct`, the predicted success on the kc's average question
// (PredictKc), and `mastered_from`, MasteredFrom() of learner_view.h, > 0. With
// s = P(known) / mastered_from, the first that holds:
//
//   kNone        never practised
//   kMastered    at least kMinProficientAnswers answers, s >= 1 and recall >=
//                kDueRecall: all of it LearnerView calls mastered and not due
//   kProficient  so many answers, and s >= 1; or s >= 0.8 and p_correct >= 0.7
//   kFamiliar    s >= 0.5 and p_correct >= 0.5
//   kAttempted   else
//
// It may fall with a wrong answer, and falls for a mastered kc when it is due.
// The limits are hand-set; 0.7 is where the ranking's band begins.
MasteryLevel LevelOf(const Mastery& mastery, float p_correct,
                     float mastered_from);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_STATE_MASTERY_H_
