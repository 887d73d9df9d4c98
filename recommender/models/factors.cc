#include "recommender/models/factors.h"

#include <Eigen/Cholesky>
#include <cmath>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/status_macros.h"

namespace evenlight {
namespace {

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

}  // namespace

absl::StatusOr<Eigen::VectorXf> FoldIn(const ResourceFactors& resources,
                                       absl::Span<const Engagement> history) {
  const Eigen::Index d = resources.factors.cols();
  if (history.empty()) return Eigen::VectorXf(Eigen::VectorXf::Zero(d));

  // Setting the gradient to zero gives A u = b with
  //   A = w G + lambda (n + w |I|) I + sum_i c_i v_i v_i^T,
  //   b = sum_i c_i v_i.
  // Only the lower triangle of A is kept up to date.
  const float w = resources.unobserved_weight;
  Eigen::MatrixXf a = w * resources.gram;
  a.diagonal().array() += resources.regularization *
                          (static_cast<float>(history.size()) +
                           w * static_cast<float>(resources.factors.rows()));
  Eigen::VectorXf b = Eigen::VectorXf::Zero(d);

  for (const Engagement& engagement : history) {
    RETURN_IF_ERROR(Validate(engagement, resources.factors.rows()));
    const auto v =
        resources.factors.row(ToInt(engagement.resource)).transpose();
    a.selfadjointView<Eigen::Lower>().rankUpdate(v, engagement.weight);
    b.noalias() += engagement.weight * v;
  }

  const Eigen::LLT<Eigen::MatrixXf, Eigen::Lower> cholesky(a);
  if (cholesky.info() != Eigen::Success) {
    // lambda > 0 makes A positive definite, so the model itself is broken.
    return absl::InternalError("fold-in system is not positive definite");
  }
  return Eigen::VectorXf(cholesky.solve(b));
}

}  // namespace evenlight
