// A GRU over packed sequences, forwards and backwards through time.

#ifndef EVENLIGHT_RECOMMENDER_TRAINING_RESIDUAL_GRU_H_
#define EVENLIGHT_RECOMMENDER_TRAINING_RESIDUAL_GRU_H_

#include <Eigen/Core>

#include "recommender/training/residual_pack.h"

namespace evenlight {

// The weights of the state, U and c of residual.h, and their gradients.
template <typename Scalar>
struct GruStateWeights {
  using Matrix = Eigen::Matrix<Scalar, Eigen::Dynamic, Eigen::Dynamic>;
  using Vector = Eigen::Matrix<Scalar, Eigen::Dynamic, 1>;

  Eigen::Map<const Matrix> state;       // [3 d x d]
  Eigen::Map<const Vector> state_bias;  // [3 d]
};

template <typename Scalar>
struct GruStateGradient {
  using Matrix = Eigen::Matrix<Scalar, Eigen::Dynamic, Eigen::Dynamic>;
  using Vector = Eigen::Matrix<Scalar, Eigen::Dynamic, 1>;

  Eigen::Map<Matrix> state;       // [3 d x d]; added to.
  Eigen::Map<Vector> state_bias;  // [3 d]; added to.
};

// One pass, kept for the way back. A column for each of the packed steps.
template <typename Scalar>
struct GruPass {
  using Matrix = Eigen::Matrix<Scalar, Eigen::Dynamic, Eigen::Dynamic>;

  // In: W v + b. After Forward: r, z, n. After Backward: the gradient of what
  // was put in.
  Matrix gates;   // [3 d x num_columns]
  Matrix before;  // [d x num_columns]; the states before each step, 0 at first.
  Matrix after;   // [d x num_columns]
  Matrix from_state;  // [3 d x num_columns]; U h + c, later its gradient.
};

template <typename Scalar>
void ForwardGru(const PackedSteps& steps,
                const GruStateWeights<Scalar>& weights, GruPass<Scalar>& pass);

// `after` is the gradient of the states after each step by all that used them
// but the next step, [d x num_columns]; it is overwritten.
template <typename Scalar>
void BackwardGru(const PackedSteps& steps,
                 const GruStateWeights<Scalar>& weights, GruPass<Scalar>& pass,
                 Eigen::Matrix<Scalar, Eigen::Dynamic, Eigen::Dynamic>& after,
                 GruStateGradient<Scalar> gradient);

// Adds gradients of the states before each step to those of the states after
// the steps they came from. Both [d x num_columns].
template <typename Scalar>
void AddToStepBefore(
    const PackedSteps& steps,
    const Eigen::Matrix<Scalar, Eigen::Dynamic, Eigen::Dynamic>& before,
    Eigen::Matrix<Scalar, Eigen::Dynamic, Eigen::Dynamic>& after);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_TRAINING_RESIDUAL_GRU_H_
