// The exact reference of factor_trainer.h: the same objective by alternating
// least squares with a Cholesky factorisation per row. Slow; for tests and
// benches.

#ifndef EVENLIGHT_RECOMMENDER_TRAINING_ALS_TRAINER_H_
#define EVENLIGHT_RECOMMENDER_TRAINING_ALS_TRAINER_H_

#include "absl/status/statusor.h"
#include "recommender/training/engagement_table.h"
#include "recommender/training/factor_trainer.h"

namespace evenlight {

// As TrainFactors() without features, from the same start, each row solved
// exactly by FoldInExactly(). `num_steps` and `half_precision` are not read.
// Equal to the byte for any number of threads. O(epochs (n d^2 + (|U| + |I|)
// d^3)).
//
// INVALID_ARGUMENT: as TrainFactors().
absl::StatusOr<TrainedFactors> TrainAls(const EngagementTable& engagements,
                                        const FactorOptions& options);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_TRAINING_ALS_TRAINER_H_
