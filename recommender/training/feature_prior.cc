#include "recommender/training/feature_prior.h"

namespace evenlight {
namespace {

constexpr int kSteps = 5;

}  // namespace

FeaturePrior::FeaturePrior(const FeatureTable& features, int num_factors)
    : features_(features),
      doubts_(features.doubts.data(), features.num_features()),
      inverse_diagonal_(doubts_),
      weights_(FactorMatrix::Zero(features.num_features(), num_factors)) {
  for (const int32_t feature : features.features) {
    inverse_diagonal_[feature] += 1;
  }
  inverse_diagonal_ = inverse_diagonal_.cwiseInverse();
}

void FeaturePrior::Mean(int64_t row, float* mean) const {
  Eigen::Map<Eigen::RowVectorXf> sum(mean, weights_.cols());
  sum.setZero();
  for (const int32_t feature : features_.Of(row)) sum += weights_.row(feature);
}

FactorMatrix FeaturePrior::Normal(const FactorMatrix& direction) const {
  FactorMatrix product = doubts_.asDiagonal() * direction;
  Eigen::RowVectorXf sum(direction.cols());
  for (int64_t row = 0; row < features_.num_rows(); ++row) {
    sum.setZero();
    for (const int32_t feature : features_.Of(row)) {
      sum += direction.row(feature);
    }
    for (const int32_t feature : features_.Of(row)) {
      product.row(feature) += sum;
    }
  }
  return product;
}

void FeaturePrior::Fit(
    const Eigen::Ref<const FactorMatrix, 0, Eigen::OuterStride<>>& factors) {
  if (weights_.size() == 0) return;
  // One system per column, all with the same matrix, each with its own step.
  FactorMatrix residual = -Normal(weights_);
  for (int64_t row = 0; row < features_.num_rows(); ++row) {
    for (const int32_t feature : features_.Of(row)) {
      residual.row(feature) += factors.row(row);
    }
  }
  FactorMatrix z = inverse_diagonal_.asDiagonal() * residual;
  FactorMatrix direction = z;
  Eigen::RowVectorXf rz = residual.cwiseProduct(z).colwise().sum();
  for (int step = 0; step < kSteps; ++step) {
    const FactorMatrix product = Normal(direction);
    const Eigen::RowVectorXf curvature =
        direction.cwiseProduct(product).colwise().sum();
    const Eigen::RowVectorXf alpha =
        (curvature.array() > 0).select(rz.array() / curvature.array(), 0);
    weights_ += direction * alpha.asDiagonal();
    residual -= product * alpha.asDiagonal();
    z = inverse_diagonal_.asDiagonal() * residual;
    const Eigen::RowVectorXf next = residual.cwiseProduct(z).colwise().sum();
    const Eigen::RowVectorXf beta =
        (rz.array() > 0).select(next.array() / rz.array(), 0);
    rz = next;
    direction = z + direction * beta.asDiagonal();
  }
}

}  // namespace evenlight
