// What waits for the committer: values only.

#ifndef EVENLIGHT_RECOMMENDER_INGEST_COMMIT_WORK_H_
#define EVENLIGHT_RECOMMENDER_INGEST_COMMIT_WORK_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/event.h"
#include "core/ids.h"
#include "storage/database.h"
#include "storage/learner_state_store.h"
#include "storage/list_store.h"

namespace evenlight {

// What became of one event.
struct CommitResult {
  enum class Outcome { kAccepted, kDuplicate, kConflict };
  Outcome outcome = Outcome::kAccepted;
  int64_t sequence = 0;  // 0 for a conflict: the id was used for other content.

  friend bool operator==(const CommitResult&, const CommitResult&) = default;
};

// Events that a caller waits for.
struct Submission {
  TenantId tenant;
  std::vector<Event> events;
  bool all_or_nothing = false;
  // Written with the events if each of them is new, else not at all.
  WriteBatch attached;
  std::function<void(absl::StatusOr<std::vector<CommitResult>>)> done;
  std::vector<CommitResult> results;  // By event, once the commit is built.
  absl::Time queue_time = absl::InfinitePast();
};

// A list that was shown. Nobody waits for it.
struct Exposure {
  TenantId tenant;
  std::shared_ptr<const StoredList> list;
  Event event;
};

// A state that was refolded from the log.
struct CaughtUpState {
  TenantId tenant;
  LearnerId learner;
  StoredLearnerState state;
};

// What one synced write takes.
struct CommitWork {
  std::vector<Exposure> exposures;
  std::vector<Submission> submissions;
  std::vector<CaughtUpState> caught_up;

  bool empty() const {
    return exposures.empty() && submissions.empty() && caught_up.empty();
  }
};

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_INGEST_COMMIT_WORK_H_
