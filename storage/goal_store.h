// Keeps the goal of each learner, and which requests set it.

#ifndef EVENLIGHT_STORAGE_GOAL_STORE_H_
#define EVENLIGHT_STORAGE_GOAL_STORE_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/goal.h"
#include "core/ids.h"
#include "storage/database.h"

namespace evenlight {

// A request that set a goal of a learner.
struct GoalRequest {
  std::string id;      // The client's.
  std::string digest;  // Of the goal it asked for.

  friend bool operator==(const GoalRequest&, const GoalRequest&) = default;
};

struct StoredGoal {
  Goal goal;
  absl::Time set_time = absl::UnixEpoch();
  std::vector<GoalRequest>
      requests;  // The latest of the learner, oldest first.

  friend bool operator==(const StoredGoal&, const StoredGoal&) = default;
};

// Thread-safe. `database` outlives it.
class GoalStore {
 public:
  explicit GoalStore(Database* database) : database_(*database) {}

  // Adds the goal to `batch`, in place of an earlier one.
  void Put(const TenantId& tenant, const LearnerId& learner,
           const StoredGoal& goal, WriteBatch* batch) const;

  // Adds that the learner has none any more, also what requests set it.
  void Delete(const TenantId& tenant, const LearnerId& learner,
              WriteBatch* batch) const;

  // nullopt if the learner has none.
  absl::StatusOr<std::optional<StoredGoal>> Get(const TenantId& tenant,
                                                const LearnerId& learner) const;

 private:
  Database& database_;
};

}  // namespace evenlight

#endif  // EVENLIGHT_STORAGE_GOAL_STORE_H_
