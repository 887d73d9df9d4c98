// The models that rank resources, behind one function: the factors and the
// baselines that stand beside them in every report.

#ifndef EVENLIGHT_RECOMMENDER_TRAINING_RESOURCE_RANKER_H_
#define EVENLIGHT_RECOMMENDER_TRAINING_RESOURCE_RANKER_H_

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "recommender/evaluation/full_ranking.h"
#include "recommender/training/resource_split.h"

namespace evenlight {

inline constexpr absl::string_view kIals = "ials";
inline constexpr absl::string_view kPopularity = "popularity";
inline constexpr absl::string_view kItemKnn = "itemknn";
inline constexpr absl::string_view kEase = "ease";

// All of them, in the order of a report.
std::vector<std::string> ResourceModels();

// What may be chosen for a model; others' fields are not read.
struct ResourceSetting {
  // ials: see FactorOptions.
  float unobserved_weight = 0.01f;
  float regularization = 0.003f;
  float exponent = 1;
  int num_epochs = 5;
  // itemknn: see ItemKnnOptions.
  int num_neighbours = 200;
  float learner_exponent = 0.5f;
  float neighbour_exponent = 0.5f;
  float ease_regularization = 300;                      // ease.
  absl::Duration half_life = absl::InfiniteDuration();  // popularity.
};

// The fields that `model` reads, by the names that a report prints.
std::vector<std::pair<std::string, double>> KnobsOf(
    absl::string_view model, const ResourceSetting& setting);

struct RankerOptions {
  int num_factors = 64;
  bool half_precision = false;
  int64_t seed = 1;
  int num_threads = 1;
};

// A fitted model. `score` owns what it reads, but for the table that the model
// was fitted on.
struct ResourceRanker {
  BlockScorer score;
  double seconds = 0;  // Of fitting, without `on_epoch`.
  // Of models with epochs, else empty: of each.
  std::vector<double> epoch_seconds;
};

// Called after an epoch with its number, from 1, its loss and seconds, and a
// function that makes a ranker of what there is. False stops.
using OnRankerEpoch = std::function<bool(
    int epoch, double loss, double seconds,
    absl::FunctionRef<absl::StatusOr<BlockScorer>()> scorer)>;

// Learners are folded in from `split.train`, as at serving. `split` outlives
// the result. `on_epoch` may be empty.
//
// RESOURCE_EXHAUSTED: ease, and there are more than kMaxEaseResources.
// INVALID_ARGUMENT: the model is not known, or its fit takes no such setting.
absl::StatusOr<ResourceRanker> FitRanker(absl::string_view model,
                                         const ResourceSetting& setting,
                                         const ResourceSplit& split,
                                         const RankerOptions& options,
                                         const OnRankerEpoch& on_epoch);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_TRAINING_RESOURCE_RANKER_H_
