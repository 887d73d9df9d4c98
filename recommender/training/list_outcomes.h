// The lists that a tenant's learners were shown, each with what came of every
// line.

#ifndef EVENLIGHT_RECOMMENDER_TRAINING_LIST_OUTCOMES_H_
#define EVENLIGHT_RECOMMENDER_TRAINING_LIST_OUTCOMES_H_

#include <cstdint>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/event.h"
#include "core/ids.h"
#include "storage/database.h"

namespace evenlight {

// What counts as a success of a resource in a list. An event counts if it is of
// that learner and resource, names the list, and is within the window.
enum class RewardKind {
  kOpened,     // Viewed, completed, attended or answered.
  kCompleted,  // Completed, attended or answered.
  kCorrect,    // Answered right.
};

struct ListOutcomeOptions {
  TenantId tenant;
  RewardKind reward = RewardKind::kCompleted;
  absl::Duration window = absl::Hours(24);  // After the list was made.
};

// One list.
struct ListOutcome {
  ListId id;
  int64_t learner = 0;  // From 0, in the order of learners' ids.
  Phase phase = Phase::kUnspecified;
  absl::Time time;
  std::vector<ListedResource> listed;
  std::vector<uint8_t> is_success;  // Of each of `listed`, 0 or 1.
};

struct ListOutcomes {
  std::vector<ListOutcome> lists;  // Learner by learner, in order of time.
  int64_t num_lists = 0;           // That were recommended.
  int64_t num_kept = 0;            // Of those, the kept ones.
  // Of those, left out: the window is not over at the tenant's last event.
  int64_t num_open = 0;
};

// Reads all events of the tenant once. A list counts if `keep` is true of its
// event. DATA_LOSS: a record is damaged.
absl::StatusOr<ListOutcomes> ReadListOutcomes(
    const ListOutcomeOptions& options,
    absl::FunctionRef<bool(const Event&)> keep, Database* database);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_TRAINING_LIST_OUTCOMES_H_
