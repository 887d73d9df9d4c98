// Fills the ledger at the start from the lists that the track holds, in the
// background: nobody waits for it.

#ifndef EVENLIGHT_RECOMMENDER_EXPOSURE_EXPOSURE_REPLAY_H_
#define EVENLIGHT_RECOMMENDER_EXPOSURE_EXPOSURE_REPLAY_H_

#include <atomic>
#include <cstdint>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/ids.h"
#include "core/mutex.h"
#include "recommender/exposure/exposure_ledger.h"
#include "storage/database.h"

namespace evenlight {

// Adds the lists in the window of `now` whose sequence is at most
// `last_sequence`, each learner's with their tier of now; a record of the
// roster that is damaged leaves the tier unspecified. Stops before the next
// actor, with CANCELLED, once `stop` is true. Returns how many there were.
//
// DATA_LOSS: an event is damaged; lists before it are added.
absl::StatusOr<int64_t> ReplayExposures(const TenantId& tenant,
                                        int64_t last_sequence, absl::Time now,
                                        Database* database,
                                        const std::atomic<bool>& stop,
                                        ExposureLedger* ledger);

// Thread-safe. One thread, which ends by itself.
class ExposureReplay {
 public:
  // Both outlive it.
  ExposureReplay(Database* database, ExposureLedger* ledger)
      : database_(*database), ledger_(*ledger) {}
  ~ExposureReplay();  // Stop()

  // Notes where the track of each tenant ends, then replays it up to there on
  // its own thread. What is committed after this returns is for the caller to
  // add. Once.
  void Start(absl::Time now) ABSL_LOCKS_EXCLUDED(mu_);

  // OK once the tenant's account is whole.
  //
  // UNAVAILABLE: the tracks are still being read, or were never. DATA_LOSS: the
  // tenant's could not be read, and its account holds only part of what was
  // before the start; the log says why.
  absl::Status status(const TenantId& tenant) const ABSL_LOCKS_EXCLUDED(mu_);

  // Blocks until the tracks are read. For tests.
  void Wait() ABSL_LOCKS_EXCLUDED(mu_);

  void Stop();

 private:
  using Ends = std::vector<std::pair<TenantId, int64_t>>;

  absl::StatusOr<Ends> FindEnds() const;
  // Of each tenant; what is wrong with one does not keep the others waiting.
  void Replay(const absl::StatusOr<Ends>& ends, absl::Time now);
  void Fail(const TenantId& tenant, const absl::Status& problem)
      ABSL_LOCKS_EXCLUDED(mu_);

  Database& database_;
  ExposureLedger& ledger_;
  std::atomic<bool> stop_ = false;
  mutable Mutex mu_;
  CondVar done_;
  bool is_done_ ABSL_GUARDED_BY(mu_) = false;
  // Whose accounts are not whole. The empty name stands for all.
  absl::flat_hash_set<TenantId> failed_ ABSL_GUARDED_BY(mu_);
  std::thread thread_;
};

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_EXPOSURE_EXPOSURE_REPLAY_H_
