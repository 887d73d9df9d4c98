#include "storage/goal_store.h"

#include "core/status_macros.h"
#include "storage/keys.h"
#include "storage/records.h"

namespace evenlight {

void GoalStore::Put(const TenantId& tenant, const LearnerId& learner,
                    const StoredGoal& goal, WriteBatch* batch) const {
  batch->Put(Family::kRoster, EntryKey(tenant, EntryKind::kRosterGoal, learner),
             EncodeGoal(goal));
}

void GoalStore::Delete(const TenantId& tenant, const LearnerId& learner,
                       WriteBatch* batch) const {
  batch->Delete(Family::kRoster,
                EntryKey(tenant, EntryKind::kRosterGoal, learner));
}

absl::StatusOr<std::optional<StoredGoal>> GoalStore::Get(
    const TenantId& tenant, const LearnerId& learner) const {
  ASSIGN_OR_RETURN(
      const std::optional<std::string> bytes,
      database_.Get(Family::kRoster,
                    EntryKey(tenant, EntryKind::kRosterGoal, learner)));
  if (!bytes) return std::optional<StoredGoal>();
  return DecodeGoal(tenant, learner, *bytes);
}

}  // namespace evenlight
