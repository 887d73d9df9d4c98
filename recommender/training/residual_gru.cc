#include "recommender/training/residual_gru.h"

namespace evenlight {

template <typename Scalar>
void ForwardGru(const PackedSteps& steps,
                const GruStateWeights<Scalar>& weights, GruPass<Scalar>& pass) {
  const auto units = weights.state.cols();
  pass.before.setZero(units, steps.num_columns());
  pass.after.resize(units, steps.num_columns());
  pass.from_state.resize(3 * units, steps.num_columns());
  for (int step = 0; step < steps.num_steps(); ++step) {
    const int at = steps.begin[step];
    const int width = steps.Width(step);
    auto before = pass.before.middleCols(at, width);
    auto from_state = pass.from_state.middleCols(at, width);
    from_state.colwise() = weights.state_bias;
    if (step > 0) {
      before = pass.after.middleCols(steps.begin[step - 1], width);
      from_state.noalias() += weights.state * before;
    }
    // Column by column: it stays in the cache nearest.
    for (int column = at; column < at + width; ++column) {
      auto gates = pass.gates.col(column).head(2 * units).array();
      auto next = pass.gates.col(column).tail(units).array();
      auto state = pass.from_state.col(column).array();
      gates = (1 + (-(gates + state.head(2 * units))).exp()).inverse();
      next = (next + gates.head(units) * state.tail(units)).tanh();
      pass.after.col(column) =
          next + gates.tail(units) * (pass.before.col(column).array() - next);
    }
  }
}

template <typename Scalar>
void BackwardGru(const PackedSteps& steps,
                 const GruStateWeights<Scalar>& weights, GruPass<Scalar>& pass,
                 Eigen::Matrix<Scalar, Eigen::Dynamic, Eigen::Dynamic>& after,
                 GruStateGradient<Scalar> gradient) {
  const auto units = weights.state.cols();
  for (int step = steps.num_steps() - 1; step >= 0; --step) {
    const int at = steps.begin[step];
    const int width = steps.Width(step);
    for (int column = at; column < at + width; ++column) {
      auto d_after = after.col(column).array();
      auto gates = pass.gates.col(column).array();
      auto from_state = pass.from_state.col(column).array();
      auto r = gates.head(units);
      auto z = gates.segment(units, units);
      auto n = gates.tail(units);
      // U h + c of n is read before its gradient takes its place.
      auto state_n = from_state.tail(units);
      auto d_n = from_state.tail(units);
      from_state.segment(units, units) =
          d_after * (pass.before.col(column).array() - n) * z * (1 - z);
      n = d_after * (1 - z) * (1 - n.square());
      from_state.head(units) = n * state_n * r * (1 - r);
      d_n = n * r;
      d_after *= z;  // What reaches the state before without the gates.
      gates.head(2 * units) = from_state.head(2 * units);
    }
    if (step == 0) break;
    auto d_before = after.middleCols(steps.begin[step - 1], width);
    d_before += after.middleCols(at, width);
    d_before.noalias() +=
        weights.state.transpose() * pass.from_state.middleCols(at, width);
  }
  gradient.state.noalias() += pass.from_state * pass.before.transpose();
  gradient.state_bias += pass.from_state.rowwise().sum();
}

template <typename Scalar>
void AddToStepBefore(
    const PackedSteps& steps,
    const Eigen::Matrix<Scalar, Eigen::Dynamic, Eigen::Dynamic>& before,
    Eigen::Matrix<Scalar, Eigen::Dynamic, Eigen::Dynamic>& after) {
  for (int step = 1; step < steps.num_steps(); ++step) {
    const int width = steps.Width(step);
    after.middleCols(steps.begin[step - 1], width) +=
        before.middleCols(steps.begin[step], width);
  }
}

// In double for checking gradients.
#define EVENLIGHT_INSTANTIATE(Scalar)                                          \
  template void ForwardGru(const PackedSteps&, const GruStateWeights<Scalar>&, \
                           GruPass<Scalar>&);                                  \
  template void BackwardGru(                                                   \
      const PackedSteps&, const GruStateWeights<Scalar>&, GruPass<Scalar>&,    \
      Eigen::Matrix<Scalar, Eigen::Dynamic, Eigen::Dynamic>&,                  \
      GruStateGradient<Scalar>);                                               \
  template void AddToStepBefore(                                               \
      const PackedSteps&,                                                      \
      const Eigen::Matrix<Scalar, Eigen::Dynamic, Eigen::Dynamic>&,            \
      Eigen::Matrix<Scalar, Eigen::Dynamic, Eigen::Dynamic>&);
EVENLIGHT_INSTANTIATE(float)
EVENLIGHT_INSTANTIATE(double)
#undef EVENLIGHT_INSTANTIATE

}  // namespace evenlight
