// What one commit does to the states of a tenant's learners: folds the new
// events in where they come in order, marks the rest stale.

#ifndef EVENLIGHT_RECOMMENDER_INGEST_STATE_CHANGES_H_
#define EVENLIGHT_RECOMMENDER_INGEST_STATE_CHANGES_H_

#include <vector>

#include "absl/container/btree_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/event.h"
#include "core/ids.h"
#include "recommender/models/model_set.h"
#include "storage/learner_state_store.h"

namespace evenlight {

// What a commit brings for one learner. The pointers outlive it.
struct StateChange {
  std::vector<const StoredLearnerState*> caught_up;
  std::vector<const Event*> events;  // New, with folded verbs, by sequence.
};

// By learner; in order, so that the states are read in the order of their keys.
using StateChanges = absl::btree_map<LearnerId, StateChange>;

// Adds the next state of every learner in `changes` to `batch` and returns
// those whose state is stale and waits for nobody yet.
//
// A caught-up state takes the place of the stored one only if it holds the same
// events and `models` made it. Then the new events, ordered by time, are folded
// in once if all of them come after the state's last and `models` made the
// state; else the stored bytes stay and are marked stale. Bytes that are no
// state count as stale: the log is the truth.
absl::StatusOr<std::vector<LearnerId>> AddStates(
    const LearnerStateStore& states, const TenantId& tenant,
    const ModelSet& models, StateChanges changes, WriteBatch* batch);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_INGEST_STATE_CHANGES_H_
