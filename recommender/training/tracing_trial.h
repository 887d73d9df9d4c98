// The tracing half of a training run: what would have been predicted of the
// later window by models fitted before it, and the final fit on everything.

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

namespace evenlight {

struct TracingTrialOptions {
  int64_t seed = 1;
  int num_threads = 1;
  std::function<void(double done)> progress;  // May be empty.
};

// A model and what it scored.
struct TracingResult {
  std::string model;
  TracingMetrics metrics;
};

struct TracingTrial {
  TracingModel candidate;  // LR-H and BKT, of what was before the window.
  int num_epochs = 0;      // That LR-H learnt.
  // On the window: LR-H, BKT, Best-LR, kc mean, mean. Empty if no answer is in
  // the window or no kc was ever answered.
  std::vector<TracingResult> results;
  LossDifference against_kc_mean;  // Of LR-H.
};

// Fits before the window and predicts the window. LR-H's number of epochs is
// the best for a fifth of the learners, held out for that.
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

// `last_sequence` is that of the last event that `serving` was trained on. Fits
// LR-H for `num_epochs`. nullopt if fewer than `kMinJudgedAnswers` answers came
// since.
std::optional<ServingComparison> CompareWithServing(
    const Dataset& dataset, const TracingModel& serving, int64_t last_sequence,
    int num_epochs, const TracingTrialOptions& options);

// Fits on everything, LR-H for `num_epochs`.
TracingModel RefitTracing(const Dataset& dataset, int num_epochs,
                          const TracingTrialOptions& options);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_TRAINING_TRACING_TRIAL_H_
