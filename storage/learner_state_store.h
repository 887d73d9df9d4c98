// Keeps each learner's state as opaque bytes, with what tells whether they are
// up to date. What the bytes mean is recommender/state/state_io.h.

#ifndef EVENLIGHT_STORAGE_LEARNER_STATE_STORE_H_
#define EVENLIGHT_STORAGE_LEARNER_STATE_STORE_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "core/ids.h"
#include "storage/database.h"

namespace evenlight {

struct StoredLearnerState {
  bool is_stale = false;  // The log holds more than `state` has.
  // Of the learner's newest folded-verb event; 0: unknown, see is_damaged().
  int64_t last_sequence = 0;
  int64_t model_version = 0;  // That made the state.
  std::string state;          // state_io bytes.

  // The record did not parse: nothing is known but that there was one.
  bool is_damaged() const { return is_stale && last_sequence == 0; }

  friend bool operator==(const StoredLearnerState&,
                         const StoredLearnerState&) = default;
};

// Thread-safe. `database` outlives it. A record that does not parse is read as
// a damaged state, and is no error: the log is the truth, and the next refold
// or event puts a sound record in its place.
class LearnerStateStore {
 public:
  explicit LearnerStateStore(Database* database) : database_(*database) {}

  // Adds the state to `batch`, in place of the earlier one.
  void Put(const TenantId& tenant, const LearnerId& learner,
           const StoredLearnerState& state, WriteBatch* batch) const;

  // nullopt if the learner has none.
  absl::StatusOr<std::optional<StoredLearnerState>> Get(
      const TenantId& tenant, const LearnerId& learner) const;

  // As Get() for many, in their order.
  absl::StatusOr<std::vector<std::optional<StoredLearnerState>>> MultiGet(
      const TenantId& tenant, absl::Span<const LearnerId> learners) const;

  // Calls `visit` with every learner of the tenant in order, from `from` on,
  // until it returns false.
  absl::Status List(
      const TenantId& tenant, const LearnerId& from,
      absl::FunctionRef<bool(const LearnerId&, const StoredLearnerState&)>
          visit) const;

 private:
  Database& database_;
};

}  // namespace evenlight

#endif  // EVENLIGHT_STORAGE_LEARNER_STATE_STORE_H_
