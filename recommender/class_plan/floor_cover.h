// Chooses so that as many learners as possible are served at all, and only then
// so that they gain most: the floor of a class list.

#ifndef EVENLIGHT_RECOMMENDER_CLASS_PLAN_FLOOR_COVER_H_
#define EVENLIGHT_RECOMMENDER_CLASS_PLAN_FLOOR_COVER_H_

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "recommender/class_plan/facility_location.h"
#include "recommender/class_plan/gain.h"

namespace evenlight {

// How many rows of `gains` have a value > 0 in a chosen column.
int32_t NumServed(const GainMatrix& gains, absl::Span<const Chosen> chosen);

// As ChooseGreedily(), but the number of rows served comes before F. `gains`
// holds 0 wherever less than the floor is given.
//
// If every row that any column serves can be served within the limits, it is:
// a search over the row that is hardest to serve finds such a choice, or that
// there is none. The search is cut after kMaxCoverNodes steps (a small class
// never gets there; set cover is NP-hard); then, and where not all can be
// served, the rows are served greedily, which is within 1 - 1/e of the most.
// Free places go to F, and single swaps that serve no fewer raise it further.
std::vector<Chosen> ChooseWithFloor(const GainMatrix& gains,
                                    absl::Span<const int32_t> given,
                                    const ChoiceLimits& limits);

inline constexpr int32_t kMaxCoverNodes = 2'000;

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_CLASS_PLAN_FLOOR_COVER_H_
