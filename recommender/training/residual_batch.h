// The 2GRU residual of many answers at once, and the gradient of what is made
// of it: what training does with one chunk of a batch. That of one answer after
// the other, as served, is recommender/models/residual.h.

#ifndef EVENLIGHT_RECOMMENDER_TRAINING_RESIDUAL_BATCH_H_
#define EVENLIGHT_RECOMMENDER_TRAINING_RESIDUAL_BATCH_H_

#include <Eigen/Core>
#include <array>
#include <type_traits>

#include "absl/types/span.h"
#include "recommender/models/residual.h"
#include "recommender/training/residual_dropout.h"
#include "recommender/training/residual_gru.h"
#include "recommender/training/residual_pack.h"

namespace evenlight {

struct ResidualBatch {
  absl::Span<const LrhExample> examples;
  PackedAnswers packed;  // Of these examples.
  ResidualDropout dropout;
};

// The blocks of a flat vector of weights or gradients, const or not.
template <typename Value>
class BlockMaps {
 public:
  using Scalar = std::remove_const_t<Value>;
  using Matrix = Eigen::Matrix<Scalar, Eigen::Dynamic, Eigen::Dynamic>;
  using Map = Eigen::Map<
      std::conditional_t<std::is_const_v<Value>, const Matrix, Matrix>>;

  BlockMaps(const ResidualShape& shape, absl::Span<Value> values)
      : values_(values) {
    for (int block = 0; block < kNumResidualBlocks; ++block) {
      views_[block] = BlockOf(shape, static_cast<ResidualBlock>(block));
    }
  }

  Map operator()(ResidualBlock block) const {
    const ResidualBlockView& view = views_[static_cast<size_t>(block)];
    return Map(values_.data() + view.offset, view.rows, view.cols);
  }

 private:
  const absl::Span<Value> values_;
  std::array<ResidualBlockView, kNumResidualBlocks> views_;
};

// Two scalars are instantiated: float, and double to check gradients.
// One thread.
template <typename Scalar>
class ResidualPass {
 public:
  using Matrix = Eigen::Matrix<Scalar, Eigen::Dynamic, Eigen::Dynamic>;
  using Vector = Eigen::Matrix<Scalar, Eigen::Dynamic, 1>;

  // The values of `weights` are not read: they come with each call.
  explicit ResidualPass(const ResidualWeights& weights);

  // The residual of each answer, by packed column. Lives until the next call.
  absl::Span<const Scalar> Forward(absl::Span<const Scalar> values,
                                   const ResidualBatch& batch);

  // Adds the gradient of sum(d_residual x residual) to `gradient`, which is
  // laid out as values are. Once after Forward() with the same arguments.
  void Backward(absl::Span<const Scalar> values, const ResidualBatch& batch,
                absl::Span<const Scalar> d_residual,
                absl::Span<Scalar> gradient);

 private:
  using Weights = BlockMaps<const Scalar>;
  using Gradient = BlockMaps<Scalar>;

  bool Knows(QuestionRow row) const;
  bool Knows(KcRow row) const;

  void FillInputs(const Weights& w, const ResidualBatch& batch);
  void FillInput(const Weights& w, const LrhExample& example, int column);
  void ForwardKcs(const Weights& w, const PackedAnswers& packed);
  void ForwardHead(const Weights& w, const ResidualBatch& batch);
  Scalar BiasOf(const Weights& w, const LrhInput& input) const;

  void BackwardHead(const Weights& w, absl::Span<const Scalar> d_residual,
                    const Gradient& gradient);
  void BackwardKcs(const Weights& w, const PackedAnswers& packed,
                   const Gradient& gradient);
  void BackwardInput(const Weights& w, const Gradient& gradient);
  void BackwardExample(const Weights& w, const LrhExample& example, int column,
                       Scalar d_residual, const Gradient& gradient);

  const ResidualShape shape_;
  const Vector feature_mean_;
  const Vector feature_scale_;
  const int kc_dim_;
  const int question_dim_;
  const int units_;
  const int kc_units_;  // 0 without a kc GRU.

  // A column for each answer. Inputs of layers are those of residual.h in their
  // order, after dropout.
  Matrix input_;
  Matrix head_;
  Matrix joined_;  // [2 d]: u, and h after the answer.
  Matrix from_joined_;
  Matrix hidden_;  // [d], after dropout.
  // 0, or the factor of what is not left out.
  Matrix input_mask_;
  Matrix head_mask_;
  Matrix hidden_mask_;
  Matrix question_mask_;
  GruPass<Scalar> gru_;
  GruPass<Scalar> kc_gru_;  // A column for each practice.
  Vector residual_;

  // Gradients of the above.
  Matrix d_input_;
  Matrix d_head_;
  Matrix d_hidden_;
  Matrix d_joined_;
  Matrix d_from_joined_;
  Matrix d_before_;
  Matrix d_after_;
};

// `penalty` times the sum over the answers of mu^2, b^2 and |v|^2 of their
// questions; adds its gradient to `gradient`.
template <typename Scalar>
Scalar AddQuestionPenalty(const ResidualShape& shape, Scalar penalty,
                          const ResidualBatch& batch,
                          absl::Span<const Scalar> values,
                          absl::Span<Scalar> gradient);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_TRAINING_RESIDUAL_BATCH_H_
