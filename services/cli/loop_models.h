// The models of the closed loop: what `evenlight train` would make of the
// events of an earlier cohort, and of nothing else.

#ifndef EVENLIGHT_SERVICES_CLI_LOOP_MODELS_H_
#define EVENLIGHT_SERVICES_CLI_LOOP_MODELS_H_

#include "absl/status/statusor.h"
#include "recommender/models/model_set.h"
#include "recommender/simulation/closed_loop.h"

namespace evenlight {

// BKT or LR-H, whichever predicts a fifth of the cohort better, with its
// corrections, and popularity. Neither the recurrent residual nor factors:
// there is one model to fit for each of a hundred schools, and a course of ten
// kcs has no tastes to tell apart. Equal cohorts give equal models; safe to
// call from several threads.
absl::StatusOr<ModelSet> FitLoopModels(const Cohort& cohort);

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_CLI_LOOP_MODELS_H_
