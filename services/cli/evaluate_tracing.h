// `evenlight evaluate tracing`: how well knowledge tracing predicts answers of
// learners it has not seen, beside baselines, from an answers CSV alone.

#ifndef EVENLIGHT_SERVICES_CLI_EVALUATE_TRACING_H_
#define EVENLIGHT_SERVICES_CLI_EVALUATE_TRACING_H_

#include <cstdint>
#include <string>
#include <vector>

#include "services/cli/console.h"

namespace evenlight {

struct EvaluateTracingOptions {
  std::string answers_file;
  std::vector<std::string> models = {"mean", "bestlr", "bkt", "lrh"};
  std::vector<int> folds = {1, 2, 3, 4, 5};
  bool is_full = false;  // Else a learner's history starts anew every 200.
  int64_t seed = 1;
  int num_threads = 2;
  std::string out_file;  // A JSON report; empty: none.
};

// Prints a line per model and fold, `fold=mean` for the mean over folds; each
// says `ordered=no` where the file has neither order nor time.
int EvaluateTracing(const EvaluateTracingOptions& options,
                    const Console& console);

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_CLI_EVALUATE_TRACING_H_
