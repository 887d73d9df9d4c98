// A learner's state as of now: from storage, or refolded from the track when it
// is stale or another model version made it.

#ifndef EVENLIGHT_RECOMMENDER_INGEST_STATE_READER_H_
#define EVENLIGHT_RECOMMENDER_INGEST_STATE_READER_H_

#include <atomic>
#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "core/ids.h"
#include "recommender/ingest/committer.h"
#include "recommender/models/model_set.h"
#include "recommender/state/learner_state.h"
#include "storage/database.h"
#include "storage/learner_state_store.h"
#include "storage/track_store.h"

namespace evenlight {

// Thread-safe.
class StateReader {
 public:
  // Both outlive it. `committer` may be null: then nothing is written back.
  StateReader(Database* database, Committer* committer);

  // The state of `learner` under `models`, every event committed before the
  // call folded in. The default state if the learner has no events. What was
  // refolded is handed to the committer, which writes it if `models` still
  // serves. Stored bytes that are no state are refolded too.
  //
  // DATA_LOSS: a record is damaged.
  absl::StatusOr<LearnerState> Read(const TenantId& tenant,
                                    const LearnerId& learner,
                                    const ModelSet& models) const;

  // As Read() for many, in their order.
  absl::StatusOr<std::vector<LearnerState>> ReadMany(
      const TenantId& tenant, absl::Span<const LearnerId> learners,
      const ModelSet& models) const;

  // States refolded from the log since the start, whoever asked.
  int64_t num_refolds() const { return num_refolds_; }

 private:
  absl::StatusOr<LearnerState> Current(const TenantId& tenant,
                                       const LearnerId& learner,
                                       const ModelSet& models,
                                       const StoredLearnerState& stored) const;
  absl::StatusOr<LearnerState> Refold(const TenantId& tenant,
                                      const LearnerId& learner,
                                      const ModelSet& models,
                                      const StoredLearnerState& stored) const;

  Committer* const committer_;
  const TrackStore track_;
  const LearnerStateStore states_;
  mutable std::atomic<int64_t> num_refolds_ = 0;
};

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_INGEST_STATE_READER_H_
