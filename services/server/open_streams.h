// The open streams of one kind: how many there may be, that time passes for
// them, and that all of them end when the server stops.

#ifndef EVENLIGHT_SERVICES_SERVER_OPEN_STREAMS_H_
#define EVENLIGHT_SERVICES_SERVER_OPEN_STREAMS_H_

#include <memory>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "core/mutex.h"
#include "services/server/stream_patience.h"

namespace evenlight {

// Thread-safe; calls a stream without a lock held. A `Stream` has Start(),
// EndWith(status) and Pass(step, counts), is shared from this, and calls
// Forget() when gRPC is done with it.
template <typename Stream>
class OpenStreams {
 public:
  // How a stream ends that is opened while `max_open` are, and how all do once
  // the server stops.
  OpenStreams(int max_open, absl::Status when_full, absl::Status when_ending)
      : max_open_(static_cast<size_t>(max_open)),
        when_full_(std::move(when_full)),
        when_ending_(std::move(when_ending)) {}

  // Starts `stream`, which the caller keeps alive meanwhile, or ends it: with
  // `status` if that is not OK.
  void Open(const std::shared_ptr<Stream>& stream, absl::Status status)
      ABSL_LOCKS_EXCLUDED(mu_) {
    const absl::Status added = Add(stream);
    if (status.ok()) status = added;
    if (status.ok()) {
      stream->Start();
    } else {
      stream->EndWith(status);
    }
  }

  StreamCounts Pass(absl::Duration step) ABSL_LOCKS_EXCLUDED(mu_) {
    StreamCounts counts;
    for (const auto& stream : AllOpen()) {
      ++counts.num_open;
      stream->Pass(step, &counts);
    }
    return counts;
  }

  // Ends every stream, also one opened later.
  void EndAll() ABSL_LOCKS_EXCLUDED(mu_) {
    {
      MutexLock lock(mu_);
      is_ending_ = true;
    }
    for (const auto& stream : AllOpen()) stream->EndWith(when_ending_);
  }

  void Forget(Stream* stream) ABSL_LOCKS_EXCLUDED(mu_) {
    std::shared_ptr<Stream> last;  // Destroyed after the lock.
    MutexLock lock(mu_);
    last = std::move(open_.extract(stream->shared_from_this()).value());
  }

 private:
  absl::Status Add(const std::shared_ptr<Stream>& stream)
      ABSL_LOCKS_EXCLUDED(mu_) {
    MutexLock lock(mu_);
    open_.insert(stream);
    if (is_ending_) return when_ending_;
    return open_.size() > max_open_ ? when_full_ : absl::OkStatus();
  }

  std::vector<std::shared_ptr<Stream>> AllOpen() ABSL_LOCKS_EXCLUDED(mu_) {
    MutexLock lock(mu_);
    return {open_.begin(), open_.end()};
  }

  const size_t max_open_;
  const absl::Status when_full_;
  const absl::Status when_ending_;
  Mutex mu_;
  absl::flat_hash_set<std::shared_ptr<Stream>> open_ ABSL_GUARDED_BY(mu_);
  bool is_ending_ ABSL_GUARDED_BY(mu_) = false;
};

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_SERVER_OPEN_STREAMS_H_
