// What both trainers of factors begin with.

#ifndef EVENLIGHT_RECOMMENDER_TRAINING_FACTOR_START_H_
#define EVENLIGHT_RECOMMENDER_TRAINING_FACTOR_START_H_

#include "absl/status/status.h"
#include "recommender/training/engagement_table.h"
#include "recommender/training/factor_trainer.h"

namespace evenlight {

// Sets the factors of resources [num_resources x num_factors] to
// `options.initial` where it has a row other than zeros, else to
// N(0, 0.1 / sqrt(d)) by `options.seed`.
void StartFactors(const FactorOptions& options,
                  Eigen::Ref<FactorMatrix, 0, Eigen::OuterStride<>> factors);

// INVALID_ARGUMENT, OUT_OF_RANGE: as TrainFactors().
absl::Status ValidateFactorOptions(const EngagementTable& engagements,
                                   const FactorOptions& options);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_TRAINING_FACTOR_START_H_
