// Catches up stale states in the background, so that the next reader need not.

#ifndef EVENLIGHT_RECOMMENDER_INGEST_STATE_WORKER_H_
#define EVENLIGHT_RECOMMENDER_INGEST_STATE_WORKER_H_

#include <cstdint>
#include <deque>
#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "core/ids.h"
#include "core/mutex.h"
#include "recommender/ingest/state_reader.h"
#include "recommender/lifecycle/model_registry.h"
#include "storage/database.h"
#include "storage/learner_state_store.h"

namespace evenlight {

// What waits for the worker, and what it could not do since its start.
struct StateWorkerFigures {
  int64_t num_waiting = 0;
  int64_t num_failed = 0;
};

// Thread-safe. One low-priority thread.
class StateWorker {
 public:
  // All outlive it. Starts its thread.
  StateWorker(Database* database, const StateReader* reader,
              const ModelRegistry* registry);
  ~StateWorker();  // Stop()

  // Has the learner's state refolded some time soon. A learner waits once. At
  // most 100,000 wait; more are left to their next reader.
  void Enqueue(const TenantId& tenant, const LearnerId& learner)
      ABSL_LOCKS_EXCLUDED(mu_);

  // As Enqueue() for all learners of the tenant whose stored state is stale or
  // of another model version than serves when their turn comes. Returns at
  // once: they are looked up on the worker's thread.
  void EnqueueOutdated(const TenantId& tenant) ABSL_LOCKS_EXCLUDED(mu_);

  // Drops what waits and joins.
  void Stop() ABSL_LOCKS_EXCLUDED(mu_);

  // Blocks until nothing waits or runs. For tests and a clean shutdown.
  void WaitUntilIdle() ABSL_LOCKS_EXCLUDED(mu_);

  StateWorkerFigures figures() const ABSL_LOCKS_EXCLUDED(mu_);

 private:
  // An empty learner, which no id is, stands for all that are outdated.
  using Key = std::pair<TenantId, LearnerId>;

  void Work() ABSL_LOCKS_EXCLUDED(mu_);
  bool Push(Key key) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  absl::Status FindOutdated(const TenantId& tenant) ABSL_LOCKS_EXCLUDED(mu_);
  absl::Status CatchUp(const Key& key) ABSL_LOCKS_EXCLUDED(mu_);

  const LearnerStateStore states_;
  const StateReader& reader_;
  const ModelRegistry& registry_;
  mutable Mutex mu_;
  CondVar wake_;
  CondVar idle_;
  std::deque<Key> queue_ ABSL_GUARDED_BY(mu_);
  absl::flat_hash_set<Key> waiting_ ABSL_GUARDED_BY(mu_);
  bool is_working_ ABSL_GUARDED_BY(mu_) = false;
  int64_t num_failed_ ABSL_GUARDED_BY(mu_) = 0;
  bool is_stopping_ ABSL_GUARDED_BY(mu_) = false;
  std::thread thread_;
};

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_INGEST_STATE_WORKER_H_
