// EASE: a linear model from resources to resources, in closed form. A baseline,
// and on catalogs of a few thousand resources often the best there is.

#ifndef EVENLIGHT_RECOMMENDER_TRAINING_EASE_H_
#define EVENLIGHT_RECOMMENDER_TRAINING_EASE_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "recommender/models/factors.h"
#include "recommender/models/neighbours.h"
#include "recommender/training/engagement_table.h"

namespace evenlight {

// Two matrices of 1.6 GB, and minutes on two cores.
inline constexpr int32_t kMaxEaseResources = 20'000;

struct EaseOptions {
  // lambda > 0. It grows with the number of learners and shrinks with the
  // catalog; well below 1, single precision does not hold.
  float regularization = 300;
  int num_threads = 1;
};

// The weights B [num_resources x num_resources] that minimize
//
//   |X - X B|^2 + lambda |B|^2  with  diag(B) = 0,
//
// where X is 1 for each engagement, whatever its weight, else 0: with
// P = (X'X + lambda I)^-1, B_ij = -P_ij / P_jj. Steck, WWW 2019, eq. 8. Equal
// to the byte for any number of threads. O(n^3) time, 8 n^2 bytes.
//
// RESOURCE_EXHAUSTED: more than kMaxEaseResources resources.
// INVALID_ARGUMENT: as ValidateTable(), or lambda is not positive and finite,
// or too small.
absl::StatusOr<FactorMatrix> FitEase(const EngagementTable& table,
                                     const EaseOptions& options);

// Sets the score of each resource to the sum of the weights from the resources
// of `history`. `weights` and `scores` are of all resources.
void ScoreByEase(const FactorMatrix& weights,
                 absl::Span<const Engagement> history,
                 absl::Span<float> scores);

// The `num_neighbours` largest weights of each row, by their absolute values,
// for serving.
ResourceNeighbours LargestWeights(const FactorMatrix& weights,
                                  int num_neighbours);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_TRAINING_EASE_H_
