// The one writer of the track: takes what callers have queued, removes repeats,
// folds, writes one synced batch, then answers them all.
//
// It does not validate (services/server does) and never refolds: a late event,
// or a state of another model version, is only marked stale (state_reader.h and
// state_worker.h catch up). What a commit is made of is commit_builder.h; this
// is its queue and its thread.

#ifndef EVENLIGHT_RECOMMENDER_INGEST_COMMITTER_H_
#define EVENLIGHT_RECOMMENDER_INGEST_COMMITTER_H_

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "core/clock.h"
#include "core/event.h"
#include "core/histogram.h"
#include "core/ids.h"
#include "core/mutex.h"
#include "recommender/ingest/commit_builder.h"
#include "recommender/ingest/commit_work.h"
#include "recommender/lifecycle/model_registry.h"
#include "storage/database.h"
#include "storage/learner_state_store.h"
#include "storage/list_store.h"

namespace evenlight {

// Of the events in one synced write.
inline constexpr std::array<double, 13> kBatchBounds = {
    1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1'024, 2'048, 4'096};

// What a committer does at one moment, and has done since its start.
struct CommitterFigures {
  bool takes_writes = true;
  int64_t num_queued_events = 0;
  int64_t num_queued_exposures = 0;
  int64_t num_queued_states = 0;
  // How long the events that are first in the queue have waited.
  absl::Duration oldest_wait;
  // By outcome; an event counts once its write is durable.
  int64_t num_accepted = 0;
  int64_t num_duplicates = 0;
  int64_t num_conflicts = 0;
  int64_t num_refused = 0;  // Submissions, as the queue was full.
  int64_t num_dropped_exposures = 0;
  int64_t num_dropped_states = 0;
  int64_t num_failed_commits = 0;  // Not built, or not written.
  // Events and exposures in one synced write.
  Histogram write_events{kBatchBounds};
  Histogram write_seconds{kSecondsBounds};  // One synced write.
};

// Thread-safe. Events of one actor are committed in the order of submission.
class Committer {
 public:
  struct Options {
    int max_queued_events = 100'000;
    int max_batch_events = 4'096;  // Committed by one synced write.
    int max_queued_exposures = 10'000;
    int max_queued_states = 1'000;  // Of SubmitState(); more are dropped.
    // How long exposures and refolded states, for which nobody waits, lie in
    // the queue for events to share their write with. No longer than until
    // `max_idle_work` of them wait.
    absl::Duration max_idle_delay = absl::Milliseconds(50);
    int max_idle_work = 256;
    const Clock* clock = &SystemClock();  // Of figures. Outlives the committer.
  };

  // Called once per submission, on the committer's thread: be quick. OK results
  // are durable. On a call that is all or nothing a conflict writes nothing:
  // accepted ones then have sequence 0.
  //
  // UNAVAILABLE: the disk refused the write; whether the events are on it is
  // unknown until the database is opened again, and sending them again then
  // settles it. DATA_LOSS: a record that the commit reads is damaged.
  using Done =
      std::function<void(absl::StatusOr<std::vector<CommitResult>> results)>;

  // Called on the committer's thread when a learner's state became stale, or
  // stayed so because a refolded one came too late. May be empty.
  using OnStale =
      std::function<void(const TenantId& tenant, const LearnerId& learner)>;

  // Called on the committer's thread with the event of each exposure once it is
  // on disk: be quick. May be empty.
  using OnExposed =
      std::function<void(const TenantId& tenant, const Event& event)>;

  // `database` and `registry` outlive it. Starts its thread.
  Committer(Options options, Database* database, const ModelRegistry* registry,
            OnStale on_stale, OnExposed on_exposed = nullptr);
  ~Committer();  // Stop()

  // Queues `events` of `tenant`; `done` is called later, but not if an error is
  // returned.
  //
  // RESOURCE_EXHAUSTED: the queue is full. UNAVAILABLE: stopping, or the disk
  // took no write before: then only a restart helps.
  absl::Status Submit(const TenantId& tenant, std::vector<Event> events,
                      bool all_or_nothing, Done done) ABSL_LOCKS_EXCLUDED(mu_);

  // As Submit() of all or nothing, and `attached` goes into the same write, on
  // condition that every event is new: else none of it is written.
  absl::Status SubmitWith(const TenantId& tenant, std::vector<Event> events,
                          WriteBatch attached, Done done)
      ABSL_LOCKS_EXCLUDED(mu_);

  // Queues a list that was shown with its RECOMMENDED event, to go with the
  // next commit, and returns true. Nobody waits for it, and a crash may lose
  // what is queued. One whose event id or, while queued, request id was used
  // before is the same list and recorded once. False: it is dropped and
  // counted, as the queue is full or the disk takes no writes.
  bool SubmitExposure(const TenantId& tenant, StoredList list, Event event)
      ABSL_LOCKS_EXCLUDED(mu_);

  // Queues a state that was refolded from the log. It is written only if no
  // event of the learner was committed since `state.last_sequence` and the
  // model that serves then made it; else the stored one stays, and if that is
  // stale another catch-up follows. Dropped when the queue is full.
  void SubmitState(const TenantId& tenant, const LearnerId& learner,
                   StoredLearnerState state) ABSL_LOCKS_EXCLUDED(mu_);

  // Commits what is queued, then joins.
  void Stop() ABSL_LOCKS_EXCLUDED(mu_);

  // The list with this request id that is queued and not yet in storage;
  // nullopt if there is none. Look here first, then in ListStore: in the other
  // order a commit in between hides the list from both.
  std::optional<StoredList> FindQueuedRequest(
      const TenantId& tenant, const LearnerId& learner,
      absl::string_view request_id) const ABSL_LOCKS_EXCLUDED(mu_);

  CommitterFigures figures() const ABSL_LOCKS_EXCLUDED(mu_);

 private:
  static std::string RequestKey(const TenantId& tenant, const StoredList& list);

  absl::Status Queue(Submission submission) ABSL_LOCKS_EXCLUDED(mu_);
  bool QueueExposure(Exposure exposure) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void Work() ABSL_LOCKS_EXCLUDED(mu_);
  CommitWork TakeWork() ABSL_LOCKS_EXCLUDED(mu_);
  CommitWork TakeBatch() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void Commit(CommitWork work) ABSL_LOCKS_EXCLUDED(mu_);
  void CommitApart(CommitWork work, const absl::Status& problem)
      ABSL_LOCKS_EXCLUDED(mu_);
  void RefuseFromNowOn(CommitWork work, const absl::Status& problem)
      ABSL_LOCKS_EXCLUDED(mu_);
  void CountOutcomes(const CommitWork& work) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void ForgetRequests(const std::vector<Exposure>& exposures)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  size_t NumIdleWork() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  bool IsTimeToWake() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  const Options options_;
  Database& database_;
  const OnStale on_stale_;
  const OnExposed on_exposed_;
  CommitBuilder builder_;  // The committer's thread only.

  mutable Mutex mu_;
  CondVar wake_;
  std::deque<Submission> submissions_ ABSL_GUARDED_BY(mu_);
  std::deque<Exposure> exposures_ ABSL_GUARDED_BY(mu_);
  std::deque<CaughtUpState> caught_up_ ABSL_GUARDED_BY(mu_);
  // Of the exposures that are queued or being written, by RequestKey().
  absl::flat_hash_map<std::string, std::shared_ptr<const StoredList>> requests_
      ABSL_GUARDED_BY(mu_);
  int64_t num_queued_events_ ABSL_GUARDED_BY(mu_) = 0;
  // What is read off the queues is filled in by figures().
  CommitterFigures figures_ ABSL_GUARDED_BY(mu_);
  absl::Status refusal_ ABSL_GUARDED_BY(mu_);  // OK while writes are taken.
  bool is_stopping_ ABSL_GUARDED_BY(mu_) = false;
  std::thread thread_;
};

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_INGEST_COMMITTER_H_
