// `evenlight evaluate resources`: how well the factors rank what learners went
// on to use, beside baselines, from files alone.

#ifndef EVENLIGHT_SERVICES_CLI_EVALUATE_RESOURCES_H_
#define EVENLIGHT_SERVICES_CLI_EVALUATE_RESOURCES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "services/cli/console.h"

namespace evenlight {

struct EvaluateResourcesOptions {
  // One of the two: interaction lines, or events parted by a moment.
  std::string train_file;
  std::string test_file;
  std::string events_file;
  absl::Time split_time = absl::InfinitePast();

  // Blanks around a name are taken. Empty: ResourceModels().
  std::vector<std::string> models;
  int num_factors = 64;
  int num_epochs = 0;  // 0: see ResourceExperimentOptions.
  // In (0, 1); 0: none, every model has its first default setting.
  double validate_fraction = 0;
  int num_search = 0;  // Random settings besides the default ones.
  bool half_precision = false;
  int64_t seed = 1;
  int num_threads = 2;
  // A JSON report; empty: none. A chart of the models with epochs is written
  // beside it, with `.json` replaced by `.learning.svg`.
  std::string out_file;
};

// Prints a line per model, the slices as further figures of it. Epochs and
// trials go to standard error while it runs. That the report can be written is
// looked at first.
int EvaluateResources(const EvaluateResourcesOptions& options,
                      const Console& console);

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_CLI_EVALUATE_RESOURCES_H_
