#include "recommender/simulation/loop_figures.h"

#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <limits>

namespace evenlight {
namespace {

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

double MeanGain(const LoopCell& cell) {
  double sum = 0;
  for (const SeedFigures& seed : cell.seeds) sum += seed.gain_per_hour;
  return sum / static_cast<double>(cell.seeds.size());
}

// Half the width of the 95 % interval of the mean.
double HalfWidth(const LoopCell& cell, double mean) {
  const auto n = static_cast<double>(cell.seeds.size());
  if (n < 2) return kUnknown;
  double squares = 0;
  for (const SeedFigures& seed : cell.seeds) {
    squares += (seed.gain_per_hour - mean) * (seed.gain_per_hour - mean);
  }
  const boost::math::students_t distribution(n - 1);
  return quantile(distribution, .975) * std::sqrt(squares / (n - 1) / n);
}

double Share(int64_t part, int64_t all) {
  if (all == 0) return kUnknown;
  return static_cast<double>(part) / static_cast<double>(all);
}

void AddCounts(const LoopCell& cell, LoopFigures* figures) {
  int64_t num_resources = 0;
  int64_t num_practice = 0;
  int64_t num_in_band = 0;
  int64_t num_unmet = 0;
  for (const SeedFigures& seed : cell.seeds) {
    figures->minutes_over_cap += seed.minutes_over_cap;
    num_resources += seed.num_resources;
    num_practice += seed.num_practice;
    num_in_band += seed.num_in_band;
    num_unmet += seed.num_unmet;
  }
  figures->share_in_band = Share(num_in_band, num_practice);
  figures->share_unmet = Share(num_unmet, num_resources);
}

void AddWorstTier(const LoopCell& cell, LoopFigures* figures) {
  figures->worst_tier_gain = kUnknown;
  for (size_t tier = 0; tier < kNumLoopTiers; ++tier) {
    double sum = 0;
    int64_t num_learners = 0;
    for (const SeedFigures& seed : cell.seeds) {
      sum += seed.tier_gains[tier];
      num_learners += seed.tier_learners[tier];
    }
    if (num_learners == 0) continue;
    const double gain = sum / static_cast<double>(num_learners);
    if (!(gain >= figures->worst_tier_gain)) {
      figures->worst_tier = tier;
      figures->worst_tier_gain = gain;
    }
  }
}

void AddCurve(const LoopCell& cell, LoopFigures* figures) {
  for (const SeedFigures& seed : cell.seeds) {
    figures->curve.resize(seed.curve.size());
    for (size_t point = 0; point < seed.curve.size(); ++point) {
      figures->curve[point] +=
          seed.curve[point] / static_cast<double>(cell.seeds.size());
    }
  }
}

}  // namespace

LoopFigures FiguresOf(const LoopCell& cell) {
  LoopFigures figures;
  figures.gain_per_hour = MeanGain(cell);
  const double half_width = HalfWidth(cell, figures.gain_per_hour);
  figures.low = figures.gain_per_hour - half_width;
  figures.high = figures.gain_per_hour + half_width;
  AddCounts(cell, &figures);
  AddWorstTier(cell, &figures);
  AddCurve(cell, &figures);
  return figures;
}

double RatioToBestBaseline(const LoopCell& cell,
                           absl::Span<const LoopCell> cells) {
  double best = kUnknown;
  for (const LoopCell& other : cells) {
    if (other.student != cell.student || !IsBaseline(other.policy)) continue;
    const double gain = MeanGain(other);
    if (!(gain <= best)) best = gain;
  }
  return MeanGain(cell) / best;
}

}  // namespace evenlight
