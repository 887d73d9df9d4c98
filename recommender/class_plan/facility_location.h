// Chooses a few facilities so that everyone has one near: the greedy maximum of
// a monotone submodular sum.

#ifndef EVENLIGHT_RECOMMENDER_CLASS_PLAN_FACILITY_LOCATION_H_
#define EVENLIGHT_RECOMMENDER_CLASS_PLAN_FACILITY_LOCATION_H_

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "recommender/class_plan/gain.h"

namespace evenlight {

struct Chosen {
  int32_t column = 0;
  double added = 0;  // To F by this choice, >= 0; > 0 if it was not given.
};

// How much may be chosen.
struct ChoiceLimits {
  int32_t num_places = 0;
  double min_added = 0;  // What adds less is not worth a place.
  // [num_candidates], each > 0; read only if `max_minutes` is > 0.
  absl::Span<const float> minutes = {};
  float max_minutes = 0;  // Of all that is chosen together. 0: no limit.
};

// F(S) = sum over rows l of `gains` of max over columns r in S of gains(l, r).
double Objective(const GainMatrix& gains, absl::Span<const Chosen> chosen);

// The minutes of `chosen` together.
float MinutesOf(absl::Span<const Chosen> chosen, const ChoiceLimits& limits);

// The columns `given` (each once), then, within the limits, columns of `gains`
// [num_learners x num_candidates, >= 0], each the one that adds most to F, ties
// to the lower column; ends early when nothing that fits adds anything, or not
// as much as `min_added`. What is given stays, also beyond the limits; then
// nothing is added.
//
// Without a limit of minutes within 1 - 1/e of the best addition (Nemhauser,
// Wolsey & Fisher 1978). Lazy: what a column adds only falls as S grows, so old
// values are upper bounds (Minoux 1978).
//
// With one, the better of that choice and of the same by what a column adds per
// minute; each alone can be as bad as one likes (Leskovec et al., KDD 2007).
std::vector<Chosen> ChooseGreedily(const GainMatrix& gains,
                                   absl::Span<const int32_t> given,
                                   const ChoiceLimits& limits);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_CLASS_PLAN_FACILITY_LOCATION_H_
