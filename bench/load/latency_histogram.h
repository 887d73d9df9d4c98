// Times by logarithmic classes of 64 steps each, as HdrHistogram keeps them:
// any percentile is exact to a part in 64, however many times there are.

#ifndef EVENLIGHT_BENCH_LOAD_LATENCY_HISTOGRAM_H_
#define EVENLIGHT_BENCH_LOAD_LATENCY_HISTOGRAM_H_

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>

namespace evenlight {

// A value.
class LatencyHistogram {
 public:
  // Less than a microsecond counts as one, more than an hour as one.
  void Add(double microseconds) {
    const auto time =
        static_cast<uint64_t>(std::clamp(microseconds, 1.0, 3.6e9));
    ++counts_[ClassOf(time)];
    ++num_;
  }

  void Add(const LatencyHistogram& other) {
    for (size_t row = 0; row < counts_.size(); ++row) {
      counts_[row] += other.counts_[row];
    }
    num_ += other.num_;
  }

  int64_t num() const { return num_; }

  // The microseconds that a share `q` in [0, 1] of the times do not pass: the
  // upper end of their class; 0 without times.
  double Quantile(double q) const {
    if (num_ == 0) return 0;
    const auto rank = std::max<int64_t>(
        1, static_cast<int64_t>(std::ceil(q * static_cast<double>(num_))));
    int64_t below = 0;
    for (size_t row = 0; row < counts_.size(); ++row) {
      below += counts_[row];
      if (below >= rank) return UpperEnd(row);
    }
    return UpperEnd(counts_.size() - 1);
  }

 private:
  static constexpr int kStepBits = 6;
  static constexpr uint64_t kNumSteps = 1 << kStepBits;

  // Below 64 each microsecond is a class; above, 64 classes to a doubling.
  static size_t ClassOf(uint64_t time) {
    if (time < kNumSteps) return time;
    const int shift = static_cast<int>(std::bit_width(time)) - 1 - kStepBits;
    return static_cast<size_t>(shift) * kNumSteps + (time >> shift);
  }

  static double UpperEnd(size_t row) {
    if (row < kNumSteps) return static_cast<double>(row);
    const size_t shift = row / kNumSteps - 1;
    const uint64_t step = row % kNumSteps + kNumSteps;
    return static_cast<double>(((step + 1) << shift) - 1);
  }

  std::array<int64_t, 28 * kNumSteps> counts_ = {};
  int64_t num_ = 0;
};

}  // namespace evenlight

#endif  // EVENLIGHT_BENCH_LOAD_LATENCY_HISTOGRAM_H_
