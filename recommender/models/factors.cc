#include "recommender/models/factors.h"

#include <Eigen/Cholesky>
#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cassert>
#include <cmath>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/status_macros.h"
#include "recommender/models/factor_buffer.h"
#include "recommender/models/factor_kernels.h"
#include "recommender/models/matrix_kernels.h"

namespace evenlight {
namespace {

// From zero; four are enough on trained factors, more cost a microsecond each
// and help where a history is like nobody's.
constexpr int kFoldInSteps = 8;

absl::Status Validate(const Engagement& engagement,
                      Eigen::Index num_resources) {
  const int32_t row = ToInt(engagement.resource);
  if (row < 0 || row >= num_resources) {
    return absl::OutOfRangeError(
        absl::StrCat("resource row ", row, " not in [0, ", num_resources, ")"));
  }
  if (!(engagement.weight > 0) || !std::isfinite(engagement.weight)) {
    return absl::InvalidArgumentError(
        absl::StrCat("engagement weight ", engagement.weight,
                     " of resource row ", row, " is not positive and finite"));
  }
  return absl::OkStatus();
}

// lambda (n + w |I|)^nu; validates the history on the way.
absl::StatusOr<float> Penalty(const ResourceFactors& resources,
                              absl::Span<const Engagement> history) {
  double weight = 0;
  for (const Engagement& engagement : history) {
    RETURN_IF_ERROR(Validate(engagement, resources.factors.rows()));
    weight += engagement.weight;
  }
  weight += double{resources.unobserved_weight} *
            static_cast<double>(resources.factors.rows());
  return resources.regularization *
         static_cast<float>(std::pow(weight, resources.exponent));
}

// Room for one fold-in, kept from call to call: a history is some hundred
// kilobytes, which would else be mapped and cleared each time.
float* Scratch(int64_t num_floats) {
  thread_local FactorBuffer<float> buffer;
  if (buffer.size() < num_floats) buffer = FactorBuffer<float>(num_floats);
  return buffer.data();
}

}  // namespace

void Rotate(const Eigen::MatrixXf& rotation, FactorMatrix& factors) {
  constexpr Eigen::Index kAtOnce = 1024;
  for (Eigen::Index row = 0; row < factors.rows(); row += kAtOnce) {
    factors.middleRows(row, std::min(kAtOnce, factors.rows() - row)) *=
        rotation;
  }
}

Eigen::MatrixXf ToEigenbasis(ResourceFactors& resources) {
  FactorMatrix& factors = resources.factors;
  const Eigen::MatrixXf gram = factors.transpose() * factors;
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXf> solver(gram);
  Rotate(solver.eigenvectors(), factors);
  // Of the rotated factors themselves: for the smallest, the solver's values
  // are off by the rounding of the largest.
  resources.spectrum = factors.colwise().squaredNorm().transpose();
  return solver.eigenvectors();
}

absl::StatusOr<Eigen::VectorXf> FoldIn(const ResourceFactors& resources,
                                       absl::Span<const Engagement> history) {
  const auto d = static_cast<int>(resources.factors.cols());
  assert(resources.spectrum.size() == d);
  if (history.empty()) return Eigen::VectorXf(Eigen::VectorXf::Zero(d));
  ASSIGN_OR_RETURN(const float penalty, Penalty(resources, history));

  const int padded = PaddedFactors(d);
  const int64_t num_scratch =
      FactorScratchFloats(d, static_cast<int64_t>(history.size()));
  float* const dense = Scratch(2 * padded + num_scratch);
  float* const learner = dense + padded;
  Eigen::Map<Eigen::VectorXf>(dense, padded).setZero();
  Eigen::Map<Eigen::VectorXf>(dense, d) =
      resources.unobserved_weight * resources.spectrum;
  Eigen::Map<Eigen::VectorXf>(learner, padded).setZero();
  SolveRow({.num_factors = d,
            .fixed = resources.factors.data(),
            .fixed_stride = d,
            .dense = dense,
            .num_steps = kFoldInSteps},
           {.entries = history, .penalty = penalty, .factors = learner},
           learner + padded);
  return Eigen::VectorXf(Eigen::Map<Eigen::VectorXf>(learner, d));
}

absl::StatusOr<Eigen::VectorXf> FoldInExactly(
    const ResourceFactors& resources, const Eigen::MatrixXf& gram,
    absl::Span<const Engagement> history) {
  const Eigen::Index d = resources.factors.cols();
  if (history.empty()) return Eigen::VectorXf(Eigen::VectorXf::Zero(d));
  ASSIGN_OR_RETURN(const float penalty, Penalty(resources, history));

  // Setting the gradient to zero gives A u = b with
  //   A = w G + lambda (n + w |I|)^nu I + sum_i c_i v_i v_i^T,
  //   b = sum_i c_i v_i.
  // Only the lower triangle of A is kept up to date.
  Eigen::MatrixXf a = resources.unobserved_weight * gram;
  a.diagonal().array() += penalty;
  Eigen::VectorXf b = Eigen::VectorXf::Zero(d);
  constexpr Eigen::Index kAtOnce = 256;
  const auto num_entries = static_cast<Eigen::Index>(history.size());
  Eigen::MatrixXf block(d, std::min(kAtOnce, num_entries));
  for (Eigen::Index begin = 0; begin < num_entries; begin += kAtOnce) {
    const Eigen::Index count = std::min(kAtOnce, num_entries - begin);
    for (Eigen::Index column = 0; column < count; ++column) {
      const Engagement& engagement = history[begin + column];
      const auto v =
          resources.factors.row(ToInt(engagement.resource)).transpose();
      block.col(column) = std::sqrt(engagement.weight) * v;
      b.noalias() += engagement.weight * v;
    }
    a.selfadjointView<Eigen::Lower>().rankUpdate(block.leftCols(count));
  }

  const Eigen::LLT<Eigen::MatrixXf, Eigen::Lower> cholesky(a);
  if (cholesky.info() != Eigen::Success) {
    // lambda > 0 makes A positive definite, so the model itself is broken.
    return absl::InternalError("fold-in system is not positive definite");
  }
  return Eigen::VectorXf(cholesky.solve(b));
}

}  // namespace evenlight
