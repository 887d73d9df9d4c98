// The prior mean of resources' factors, learnt from what is known of them.

#ifndef EVENLIGHT_RECOMMENDER_TRAINING_FEATURE_PRIOR_H_
#define EVENLIGHT_RECOMMENDER_TRAINING_FEATURE_PRIOR_H_

#include "absl/types/span.h"
#include "recommender/models/factors.h"
#include "recommender/training/factor_trainer.h"

namespace evenlight {

// B of TrainFactors(): the mean of a resource is the sum of the rows of its
// features. One thread.
class FeaturePrior {
 public:
  // `features` outlives it.
  FeaturePrior(const FeatureTable& features, int num_factors);

  // Some steps of conjugate gradient, from what there is, towards the ridge
  // regression  sum_i |y_i - B g_i|^2 + sum_f rho_f |b_f|^2,  where rho_f is
  // the doubt of feature f and b_f its row of B. Each resource counts once: by
  // how often it was met, a few would speak for all. `factors` [num_resources x
  // num_factors] may have padding between rows.
  void Fit(
      const Eigen::Ref<const FactorMatrix, 0, Eigen::OuterStride<>>& factors);

  // Into another basis: B = B * rotation.
  void Rotate(const Eigen::MatrixXf& rotation) { weights_ *= rotation; }

  // B g_i of resource `row` into mean[0 .. num_factors).
  void Mean(int64_t row, float* mean) const;

  const FactorMatrix& weights() const { return weights_; }

 private:
  // rho * direction + sum over rows of g_i (g_i . direction): [num_features x
  // d]
  FactorMatrix Normal(const FactorMatrix& direction) const;

  const FeatureTable& features_;
  const Eigen::Map<const Eigen::VectorXf> doubts_;  // [num_features]
  Eigen::VectorXf inverse_diagonal_;  // [num_features]; preconditions.
  FactorMatrix weights_;              // B. [num_features x num_factors]
};

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_TRAINING_FEATURE_PRIOR_H_
