// Whether score weights that the track taught may take the place of the
// hand-set ones, phase by phase.

#ifndef EVENLIGHT_RECOMMENDER_TRAINING_WEIGHT_TRIAL_H_
#define EVENLIGHT_RECOMMENDER_TRAINING_WEIGHT_TRIAL_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "core/recommendation.h"
#include "recommender/models/learnt_weights.h"
#include "recommender/training/exposure_log.h"
#include "recommender/training/train_gates.h"
#include "recommender/training/weight_trainer.h"

namespace evenlight {

struct WeightTrialOptions {
  // Lists in which something was taken up and something was not. Fewer in a
  // phase: its hand-set weights stay.
  int64_t min_lists = 1000;
  WeightOptions fit = {};
};

// On the later lists, of weights fitted to the earlier ones.
struct WeightComparison {
  int64_t num_lists = 0;
  double hand_set_log_loss = 0;  // Per list, in nats; with a scale and places
  double learnt_log_loss = 0;    // fitted to the same lists.
  LossDifference excess;         // Learnt above hand-set; negative is better.
  double hand_set_ndcg = 0;
  double learnt_ndcg = 0;
};

struct WeightTrial {
  Phase phase = Phase::kUnspecified;
  int64_t num_lists = 0;                       // Whose window is over.
  int64_t num_with_both = 0;                   // Of those, with both outcomes.
  ScoreParts hand_set{};                       // What would serve otherwise.
  std::optional<WeightComparison> comparison;  // nullopt: too few lists.
  std::vector<Gate> gates;
  WeightFit fit;  // To all lists, if it was compared.
  bool serves = false;
  std::string reason;  // Why it does or does not; a sentence's end.
};

// Of each phase, PRE_CLASS first. `hand_set` is by Phase.
std::vector<WeightTrial> TryWeights(const ExposureLog& log,
                                    const std::array<ScoreParts, 5>& hand_set,
                                    const WeightTrialOptions& options);

// What serves of them.
LearntWeights WeightsThatServe(absl::Span<const WeightTrial> trials);

// As in the configuration: `PRE_CLASS` and so on.
const char* NameOf(Phase phase);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_TRAINING_WEIGHT_TRIAL_H_
