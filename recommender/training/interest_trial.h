// The interest half of a training run: how well factors and popularity rank
// what learners went on to use, and the final fit on everything.

#ifndef EVENLIGHT_RECOMMENDER_TRAINING_INTEREST_TRIAL_H_
#define EVENLIGHT_RECOMMENDER_TRAINING_INTEREST_TRIAL_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "recommender/evaluation/ranking_metrics.h"
#include "recommender/models/interest_model.h"
#include "recommender/training/dataset.h"
#include "recommender/training/factor_trainer.h"

namespace evenlight {

// Depth of the rankings that are judged.
inline constexpr int kRankingDepth = 20;

// What differs between catalogs and is chosen by validation; see FactorOptions.
struct InterestSetting {
  float unobserved_weight = 0.1f;
  float regularization = 0.02f;
  int num_epochs = 8;
};
FactorOptions WithSetting(FactorOptions options,
                          const InterestSetting& setting);

struct InterestTrial {
  // With the highest NDCG on each learner's last fifth of what was before the
  // window, if that tells anything.
  InterestSetting setting;
  // Of the same learners: those who engaged with something before the window
  // and with something new in it that has a row; at most 2,000 of them.
  RankingMetrics factors;
  RankingMetrics popularity;
  RankingMetrics item_knn;
  RankingMetrics ease;  // Of no learners above kMaxEaseToTry resources.
};

// EASE inverts a matrix of resources: some seconds at this size.
inline constexpr int32_t kMaxEaseToTry = 5000;

// Fits before the window and ranks the window's new engagements.
absl::StatusOr<InterestTrial> TryInterest(const Dataset& dataset,
                                          const FactorOptions& options);

// Fits on everything; popularity only unless `with_factors`. Both fit with the
// features of the catalog's resources, if there are any; the result then has
// what resources get that are newer than it.
absl::StatusOr<InterestParams> RefitInterest(const Dataset& dataset,
                                             bool with_factors,
                                             const FactorOptions& options);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_TRAINING_INTEREST_TRIAL_H_
