// Checks that every stored learner state is what its log says: the fold of the
// learner's events by the model version that made it, to the byte.

#ifndef EVENLIGHT_SERVICES_CLI_VERIFY_STATES_H_
#define EVENLIGHT_SERVICES_CLI_VERIFY_STATES_H_

#include <string>

#include "absl/status/status.h"
#include "core/ids.h"
#include "services/cli/reported_apart.h"
#include "storage/database.h"

namespace evenlight {

struct StateCounts {
  int64_t num_states = 0;
  int64_t num_compared = 0;
  int64_t num_stale = 0;          // Will be refolded anyway.
  int64_t num_without_model = 0;  // Their version is not there, or its format
                                  // is of an older build.
  // XXH3 over the compared states, and over what refolding them gave.
  uint64_t stored_hash = 0;
  uint64_t refold_hash = 0;
};

// Reads every event of the tenant once. `model_dir` may be empty: then only
// states of version 0, that of no model, are compared.
//
// DATA_LOSS: an event cannot be read; learners behind it were not checked.
absl::Status CheckStates(Database* database, const TenantId& tenant,
                         const std::string& model_dir,
                         const CheckOutput& output, StateCounts* counts);

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_CLI_VERIFY_STATES_H_
