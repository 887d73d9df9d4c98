// The final fit of the interest half of a model, on everything.

#ifndef EVENLIGHT_RECOMMENDER_TRAINING_INTEREST_REFIT_H_
#define EVENLIGHT_RECOMMENDER_TRAINING_INTEREST_REFIT_H_

#include "absl/status/statusor.h"
#include "recommender/models/interest_model.h"
#include "recommender/training/dataset.h"
#include "recommender/training/factor_trainer.h"
#include "recommender/training/interest_fit.h"

namespace evenlight {

// Epochs of a fit that starts from the factors of an earlier version: they are
// near the minimum, and more would go past the number that was chosen.
inline constexpr int kWarmEpochs = 2;

// True if a fit of so many factors would start from `previous`.
bool CanStartFrom(const InterestModel* previous, int num_factors);

// Fits on all of `dataset`: popularity; unless `kind` is kPopularity also the
// factors, with the features of the catalog's resources, so that what is newer
// than the model gets factors too; and the neighbours that rank, if `kind` is
// theirs. Neighbours are scaled so that their scores estimate, by least
// squares, 1 for what learners used and 0 for the rest, as factors do.
//
// If CanStartFrom(previous), options.num_epochs becomes at most kWarmEpochs;
// else the start is at random.
absl::StatusOr<InterestParams> RefitInterest(const Dataset& dataset,
                                             InterestKind kind,
                                             FactorOptions options,
                                             const InterestModel* previous);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_TRAINING_INTEREST_REFIT_H_
