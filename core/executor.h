// A bounded pool of threads that works on requests, the most urgent first, so
// that no gRPC callback ever blocks.

#ifndef EVENLIGHT_CORE_EXECUTOR_H_
#define EVENLIGHT_CORE_EXECUTOR_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "core/mutex.h"

namespace evenlight {

// What an executor does at one moment, and has refused since its start.
struct ExecutorFigures {
  int64_t num_threads = 0;
  int64_t num_running = 0;
  int64_t num_queued = 0;
  int64_t num_refused = 0;
};

// Thread-safe.
class Executor {
 public:
  // `num_threads` >= 1 threads; at most `max_queued` >= 1 tasks wait, in
  // `num_levels` >= 1 queues.
  Executor(int num_threads, int max_queued, int num_levels = 1);

  // Calls Stop().
  ~Executor();

  Executor(const Executor&) = delete;
  Executor& operator=(const Executor&) = delete;

  // Has a thread run `task`, after those of lower levels, in the order of
  // submission within its own; `level` is in [0, num_levels). Returns false,
  // and drops `task` unrun, if too many wait or Stop() was called.
  [[nodiscard]] bool Submit(std::function<void()> task, int level = 0)
      ABSL_LOCKS_EXCLUDED(mu_);

  // Lets the queued tasks run, then joins the threads.
  void Stop() ABSL_LOCKS_EXCLUDED(mu_);

  ExecutorFigures figures() const ABSL_LOCKS_EXCLUDED(mu_);

 private:
  void Work() ABSL_LOCKS_EXCLUDED(mu_);
  // Of the lowest level that has any.
  std::function<void()> TakeNext() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  const size_t max_queued_;
  const int64_t num_threads_;
  mutable Mutex mu_;
  CondVar wake_;
  // By level.
  std::vector<std::deque<std::function<void()>>> queues_ ABSL_GUARDED_BY(mu_);
  size_t num_queued_ ABSL_GUARDED_BY(mu_) = 0;  // In all of them.
  bool is_stopping_ ABSL_GUARDED_BY(mu_) = false;
  int64_t num_running_ ABSL_GUARDED_BY(mu_) = 0;
  int64_t num_refused_ ABSL_GUARDED_BY(mu_) = 0;
  std::vector<std::thread> threads_;
};

}  // namespace evenlight

#endif  // EVENLIGHT_CORE_EXECUTOR_H_
