#include "services/server/stream_watch.h"

#include <algorithm>
#include <utility>

namespace evenlight {

StreamWatch::StreamWatch(const StreamLimits& limits, Pass pass)
    : step_(std::min(limits.silence, limits.unread) / 4),
      pass_(std::move(pass)) {}

StreamWatch::~StreamWatch() { Stop(); }

void StreamWatch::Start() {
  thread_ = std::thread([this] { Watch(); });
}

void StreamWatch::Stop() {
  {
    MutexLock lock(mu_);
    is_stopping_ = true;
  }
  wake_.NotifyAll();
  if (thread_.joinable()) thread_.join();
}

void StreamWatch::Watch() {
  while (true) {
    {
      MutexLock lock(mu_);
      // Woken for no reason, a step is shorter: a stream ends a little early.
      if (!is_stopping_) wake_.WaitFor(mu_, step_);
      if (is_stopping_) return;
    }
    pass_(step_);
  }
}

}  // namespace evenlight
