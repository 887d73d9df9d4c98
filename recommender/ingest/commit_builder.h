// Makes one batch of what several callers submitted: removes repeats, gives
// sequences, folds states. It writes nothing; the committer does.

#ifndef EVENLIGHT_RECOMMENDER_INGEST_COMMIT_BUILDER_H_
#define EVENLIGHT_RECOMMENDER_INGEST_COMMIT_BUILDER_H_

#include <cstdint>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "core/ids.h"
#include "recommender/ingest/commit_work.h"
#include "recommender/lifecycle/model_registry.h"
#include "storage/database.h"
#include "storage/learner_state_store.h"
#include "storage/list_store.h"
#include "storage/track_store.h"

namespace evenlight {

// What to write, and what follows once it is written.
struct BuiltCommit {
  WriteBatch batch;
  std::vector<std::pair<TenantId, LearnerId>> need_catch_up;
};

// One thread. Remembers the last sequence of each tenant, so that the sequences
// of one commit follow those of the one before: every built commit must be
// written before the next is built, and none after a failed write.
class CommitBuilder {
 public:
  // Both outlive it.
  CommitBuilder(Database* database, const ModelRegistry* registry);

  // Builds one commit of all of `work`: exposures first, as the lists were
  // shown before what follows from them; events keep the order of submission.
  // Sets the sequences of the events and the `results` of the submissions in
  // `work`. An exposure whose event id was used is left out.
  //
  // On an error, which is that of a read, no sequence is used up.
  absl::StatusOr<BuiltCommit> Build(CommitWork& work);

 private:
  // One tenant's share of the work.
  struct Share {
    std::vector<Exposure*> exposures;
    std::vector<Submission*> submissions;
    std::vector<CaughtUpState*> caught_up;
  };

  absl::Status AddShare(const TenantId& tenant, const Share& share,
                        BuiltCommit& commit);
  absl::StatusOr<int64_t> LastSequence(const TenantId& tenant) const;

  const ModelRegistry& registry_;
  const TrackStore track_;
  const ListStore lists_;
  const LearnerStateStore states_;
  absl::flat_hash_map<TenantId, int64_t> last_sequences_;
};

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_INGEST_COMMIT_BUILDER_H_
