// `evenlight evaluate lists`: lists and predicted success on answers without an
// order and a graph of prerequisites, from files alone.

#ifndef EVENLIGHT_SERVICES_CLI_EVALUATE_LISTS_H_
#define EVENLIGHT_SERVICES_CLI_EVALUATE_LISTS_H_

#include <cstdint>
#include <string>

#include "services/cli/console.h"

namespace evenlight {

struct EvaluateListsOptions {
  std::string answers_file;  // With a column `split`.
  std::string kcs_file;      // As `import kcs` reads it.
  int32_t num_learners = 1000;
  int64_t seed = 1;
  int num_threads = 2;
  std::string out_file;  // A JSON report; empty: none.
};

// Prints a line on the graph, one on the lists, one for each way to predict
// success, and the reliability of two of them. Cycles are named on standard
// error. That the report can be written is looked at first.
int EvaluateLists(const EvaluateListsOptions& options, const Console& console);

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_CLI_EVALUATE_LISTS_H_
