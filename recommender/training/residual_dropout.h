// Dropout in training the 2GRU residual.

#ifndef EVENLIGHT_RECOMMENDER_TRAINING_RESIDUAL_DROPOUT_H_
#define EVENLIGHT_RECOMMENDER_TRAINING_RESIDUAL_DROPOUT_H_

#include <Eigen/Core>
#include <cstdint>
#include <random>

namespace evenlight {

// What is left out at random; the rest is scaled up to make good for it
// (Srivastava et al., JMLR 2014). Rates are rounded to 1/256.
struct ResidualDropout {
  float layers = 0;     // Of the inputs of the three layers.
  float questions = 0;  // Of v_q, alike in both of its uses.
  uint64_t seed = 0;    // The same seed leaves out the same.
};

// Of what a value is multiplied by: 0 with probability `rate`, else
// 1 / (1 - rate). Empty if the rate is 0. Two scalars are instantiated.
template <typename Scalar>
void FillMask(float rate, Eigen::Index rows, Eigen::Index cols,
              std::mt19937_64& random,
              Eigen::Matrix<Scalar, Eigen::Dynamic, Eigen::Dynamic>& mask);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_TRAINING_RESIDUAL_DROPOUT_H_
