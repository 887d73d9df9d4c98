// What both trainers of factors begin with.

#ifndef EVENLIGHT_RECOMMENDER_TRAINING_FACTOR_START_H_
#define EVENLIGHT_RECOMMENDER_TRAINING_FACTOR_START_H_

#include <cstdint>

#include "absl/status/status.h"
#include "recommender/training/engagement_table.h"
#include "recommender/training/factor_trainer.h"

namespace evenlight {

// Of the resources: `options.initial` where it has a row other than zeros, else
// N(0, 0.1 / sqrt(d)) by `options.seed`. [num_resources x num_factors]
FactorMatrix StartFactors(int64_t num_resources, const FactorOptions& options);

// INVALID_ARGUMENT, OUT_OF_RANGE: as TrainFactors().
absl::Status ValidateFactorOptions(const EngagementTable& engagements,
                                   const FactorOptions& options);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_TRAINING_FACTOR_START_H_
