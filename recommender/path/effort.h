// How many answers it takes until Bayesian Knowledge Tracing calls a kc known.

#ifndef EVENLIGHT_RECOMMENDER_PATH_EFFORT_H_
#define EVENLIGHT_RECOMMENDER_PATH_EFFORT_H_

#include <cstdint>

#include "recommender/models/bkt.h"

namespace evenlight {

// More answers than this are not planned for one kc: after so many it needs a
// teacher, not another question.
inline constexpr int32_t kMaxAnswers = 40;

// Where a learner stands with one kc.
struct Standing {
  BktParams params;
  float p_known = 0;  // [0, 1], before the next answer.
  float target = 0;   // The P(known) to be reached, (0, 1].
  // The predicted success on the kc's average question now, [0, 1]: the
  // learner's own, which may differ from BKT's.
  float p_correct = 0;
};

struct Effort {
  // Right answers, and no wrong ones, until P(known) reaches the target; at
  // least 1. kMaxAnswers + 1: not within kMaxAnswers.
  int32_t num_right = 0;
  // Answers expected until then, at least 1, at most kMaxAnswers.
  float num_expected = 0;
};

// Exact for a learner who is always right. The expectation is over right and
// wrong answers, each right with BKT's probability at the P(known) of that
// moment, its log-odds moved by what `p_correct` differs from BKT's now:
//
//   E = sum over t of P(target not reached after t answers),
//
// on a grid of 128 values of P(known), mass shared between neighbours.
Effort EffortUntil(const Standing& standing);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_PATH_EFFORT_H_
