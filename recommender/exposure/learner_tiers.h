// The tier of a learner: that of their school, else of the school of their
// first class, as the roster says.

#ifndef EVENLIGHT_RECOMMENDER_EXPOSURE_LEARNER_TIERS_H_
#define EVENLIGHT_RECOMMENDER_EXPOSURE_LEARNER_TIERS_H_

#include <cstdint>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/ids.h"
#include "core/mutex.h"
#include "core/roster.h"
#include "storage/roster_store.h"

namespace evenlight {

// kUnspecified if the roster does not say.
//
// DATA_LOSS: a record is damaged.
absl::StatusOr<Tier> TierOf(const RosterStore& roster, const TenantId& tenant,
                            const LearnerId& learner);

// TierOf(), remembered for an hour. Thread-safe.
class LearnerTiers {
 public:
  // Holds at most so many; then it forgets all.
  static constexpr size_t kMaxRemembered = 100'000;

  // `database` outlives it.
  explicit LearnerTiers(Database* database) : roster_(database) {}

  // A damaged record is logged, and counts as kUnspecified.
  Tier Of(const TenantId& tenant, const LearnerId& learner, absl::Time now)
      ABSL_LOCKS_EXCLUDED(mu_);

 private:
  struct Remembered {
    absl::Time since;
    Tier tier = Tier::kUnspecified;
  };

  const RosterStore roster_;
  Mutex mu_;
  absl::flat_hash_map<std::pair<TenantId, LearnerId>, Remembered> remembered_
      ABSL_GUARDED_BY(mu_);
};

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_EXPOSURE_LEARNER_TIERS_H_
