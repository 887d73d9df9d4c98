// The tracing half of a training run: models fitted before the later window,
// the one that is chosen, how it predicts the window, and its final fit on
// everything.

#ifndef EVENLIGHT_RECOMMENDER_TRAINING_TRACING_TRIAL_H_
#define EVENLIGHT_RECOMMENDER_TRAINING_TRACING_TRIAL_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "recommender/evaluation/tracing_metrics.h"
#include "recommender/models/tracing_model.h"
#include "recommender/training/dataset.h"
#include "recommender/training/learning_curve.h"
#include "recommender/training/tracing_choice.h"
#include "recommender/training/tracing_fitter.h"

namespace evenlight {

struct TracingTrialOptions {
  int64_t seed = 1;
  int num_threads = 1;
  std::vector<std::string> models = ServableModels();
  TracingCost budget = kDefaultBudget;
  ResidualTrainOptions residual;              // As in TracingFitOptions.
  std::function<void(double done)> progress;  // May be empty.
};

// A model that might have been served.
struct TracingCandidate {
  std::string model;
  TracingCost cost;
  bool is_fitted = false;  // Not if it is beyond the budget.
  bool is_chosen = false;
  std::string reason;  // Why, or why not.
  int lrh_epochs = 0;
  int residual_epochs = 0;
  TracingMetrics validation;  // As fitted, without calibration.
  LearningCurve curve;        // Of the part learnt last; empty for BKT.
};

// A model and what it scored.
struct TracingResult {
  std::string model;
  TracingMetrics metrics;
};

// The name in TracingTrial::results of the chosen model as it would be served.
inline constexpr char kServedModel[] = "served";

struct TracingTrial {
  // The chosen model as it would be served, with calibration and corrections,
  // of four fifths of the learners and what was before the window.
  TracingModel model;
  TracingRecipe recipe;  // How to fit it again.
  std::vector<TracingCandidate> candidates;
  TracingMetrics validation;  // Of `model`, which was calibrated there.
  // On the window: `model`, each candidate as fitted, Best-LR, kc mean, mean.
  // Empty if no answer is in the window or no kc was ever answered.
  std::vector<TracingResult> results;
  LossDifference against_kc_mean;  // Of `model`.
};

// Fits the models within the budget to four fifths of the learners before the
// window. The other fifth chooses epochs, the model (ChooseTracing), its
// calibration and the rate of learners' corrections; the window only judges.
// Where nobody answered a question with a kc there is nothing to choose: no
// candidates, and the recipe is BKT's.
//
// `options.models` are as ValidateModels() wants them.
TracingTrial TryTracing(const Dataset& dataset,
                        const TracingTrialOptions& options);

// What today's training would have made of the events that the version which
// serves was trained on, beside that version, on the answers that were
// committed since: neither has seen them, and neither knows more than the
// other.
struct ServingComparison {
  TracingMetrics candidate;
  TracingMetrics serving;
  LossDifference difference;  // Of the candidate.
};

// Fewer answers tell nothing of a model.
inline constexpr int64_t kMinJudgedAnswers = 100;

// `last_sequence` is that of the last event that `serving` was trained on. The
// candidate is today's `model`: that choice is all that it has of later events.
// Its epochs, calibration and correction rate are chosen on those that
// `serving` had. nullopt if fewer than `kMinJudgedAnswers` answers came since.
std::optional<ServingComparison> CompareWithServing(
    const Dataset& dataset, const TracingModel& serving, int64_t last_sequence,
    const std::string& model, const TracingTrialOptions& options);

// Fits on everything.
TracingModel RefitTracing(const Dataset& dataset, const TracingRecipe& recipe,
                          const TracingTrialOptions& options);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_TRAINING_TRACING_TRIAL_H_
