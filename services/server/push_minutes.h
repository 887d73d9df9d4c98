// Whose minutes a push would pass, and what is kept of it once the teacher
// confirms.

#ifndef EVENLIGHT_SERVICES_SERVER_PUSH_MINUTES_H_
#define EVENLIGHT_SERVICES_SERVER_PUSH_MINUTES_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/catalog.h"
#include "core/ids.h"
#include "recommender/ingest/state_reader.h"
#include "recommender/lifecycle/model_registry.h"
#include "services/server/learner_day.h"
#include "storage/push_store.h"
#include "storage/roster_store.h"

namespace evenlight {

// Thread-safe.
class PushMinutes {
 public:
  // All outlive it.
  PushMinutes(Database* database, const ModelRegistry* registry,
              const StateReader* states, const LearnerDay* day)
      : registry_(*registry), states_(*states), day_(*day), roster_(database) {}

  // The learners of `push` for whom it takes more minutes than are left on the
  // day on which it is due, with these; without a reason. What a learner has
  // done counts no longer, and who has no more to do than with `before` is left
  // out. Nobody, if the cap does not cover the phase. `before` may be null.
  //
  // DATA_LOSS: a record is damaged.
  absl::StatusOr<std::vector<StoredOverCap>> OverCap(
      const TenantId& tenant, const Catalog& catalog, const StoredPush* before,
      const StoredPush& push) const;

  // FAILED_PRECONDITION with a violation for each of `over`, which is not
  // empty.
  absl::Status NotConfirmed(const std::vector<StoredOverCap>& over,
                            const StoredPush& push) const;

 private:
  const ModelRegistry& registry_;
  const StateReader& states_;
  const LearnerDay& day_;
  const RosterStore roster_;
};

// Puts `over` with its reason into `push`, in place of what it says of these
// learners.
void KeepOverCap(std::vector<StoredOverCap> over, const std::string& reason,
                 StoredPush* push);

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_SERVER_PUSH_MINUTES_H_
