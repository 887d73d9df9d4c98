// `evenlight evaluate replay`: real choices of learners replayed against the
// score, from a file alone.

#ifndef EVENLIGHT_SERVICES_CLI_EVALUATE_REPLAY_H_
#define EVENLIGHT_SERVICES_CLI_EVALUATE_REPLAY_H_

#include <cstdint>
#include <string>
#include <vector>

#include "services/cli/console.h"

namespace evenlight {

struct EvaluateReplayOptions {
  std::string answers_file;
  std::vector<int> folds = {1, 2, 3, 4, 5};
  int32_t num_learners = 1000;  // At most so many of each fold.
  int32_t num_others = 200;     // Compared with at each answer; 0: all.
  int64_t seed = 1;
  int num_threads = 2;
  std::string out_file;  // A JSON report; empty: none.
};

// Prints for each fold, and for all of them together, how success was
// predicted; for all together its reliability, and how the choices rank by the
// parts band and gain. That the report can be written is looked at first.
int EvaluateReplay(const EvaluateReplayOptions& options,
                   const Console& console);

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_CLI_EVALUATE_REPLAY_H_
