// `evenlight evaluate tracing`: how well knowledge tracing predicts answers of
// learners it has not seen, beside baselines, from files alone.

#ifndef EVENLIGHT_SERVICES_CLI_EVALUATE_TRACING_H_
#define EVENLIGHT_SERVICES_CLI_EVALUATE_TRACING_H_

#include <cstdint>
#include <string>
#include <vector>

#include "services/cli/console.h"

namespace evenlight {

struct EvaluateTracingOptions {
  // One of the two: an answers CSV, or the AKT files of a name in a directory.
  std::string answers_file;
  std::string akt_directory;
  std::string akt_name;

  // Blanks around a name are taken. Empty: DefaultTracingModels().
  std::vector<std::string> models;
  std::vector<int> folds = {1, 2, 3, 4, 5};
  bool is_full = false;  // Else a learner's history starts anew every 200.
  bool online = false;
  int64_t seed = 1;
  int num_threads = 2;
  // A JSON report; empty: none. Charts are written beside it, with `.json`
  // replaced by `.reliability.svg` and `.learning_curve.svg`.
  std::string out_file;
};

// Prints a line per model and fold, `fold=mean` for the mean over folds; each
// says `ordered=no` where the answers have neither order nor time. Notes on the
// answers go to standard error and into the report. That the report can be
// written is looked at first.
int EvaluateTracing(const EvaluateTracingOptions& options,
                    const Console& console);

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_CLI_EVALUATE_TRACING_H_
