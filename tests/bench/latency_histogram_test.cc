#include "bench/load/latency_histogram.h"

#include <algorithm>
#include <random>
#include <vector>

#include "gtest/gtest.h"

namespace evenlight {
namespace {

TEST(LatencyHistogramTest, WithoutTimesEveryQuantileIsZero) {
  EXPECT_EQ(LatencyHistogram().Quantile(.99), 0);
}

TEST(LatencyHistogramTest, QuantilesAgreeWithASortToAPartIn64) {
  std::mt19937 random(1);
  std::lognormal_distribution<> times(6, 3);
  LatencyHistogram first;
  LatencyHistogram second;
  std::vector<double> sorted;
  for (int n = 0; n < 20'000; ++n) {
    const double time = std::clamp(times(random), 1.0, 3.6e9);
    (n % 2 == 0 ? first : second).Add(time);
    sorted.push_back(time);
  }
  first.Add(second);
  EXPECT_EQ(first.num(), 20'000);
  std::sort(sorted.begin(), sorted.end());
  for (const double q : {.001, .1, .5, .9, .99, .999, 1.}) {
    const double exact = sorted[static_cast<size_t>(q * 20'000) - 1];
    EXPECT_GE(first.Quantile(q), exact - 1) << q;
    EXPECT_LE(first.Quantile(q), exact * (1 + 1. / 64) + 1) << q;
  }
}

TEST(LatencyHistogramTest, TimesOutsideTheRangeCountAsItsEnds) {
  LatencyHistogram histogram;
  histogram.Add(-1);
  histogram.Add(1e30);
  EXPECT_EQ(histogram.Quantile(.5), 1);
  EXPECT_NEAR(histogram.Quantile(1), 3.6e9, 3.6e9 / 64);
}

}  // namespace
}  // namespace evenlight
