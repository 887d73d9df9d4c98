// How often values fell into ranges, and their sum: what a dashboard needs to
// tell a share or a percentile of any time span.

#ifndef EVENLIGHT_CORE_HISTOGRAM_H_
#define EVENLIGHT_CORE_HISTOGRAM_H_

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "absl/types/span.h"

namespace evenlight {

// Of what takes from 10 us to 10 s; a factor of 2 to 2.5 from bound to bound.
inline constexpr std::array<double, 19> kSecondsBounds = {
    1e-5,  2.5e-5, 5e-5, 1e-4, 2.5e-4, 5e-4, 1e-3, 2.5e-3, 5e-3, 0.01,
    0.025, 0.05,   0.1,  0.25, 0.5,    1,    2.5,  5,      10};

// Thread-compatible: whoever shares one guards it.
class Histogram {
 public:
  // `upper_bounds` ascend, and outlive it: range r holds what is not above
  // bound r but above the one before; one more range holds the rest.
  explicit Histogram(absl::Span<const double> upper_bounds)
      : upper_bounds_(upper_bounds), counts_(upper_bounds.size() + 1) {}

  void Add(double value) {
    const auto bound =
        std::lower_bound(upper_bounds_.begin(), upper_bounds_.end(), value);
    ++counts_[bound - upper_bounds_.begin()];
    sum_ += value;
  }

  absl::Span<const double> upper_bounds() const { return upper_bounds_; }
  const std::vector<int64_t>& counts() const { return counts_; }
  double sum() const { return sum_; }

 private:
  absl::Span<const double> upper_bounds_;  // [num_bounds]
  std::vector<int64_t> counts_;            // [num_bounds + 1]
  double sum_ = 0;
};

}  // namespace evenlight

#endif  // EVENLIGHT_CORE_HISTOGRAM_H_
