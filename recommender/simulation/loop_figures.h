// What the seeds of the closed loop say together.

#ifndef EVENLIGHT_RECOMMENDER_SIMULATION_LOOP_FIGURES_H_
#define EVENLIGHT_RECOMMENDER_SIMULATION_LOOP_FIGURES_H_

#include <cstddef>
#include <vector>

#include "absl/types/span.h"
#include "recommender/simulation/closed_loop.h"

namespace evenlight {

// What cannot be told is nan.
struct LoopFigures {
  double gain_per_hour = 0;  // Mean over seeds.
  // The 95 % interval of that mean: Student's t over seeds. nan for one seed.
  double low = 0;
  double high = 0;
  double minutes_over_cap = 0;  // Sum.
  double share_in_band = 0;     // Of all practice.
  double share_unmet = 0;       // Of all resources.
  size_t worst_tier = 0;        // An index into kTierSettings.
  double worst_tier_gain = 0;   // Per hour, mean over its learners.
  std::vector<double> curve;    // Mean over seeds.
};

LoopFigures FiguresOf(const LoopCell& cell);

// The mean gain of `cell` over that of the best baseline with the same student
// model among `cells`; nan without one. It may be below 1 for a baseline, and
// is 1 for the best.
double RatioToBestBaseline(const LoopCell& cell,
                           absl::Span<const LoopCell> cells);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_SIMULATION_LOOP_FIGURES_H_
