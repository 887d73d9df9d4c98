// `evenlight train` as a function: from a checkpoint of a tenant's database to
// a published model version, or a reason why not.
//
//   lock -> dataset -> later window -> tracing models, one chosen; factors,
//     popularity -> evaluate -> gates -> score weights -> refit on all ->
//     publish -> report

#ifndef EVENLIGHT_RECOMMENDER_TRAINING_TRAIN_JOB_H_
#define EVENLIGHT_RECOMMENDER_TRAINING_TRAIN_JOB_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/ids.h"
#include "recommender/models/residual.h"
#include "recommender/training/interest_choice.h"
#include "recommender/training/tracing_choice.h"
#include "storage/database.h"

namespace evenlight {

struct TrainJobOptions {
  TenantId tenant;
  std::string model_dir;
  int64_t seed = 1;
  int num_threads = 2;
  int num_factors = 32;
  // Tracing models to choose from, and what the chosen one may cost.
  std::vector<std::string> models = ServableModels();
  TracingCost budget = kDefaultBudget;
  // What ranks by interest; see interest_choice.h.
  std::string interest = std::string(kAutoInterest);
  // Factors start from those of the version that serves, if there are any.
  bool warm_start = true;
  ResidualShape residual;  // Its sizes; rows and features are set in training.
  // Fewer interactions: kNothingToDo, naming how many there are. Fewer answers:
  // factors and popularity only.
  int64_t min_answers = 1000;
  // Of one phase, with something taken up and something not. Fewer: its score
  // keeps the hand-set weights.
  int64_t min_lists = 1000;
  bool force = false;  // Also when no event is new or nothing can be judged.
  // Called with a stage's name and how much of it is done, in [0, 1]. May be
  // empty.
  std::function<void(absl::string_view stage, double done)> progress;
  // Called with a line for a person: what an epoch of the factors came to. May
  // be empty.
  std::function<void(absl::string_view line)> say;
};

// The values are the exit codes of `evenlight train`.
enum class TrainOutcome {
  kPublished = 0,
  kRefused = 3,      // By a gate; `<model_dir>/<tenant>/refused/` says which.
  kNothingToDo = 4,  // Too little data to train on or to judge by, or nothing
                     // new.
  kTryLater = 75,    // Another trainer runs.
};

struct TrainJobResult {
  TrainOutcome outcome = TrainOutcome::kNothingToDo;
  int64_t version = 0;      // If published.
  std::string message;      // One line for a person.
  std::string report_json;  // One line of JSON: what was tried, every metric
                            // beside its baselines, gates, seconds.
};

// Runs the job on `database`, which it only reads. A kill at any moment leaves
// the model directory serving what it served.
//
// Errors are what stops the job, not what a gate decides: INVALID_ARGUMENT for
// `models` without one that is known and within the budget or an unknown
// `interest`, DATA_LOSS for a
// damaged record, UNAVAILABLE for a disk that takes no files.
absl::StatusOr<TrainJobResult> RunTrainJob(const TrainJobOptions& options,
                                           Database* database);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_TRAINING_TRAIN_JOB_H_
