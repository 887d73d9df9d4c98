// The lists of a tenant that have a drawn place, each with what it earned: what
// `evenlight evaluate policy` reads.

#ifndef EVENLIGHT_SERVICES_CLI_POLICY_LOG_H_
#define EVENLIGHT_SERVICES_CLI_POLICY_LOG_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "core/ids.h"
#include "recommender/training/list_outcomes.h"
#include "storage/list_store.h"

namespace evenlight {

// What counts as a success, 1: training/list_outcomes.h.
using PolicyLogOptions = ListOutcomeOptions;

// One list.
struct ExploredList {
  ListId id;
  int64_t learner = 0;  // From 0, in the order of learners' ids.
  std::vector<ResourceId> shown;
  std::vector<double> rewards;  // Of each of `shown`, 0 or 1.
  int32_t drawn = 0;            // The place that was drawn, from 0.
  std::vector<StoredAlternative> alternatives;  // As in StoredList.
  int32_t chosen = 0;  // The alternative that is shown.
};

struct PolicyLog {
  std::vector<ExploredList> lists;
  int64_t num_lists = 0;  // That were recommended.
  int64_t num_drawn = 0;  // Of those, with a drawn place.
  // Of those, left out: the window is not over at the tenant's last event, or
  // the record does not say what could have been shown.
  int64_t num_open = 0;
  int64_t num_unrecorded = 0;
};

// Reads all events of the tenant once, and the records of lists with a drawn
// place. DATA_LOSS: a record is damaged.
absl::StatusOr<PolicyLog> ReadPolicyLog(const PolicyLogOptions& options,
                                        Database* database);

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_CLI_POLICY_LOG_H_
