#include "recommender/models/coarse_catalog.h"

#include <Eigen/Core>
#include <algorithm>
#include <cassert>
#include <limits>

#include "recommender/models/top_kernels.h"

namespace evenlight {

CoarseCatalog::CoarseCatalog(int32_t num_resources, size_t num_factors)
    : num_factors_(num_factors),
      stride_((num_factors + ScatteredRows::kStrideUnit - 1) /
              ScatteredRows::kStrideUnit * ScatteredRows::kStrideUnit),
      values_(num_resources * static_cast<int64_t>(stride_)),
      scales_(num_resources, std::numeric_limits<float>::quiet_NaN()),
      norms_(num_resources) {}

void CoarseCatalog::Set(ResourceIndex resource,
                        absl::Span<const float> factors) {
  assert(factors.size() == num_factors_);
  scales_[ToInt(resource)] = RoundRow(factors, RowOf(resource), loss_);
  norms_[ToInt(resource)] =
      Eigen::Map<const Eigen::VectorXf>(
          factors.data(), static_cast<Eigen::Index>(factors.size()))
          .norm();
}

void CoarseCatalog::Copy(ResourceIndex resource, const CoarseCatalog& from,
                         ResourceIndex there) {
  assert(from.stride_ == stride_);
  const int8_t* const row =
      from.values_.data() + static_cast<size_t>(ToInt(there)) * stride_;
  std::copy(row, row + stride_, RowOf(resource));
  scales_[ToInt(resource)] = from.scales_[ToInt(there)];
  norms_[ToInt(resource)] = from.norms_[ToInt(there)];
  loss_ = loss_.Max(from.loss_);
}

RoundedQuery CoarseCatalog::Round(absl::Span<const float> query) const {
  return RoundQuery(query, stride_, loss_);
}

size_t CoarseCatalog::FindPossible(absl::Span<const ResourceIndex> some,
                                   const RoundedQuery& query, float threshold,
                                   int32_t* possible) const {
  static_assert(sizeof(ResourceIndex) == sizeof(int32_t));
  return FindPossibleAt(
      {values_.data(), scales_.data(), stride_},
      {reinterpret_cast<const int32_t*>(some.data()), some.size()},
      query.view(), threshold, possible);
}

}  // namespace evenlight
