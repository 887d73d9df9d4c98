// A bounded pool of threads that works on requests, so that no gRPC callback
// ever blocks.

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
  // `num_threads` >= 1 threads; at most `max_queued` >= 1 tasks wait.
  Executor(int num_threads, int max_queued);

  // Calls Stop().
  ~Executor();

  Executor(const Executor&) = delete;
  Executor& operator=(const Executor&) = delete;

  // Has a thread run `task`, in the order of submission. Returns false, and
  // drops `task` unrun, if the queue is full or Stop() was called.
  [[nodiscard]] bool Submit(std::function<void()> task)
      ABSL_LOCKS_EXCLUDED(mu_);

  // Lets the queued tasks run, then joins the threads.
  void Stop() ABSL_LOCKS_EXCLUDED(mu_);

  ExecutorFigures figures() const ABSL_LOCKS_EXCLUDED(mu_);

 private:
  void Work() ABSL_LOCKS_EXCLUDED(mu_);

  const size_t max_queued_;
  const int64_t num_threads_;
  mutable Mutex mu_;
  CondVar wake_;
  std::deque<std::function<void()>> queue_ ABSL_GUARDED_BY(mu_);
  bool is_stopping_ ABSL_GUARDED_BY(mu_) = false;
  int64_t num_running_ ABSL_GUARDED_BY(mu_) = 0;
  int64_t num_refused_ ABSL_GUARDED_BY(mu_) = 0;
  std::vector<std::thread> threads_;
};

}  // namespace evenlight

#endif  // EVENLIGHT_CORE_EXECUTOR_H_
