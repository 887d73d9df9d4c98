// Chooses a few facilities so that everyone has one near: the greedy maximum of
// a monotone submodular sum.

#ifndef EVENLIGHT_RECOMMENDER_CLASS_PLAN_FACILITY_LOCATION_H_
#define EVENLIGHT_RECOMMENDER_CLASS_PLAN_FACILITY_LOCATION_H_

#include <cstdint>
#include <vector>

#include "recommender/class_plan/gain.h"

namespace evenlight {

struct Chosen {
  int32_t column = 0;
  double added = 0;  // To F by this choice, > 0.
};

// At most `num_chosen` columns of `gains` [num_learners x num_candidates, >=
// 0], each the one that adds most to
//
//   F(S) = sum over rows l of max over columns r in S of gains(l, r),
//
// ties to the lower column; ends early when nothing adds anything, or not as
// much as `min_added`. Within
// 1 - 1/e of the best (Nemhauser, Wolsey & Fisher 1978). Lazy: what a column
// adds only falls as S grows, so old values are upper bounds (Minoux 1978).
std::vector<Chosen> ChooseGreedily(const GainMatrix& gains, int32_t num_chosen,
                                   double min_added = 0);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_CLASS_PLAN_FACILITY_LOCATION_H_
