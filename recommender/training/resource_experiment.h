// An offline experiment in ranking resources, beside tracing_experiment.h: per
// model, settings chosen on a part of the training data, a refit on all of it,
// and what is held out read once, at the end.

#ifndef EVENLIGHT_RECOMMENDER_TRAINING_RESOURCE_EXPERIMENT_H_
#define EVENLIGHT_RECOMMENDER_TRAINING_RESOURCE_EXPERIMENT_H_

#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "recommender/evaluation/ranking_figures.h"
#include "recommender/training/resource_ranker.h"
#include "recommender/training/resource_split.h"

namespace evenlight {

// One epoch of a fit.
struct RankerEpoch {
  static constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

  int epoch = 0;             // From 1.
  double loss = 0;           // The objective, as the trainer says it.
  double ndcg20 = kUnknown;  // On the validation part; unknown without one.
  double seconds = 0;        // Of solving.
};

// A setting tried on the validation part. `setting.num_epochs` is that of the
// chosen epoch; one that takes longer must be better by 1 %, and so must a
// setting that is tried later, or it is taken for noise.
struct RankerTrial {
  ResourceSetting setting;
  double ndcg20 = 0;
  std::vector<RankerEpoch> curve;  // Empty for models without epochs.
};

struct ResourceExperimentOptions {
  std::vector<std::string> models = ResourceModels();
  RankerOptions ranker;
  // Of models that have them, with validation the most. 0: 5, and 16.
  int num_epochs = 0;
  // Of each learner's training engagements, in (0, 1); 0: none, and each model
  // has its first default setting.
  double validate_fraction = 0;
  int num_random = 0;  // Settings besides the default ones; needs validation.
  // Both may be empty. After each epoch, and after each trial.
  std::function<void(const std::string& model, const RankerEpoch&)> on_epoch;
  std::function<void(const std::string& model, const RankerTrial&)> on_trial;
};

struct ResourceScore {
  std::string model;
  int num_factors = 0;  // 0: it has none.
  int num_threads = 0;
  ResourceSetting setting;  // The chosen one.
  RankingFigures figures;
  std::vector<RankingSlice> by_activity;
  std::vector<RankingSlice> by_age;  // Empty where times are not known.
  RankingSpread spread;
  double train_seconds = 0;                      // Of the refit.
  double epoch_seconds = RankerEpoch::kUnknown;  // Median of the refit's.
  // Of the chosen setting; unknown without validation.
  double validation_ndcg20 = RankerEpoch::kUnknown;
  double search_seconds = 0;  // Of all trials together, with their ranking.
  // Of the chosen setting: on validation if there is one, else of the refit.
  std::vector<RankerEpoch> curve;
  std::vector<RankerTrial> trials;  // In the order tried.
};

// A model that was left out, and why: ease on more resources than it takes.
struct LeftOut {
  std::string model;
  absl::Status reason;
};

struct ResourceExperiment {
  std::vector<ResourceScore> scores;
  std::vector<LeftOut> left_out;
};

// INVALID_ARGUMENT: a model is not known, a fraction or a count is out of
// range, or random settings without validation.
absl::Status CheckResourceOptions(const ResourceExperimentOptions& options);

// Ranks all resources for every learner who can be judged, those of `train`
// left out. Repeatable from the seed but for the seconds, with any number of
// threads.
//
// INVALID_ARGUMENT: as CheckResourceOptions() or FitRanker(), or no learner can
// be judged or validated on.
absl::StatusOr<ResourceExperiment> RunResourceExperiment(
    const ResourceSplit& split, const ResourceExperimentOptions& options);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_TRAINING_RESOURCE_EXPERIMENT_H_
