// Where what was chosen stands among what could have been chosen instead.

#ifndef EVENLIGHT_RECOMMENDER_EVALUATION_CHOICE_RANK_H_
#define EVENLIGHT_RECOMMENDER_EVALUATION_CHOICE_RANK_H_

#include <cstdint>
#include <limits>

#include "absl/types/span.h"

namespace evenlight {

// The share of `others` that `chosen` is above, those equal to it counting half
// (mid-rank): 1 is the best, 0 the worst. Of choices at random the mean is 0.5
// whatever the ties. NaN if there are no others.
double MidRank(float chosen, absl::Span<const float> others);

// A rank in [0, 1] and whose choice it was.
struct LearnerRank {
  double rank = 0;
  int32_t learner = 0;  // Those of one learner are next to each other.
};

// NaN is what the ranks cannot tell: anything of none, the error of one
// learner's.
struct RankSpread {
  static constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

  int64_t num_ranks = 0;
  double mean = kUnknown;
  double mean_error = kUnknown;  // Standard error, learners being independent.
  // Between two ranks: on the straight line from one to the other.
  double lower_quartile = kUnknown;
  double median = kUnknown;
  double upper_quartile = kUnknown;
};

RankSpread SpreadOf(absl::Span<const LearnerRank> ranks);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_EVALUATION_CHOICE_RANK_H_
