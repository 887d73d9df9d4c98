#include "core/histogram.h"

#include <limits>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace evenlight {
namespace {

using testing::ElementsAre;

constexpr double kBounds[] = {1, 10};

TEST(HistogramTest, ABoundBelongsToTheRangeThatItEnds) {
  Histogram histogram(kBounds);
  for (const double value : {0.5, 1.0, 1.5, 10.0, 11.0}) histogram.Add(value);
  EXPECT_THAT(histogram.counts(), ElementsAre(2, 2, 1));
  EXPECT_EQ(histogram.sum(), 24);
}

TEST(HistogramTest, WhatIsOutOfEveryRangeIsInTheFirstOrTheLast) {
  Histogram histogram(kBounds);
  histogram.Add(-1);
  histogram.Add(std::numeric_limits<double>::infinity());
  EXPECT_THAT(histogram.counts(), ElementsAre(1, 0, 1));
}

TEST(HistogramTest, BoundsOfSecondsAscend) {
  for (size_t bound = 1; bound < kSecondsBounds.size(); ++bound) {
    EXPECT_LT(kSecondsBounds[bound - 1], kSecondsBounds[bound]);
  }
}

}  // namespace
}  // namespace evenlight
