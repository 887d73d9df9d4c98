// `evenlight evaluate tracing` as a function: tracing models and baselines on
// held-out learners, fold by fold, by the protocol of the field.

#ifndef EVENLIGHT_RECOMMENDER_TRAINING_TRACING_EXPERIMENT_H_
#define EVENLIGHT_RECOMMENDER_TRAINING_TRACING_EXPERIMENT_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/answers.h"

namespace evenlight {

struct TracingExperimentOptions {
  std::vector<std::string> models = {"mean", "bestlr", "bkt", "lrh"};
  std::vector<int> folds = {1, 2, 3, 4, 5};
  // A learner's history starts anew every so many answers; 0: never.
  int chunk_size = 200;
  int64_t seed = 1;
  int num_threads = 2;
  std::function<void(absl::string_view stage, double done)> progress;
};

// One model on one fold; fold 0 is the mean over folds.
struct TracingScore {
  std::string model;
  int fold = 0;
  double auc = 0;
  double auc_deviation = 0;  // Over folds; fold 0 only.
  double accuracy = 0;
  double log_loss = 0;
  double calibration_error = 0;  // ECE over 15 bins.
  double train_seconds = 0;
  int64_t num_answers = 0;
};

// Test fold k: validation is fold k mod 5 + 1, training the rest (fold 0 is
// always training). Hyper-parameters and epochs are chosen on validation only.
//
// INVALID_ARGUMENT: an unknown model, or a fold without learners.
absl::StatusOr<std::vector<TracingScore>> RunTracingExperiment(
    const AnswerSet& answers, const TracingExperimentOptions& options);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_TRAINING_TRACING_EXPERIMENT_H_
