#include "recommender/training/factor_start.h"

#include <cmath>
#include <random>

#include "absl/strings/str_cat.h"
#include "core/status_macros.h"

namespace evenlight {
namespace {

constexpr int kMaxNumFactors = 1024;

absl::Status InRange(absl::string_view name, double value, double min,
                     double max) {
  if (value >= min && value <= max) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(name, " ", value, " is not in [", min, ", ", max, "]"));
}

absl::Status ValidateFeatures(const FeatureTable& features,
                              int64_t num_resources) {
  if (features.num_rows() != num_resources) {
    return absl::InvalidArgumentError(
        absl::StrCat("features of ", features.num_rows(), " rows for ",
                     num_resources, " resources"));
  }
  for (const int32_t feature : features.features) {
    RETURN_IF_ERROR(InRange("feature", feature, 0,
                            double{1} * features.num_features() - 1));
  }
  for (const float doubt : features.doubts) {
    if (doubt > 0 && std::isfinite(doubt)) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("feature doubt ", doubt, " is not positive and finite"));
  }
  return absl::OkStatus();
}

}  // namespace

void StartFactors(const FactorOptions& options,
                  Eigen::Ref<FactorMatrix, 0, Eigen::OuterStride<>> factors) {
  std::mt19937_64 random(static_cast<uint64_t>(options.seed));
  std::normal_distribution<float> normal(
      0, 0.1f / std::sqrt(static_cast<float>(options.num_factors)));
  const FactorMatrix* const initial = options.initial;
  for (Eigen::Index row = 0; row < factors.rows(); ++row) {
    // Whether it is used or not, so that the others' do not depend on it.
    factors.row(row) = Eigen::RowVectorXf::NullaryExpr(
        factors.cols(), [&] { return normal(random); });
    if (initial == nullptr || initial->row(row).isZero(0)) continue;
    factors.row(row) = initial->row(row);
  }
}

absl::Status ValidateFactorOptions(const EngagementTable& engagements,
                                   const FactorOptions& options) {
  RETURN_IF_ERROR(ValidateTable(engagements));
  RETURN_IF_ERROR(
      InRange("num_factors", options.num_factors, 1, kMaxNumFactors));
  RETURN_IF_ERROR(InRange("num_epochs", options.num_epochs, 1, 10000));
  RETURN_IF_ERROR(InRange("num_steps", options.num_steps, 1, 1000));
  RETURN_IF_ERROR(
      InRange("unobserved_weight", options.unobserved_weight, 0, 1e6));
  RETURN_IF_ERROR(InRange("regularization", options.regularization, 1e-9, 1e9));
  RETURN_IF_ERROR(InRange("exponent", options.exponent, 0, 1));
  const FactorMatrix* const initial = options.initial;
  if (initial != nullptr && (initial->rows() != engagements.num_resources ||
                             initial->cols() != options.num_factors)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "initial factors are ", initial->rows(), " x ", initial->cols(),
        ", not ", engagements.num_resources, " x ", options.num_factors));
  }
  if (initial != nullptr && !initial->allFinite()) {
    return absl::InvalidArgumentError("an initial factor is not finite");
  }
  if (options.features == nullptr) return absl::OkStatus();
  return ValidateFeatures(*options.features, engagements.num_resources);
}

}  // namespace evenlight
