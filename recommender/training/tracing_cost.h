// What serving a tracing model costs, counted and not measured, so that a
// choice by it repeats.

#ifndef EVENLIGHT_RECOMMENDER_TRAINING_TRACING_COST_H_
#define EVENLIGHT_RECOMMENDER_TRAINING_TRACING_COST_H_

#include <cstdint>

#include "recommender/models/residual.h"
#include "recommender/models/tracing_model.h"

namespace evenlight {

// Of one answer to a question with one kc, besides the features, which every
// model of ours shares.
struct TracingCost {
  int64_t multiply_adds = 0;  // To predict it and to fold it in.
  // Of model-dependent state that it reads and changes: the learner's own and
  // that of one kc. What is stored for a learner grows with the kcs practised.
  int64_t state_bytes = 0;
};

bool IsWithin(const TracingCost& cost, const TracingCost& budget);

// Of BKT alone, of LR-H with it and learners' own corrections, and of a
// residual on top.
TracingCost CostOfBkt();
TracingCost CostOfLrh();
TracingCost CostOfResidual(const ResidualShape& shape);

TracingCost CostOf(const TracingModel& model);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_TRAINING_TRACING_COST_H_
