// Item neighbourhoods: resources that the same learners used. A baseline that
// the factors must beat.

#ifndef EVENLIGHT_RECOMMENDER_TRAINING_ITEM_KNN_H_
#define EVENLIGHT_RECOMMENDER_TRAINING_ITEM_KNN_H_

#include "absl/status/statusor.h"
#include "recommender/models/neighbours.h"
#include "recommender/training/engagement_table.h"

namespace evenlight {

struct ItemKnnOptions {
  int num_neighbours = 200;  // Kept per resource, at least 1.
  // beta: how much less a learner says who uses much. 0 is the plain cosine.
  float learner_exponent = 0.5f;
  // alpha: how much of the normalisation is by the neighbour that is
  // recommended, the rest by the resource that was used. 0.5 is the cosine.
  float neighbour_exponent = 0.5f;
  int num_threads = 1;
};

// The similarity of j to i, which is never i itself, is
//
//   sum over learners u of both, 1 / n_u^beta  /  (n_i^(1 - alpha) n_j^alpha)
//
// where n counts engagements of a learner or resource; their weights are not
// read. Sarwar et al. (WWW 2001) for beta = 0, the cosine; with beta = 0.5 it
// is Y'Y of the engagements normalised on both sides by the roots of the
// degrees. Equal ones are in the order of rows. Equal to the byte for any
// number of threads.
//
// O(sum n_u^2); learners with more than 10,000 engagements, of whom each would
// cost as much as all others, are left out.
//
// INVALID_ARGUMENT: as ValidateTable(), or no neighbours are asked for.
absl::StatusOr<ResourceNeighbours> FitItemKnn(const EngagementTable& table,
                                              const ItemKnnOptions& options);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_TRAINING_ITEM_KNN_H_
