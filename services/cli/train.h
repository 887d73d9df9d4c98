// `evenlight train`: one idempotent command for cron, see
// recommender/training/train_job.h for what it does.

#ifndef EVENLIGHT_SERVICES_CLI_TRAIN_H_
#define EVENLIGHT_SERVICES_CLI_TRAIN_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "recommender/training/interest_choice.h"
#include "recommender/training/tracing_choice.h"
#include "services/cli/client.h"
#include "services/cli/console.h"

namespace evenlight {

struct TrainOptions {
  std::string data_dir;   // Of a server that is stopped. Empty: ask the server.
  std::string model_dir;  // Empty: where the server looks for models.
  std::string tenant;     // `all`: every tenant with events.
  int64_t seed = 1;
  int num_threads = 2;
  int num_factors = 32;
  // What ranks by interest; see recommender/training/interest_choice.h.
  std::string interest = std::string(kAutoInterest);
  bool cold_start = false;  // Factors start at random.
  // Tracing models to choose from and what the chosen one may cost per answer,
  // see recommender/training/tracing_choice.h.
  std::vector<std::string> models = ServableModels();
  int64_t max_multiply_adds = kDefaultBudget.multiply_adds;
  int64_t max_state_bytes = kDefaultBudget.state_bytes;
  int residual_units = ResidualShape().num_units;
  bool force = false;  // Also when no event is new.
  // How long to wait for the server to serve the new version.
  absl::Duration wait = absl::Seconds(30);
};

// Trains from a checkpoint that the server makes and that is removed again, or
// from a data directory that no server holds. Prints a report per tenant.
//
// Returns 0 published, 3 refused by a gate, 4 too little or nothing new, 75 try
// later, 1 any other error. For `all` the first of 1, 75, 3, 0, 4 that a tenant
// has.
int Train(const TrainOptions& options, const Connect& connect,
          const Console& console);

// The exit code of several.
int WorstOf(const std::vector<int>& exit_codes);

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_CLI_TRAIN_H_
