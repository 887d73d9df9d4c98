// Factors of resources that are newer than the model, from their features.

#ifndef EVENLIGHT_RECOMMENDER_MODELS_COLD_FACTORS_H_
#define EVENLIGHT_RECOMMENDER_MODELS_COLD_FACTORS_H_

#include <Eigen/Core>

#include "core/resource.h"
#include "recommender/models/interest_model.h"

namespace evenlight {

// Adds the rows of `params.cold` for the resource's features that the model
// knows to `factors` [num_factors]. False, and nothing added, if it knows none.
bool AddColdFactors(const InterestParams& params, const Resource& resource,
                    Eigen::Ref<Eigen::RowVectorXf> factors);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_MODELS_COLD_FACTORS_H_
