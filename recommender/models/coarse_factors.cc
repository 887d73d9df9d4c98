#include "recommender/models/coarse_factors.h"

#include <sys/mman.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <new>

namespace evenlight {
namespace {

constexpr double kMaxInt8 = 127;
constexpr double kMaxInt16 = 32767;
constexpr size_t kBlockRows = CoarseRows::kBlockRows;
constexpr size_t kLineBytes = 64;
constexpr size_t kLargePageBytes = size_t{2} << 20;

// In large pages if it fills one, because a scan through small ones waits at
// the end of each.
int8_t* AllocateZeros(size_t bytes) {
  const size_t page = bytes < kLargePageBytes ? kLineBytes : kLargePageBytes;
  const size_t whole = (bytes / page + 1) * page;
  void* const memory = std::aligned_alloc(page, whole);
  if (memory == nullptr) throw std::bad_alloc();
  // Only advice: without, all is the same but slower.
  if (page == kLargePageBytes) madvise(memory, whole, MADV_HUGEPAGE);
  std::memset(memory, 0, whole);
  return static_cast<int8_t*>(memory);
}

double LargestMagnitude(absl::Span<const float> values) {
  double largest = 0;
  for (const float value : values) {
    largest = std::max(largest, std::abs(static_cast<double>(value)));
  }
  return largest;
}

}  // namespace

float RoundRow(absl::Span<const float> values, int8_t* integers,
               RoundingLoss& loss) {
  // Not below what a float holds to full precision, so that the integers stay
  // in range.
  const float scale =
      std::max(static_cast<float>(LargestMagnitude(values) / kMaxInt8),
               std::numeric_limits<float>::min());
  double residual = 0;
  double norm = 0;
  for (size_t factor = 0; factor < values.size(); ++factor) {
    const double exact = static_cast<double>(values[factor]) / scale;
    const double rounded =
        std::clamp(std::nearbyint(exact), -kMaxInt8, kMaxInt8);
    integers[factor] = static_cast<int8_t>(rounded);
    residual += (exact - rounded) * (exact - rounded);
    norm += rounded * rounded;
  }
  loss = loss.Max({std::sqrt(residual), std::sqrt(norm)});
  return scale;
}

RoundedQuery RoundQuery(absl::Span<const float> query, size_t num_values,
                        const RoundingLoss& loss) {
  RoundedQuery result;
  result.values.assign(num_values, 0);
  // The sum of products stays below 2^31.
  const double max_value = std::min(
      kMaxInt16,
      std::floor(
          static_cast<double>(std::numeric_limits<int32_t>::max()) /
          (kMaxInt8 * static_cast<double>(std::max<size_t>(num_values, 2)))));
  result.scale =
      std::max(static_cast<float>(LargestMagnitude(query) / max_value),
               std::numeric_limits<float>::min());
  double residual = 0;
  double norm = 0;
  for (size_t factor = 0; factor < query.size(); ++factor) {
    const double value = query[factor];
    const double rounded =
        std::clamp(std::nearbyint(value / result.scale), -max_value, max_value);
    result.values[factor] = static_cast<int16_t>(rounded);
    const double lost = value - rounded * result.scale;
    residual += lost * lost;
    norm += value * value;
  }
  // What the float sums of the exact score and of the bound may lose, in units
  // of s: |y| <= s (eta + rho).
  const double float_loss =
      static_cast<double>(query.size() + 16) *
      static_cast<double>(std::numeric_limits<float>::epsilon()) *
      std::sqrt(norm) * (loss.norm + loss.residual);
  result.margin =
      static_cast<float>(std::sqrt(norm) * loss.residual +
                         std::sqrt(residual) * loss.norm + float_loss);
  return result;
}

CoarseFactors::CoarseFactors(const FactorMatrix& factors)
    : num_pairs_(static_cast<size_t>(factors.cols() + 1) / 2),
      num_blocks_((static_cast<size_t>(factors.rows()) + kBlockRows - 1) /
                  kBlockRows),
      values_(AllocateZeros(num_blocks_ * kBlockRows * 2 * num_pairs_)),
      scales_(num_blocks_ * kBlockRows, 0.0f) {
  const auto num_factors = static_cast<size_t>(factors.cols());
  std::vector<int8_t> integers(num_factors);
  for (size_t row = 0; row < static_cast<size_t>(factors.rows()); ++row) {
    scales_[row] = RoundRow({factors.data() + row * num_factors, num_factors},
                            integers.data(), loss_);
    int8_t* const block =
        &values_[row / kBlockRows * num_pairs_ * 2 * kBlockRows];
    for (size_t factor = 0; factor < num_factors; ++factor) {
      block[(factor / 2 * kBlockRows + row % kBlockRows) * 2 + factor % 2] =
          integers[factor];
    }
  }
}

RoundedQuery CoarseFactors::Round(absl::Span<const float> query) const {
  return RoundQuery(query, 2 * num_pairs_, loss_);
}

CoarseRows CoarseFactors::Blocks(size_t first, size_t count) const {
  CoarseRows rows;
  rows.values = values_.get() + first * kBlockRows * 2 * num_pairs_;
  rows.scales = scales_.data() + first * kBlockRows;
  rows.num_blocks = std::min(count, num_blocks_ - first);
  rows.num_pairs = num_pairs_;
  return rows;
}

}  // namespace evenlight
