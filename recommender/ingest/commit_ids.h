// Which events of one commit and tenant are new, and the sequences they get.

#ifndef EVENLIGHT_RECOMMENDER_INGEST_COMMIT_IDS_H_
#define EVENLIGHT_RECOMMENDER_INGEST_COMMIT_IDS_H_

#include <cstdint>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "core/event.h"
#include "core/ids.h"
#include "recommender/ingest/commit_work.h"
#include "storage/track_store.h"

namespace evenlight {

// One thread. Invariants: an id is in `used_` exactly if it is stored or was
// taken by this commit; sequences are given without gaps, in the order of the
// calls.
class CommitIds {
 public:
  // Looks up the ids of all events of the commit at once. The events outlive
  // the result and do not move.
  static absl::StatusOr<CommitIds> Find(
      const TrackStore& track, const TenantId& tenant,
      absl::Span<Exposure* const> exposures,
      absl::Span<Submission* const> submissions, int64_t last_sequence);

  // Moved only: `used_` points into `stored_`.
  CommitIds(CommitIds&&) = default;
  CommitIds& operator=(CommitIds&&) = default;

  // Gives `event` the next sequence; false if its id was used.
  bool Take(Event& event);

  // Sets `submission.results`, and gives its new events their sequences. If it
  // is all or nothing and holds a conflict, none gets one, and none of its ids
  // is used.
  void Take(Submission& submission);

  int64_t last_sequence() const { return last_sequence_; }

 private:
  explicit CommitIds(int64_t last_sequence) : last_sequence_(last_sequence) {}

  CommitResult::Outcome Classify(Event& event);

  int64_t last_sequence_;
  std::vector<Event> stored_;
  // By event id: in `stored_`, or an event of the commit.
  absl::flat_hash_map<absl::string_view, const Event*> used_;
};

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_INGEST_COMMIT_IDS_H_
