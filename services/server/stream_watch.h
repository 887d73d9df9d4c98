// Tells the open streams, again and again, that time has passed, so that those
// whose clients are silent or gone end.

#ifndef EVENLIGHT_SERVICES_SERVER_STREAM_WATCH_H_
#define EVENLIGHT_SERVICES_SERVER_STREAM_WATCH_H_

#include <functional>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "core/mutex.h"
#include "services/server/stream_patience.h"

namespace evenlight {

// Thread-safe.
class StreamWatch {
 public:
  using Pass = std::function<void(absl::Duration step)>;

  // Calls `pass`, which must not block, with a step each time that this step
  // has passed: a quarter of the shorter of `limits`, so that none is exceeded
  // by more than that. What `pass` refers to outlives this, or Stop().
  StreamWatch(const StreamLimits& limits, Pass pass);
  ~StreamWatch();  // Stop()

  // Begins. At most once.
  void Start();

  // Joins; `pass` is not called any more.
  void Stop() ABSL_LOCKS_EXCLUDED(mu_);

 private:
  void Watch() ABSL_LOCKS_EXCLUDED(mu_);

  const absl::Duration step_;
  const Pass pass_;
  Mutex mu_;
  CondVar wake_;
  bool is_stopping_ ABSL_GUARDED_BY(mu_) = false;
  std::thread thread_;
};

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_SERVER_STREAM_WATCH_H_
