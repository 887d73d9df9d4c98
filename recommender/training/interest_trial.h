// How well each way of ranking finds what learners went on to use.

#ifndef EVENLIGHT_RECOMMENDER_TRAINING_INTEREST_TRIAL_H_
#define EVENLIGHT_RECOMMENDER_TRAINING_INTEREST_TRIAL_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "recommender/evaluation/ranking_metrics.h"
#include "recommender/training/dataset.h"
#include "recommender/training/factor_trainer.h"
#include "recommender/training/interest_fit.h"

namespace evenlight {

// Depth of the rankings that are judged.
inline constexpr int kRankingDepth = 20;

// What an engagement counts for popularity is halved by so much time.
inline constexpr absl::Duration kPopularityHalfLife = absl::Hours(24 * 30);

// What differs between catalogs and is chosen by validation; see FactorOptions.
struct InterestSetting {
  float unobserved_weight = 0.1f;
  float regularization = 0.02f;
  int num_epochs = 8;
};
FactorOptions WithSetting(FactorOptions options,
                          const InterestSetting& setting);

// An epoch of the factors with a setting under trial.
struct InterestEpoch {
  InterestSetting setting;  // Its num_epochs: this epoch, from 1.
  double loss = 0;
  RankingMetrics validation;
};

struct InterestTrialOptions {
  FactorOptions factors;
  bool try_ease = false;  // Also above kMaxEaseToTry resources.
  // May be empty.
  std::function<void(const InterestEpoch&)> on_epoch;
};

struct InterestTrial {
  // With the highest NDCG on each learner's last fifth of what was before the
  // window, if that tells anything.
  InterestSetting setting;
  // Of the same learners: those who engaged with something before the window
  // and with something new in it that has a row; at most 2,000 of them. Those
  // that were not tried are of no learners.
  RankingMetrics factors;
  RankingMetrics item_knn;
  RankingMetrics ease;
  RankingMetrics popularity;
  RankingMetrics decayed_popularity;  // By kPopularityHalfLife.
  RankingMetrics grouped_popularity;  // By subject and grade.

  const RankingMetrics& of(InterestKind kind) const;
};

// Fits before the window and ranks the window's new engagements.
absl::StatusOr<InterestTrial> TryInterest(const Dataset& dataset,
                                          const InterestTrialOptions& options);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_TRAINING_INTEREST_TRIAL_H_
