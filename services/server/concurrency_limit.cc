#include "services/server/concurrency_limit.h"

#include <algorithm>

namespace evenlight {

// From the top: the first slow window of an overload takes it down.
ConcurrencyLimit::ConcurrencyLimit(Options options) : options_(options) {
  figures_.limit = std::max(options_.min_limit, options_.max_limit);
}

bool ConcurrencyLimit::Enter(Priority priority) {
  const auto level = static_cast<size_t>(priority);
  const MutexLock lock(mu_);
  // One place at least: an idle server refuses nobody.
  const int allowed =
      std::max(1, static_cast<int>(kPriorityShares[level] * figures_.limit));
  if (figures_.num_inside >= allowed) {
    ++figures_.num_refused[level];
    window_.has_refused = true;
    return false;
  }
  ++figures_.num_inside;
  window_.max_inside = std::max(window_.max_inside, figures_.num_inside);
  return true;
}

bool ConcurrencyLimit::Begin(Priority priority, absl::Duration wait,
                             absl::Time now) {
  const MutexLock lock(mu_);
  // A clock that was set back begins a new window too.
  const absl::Duration age = now - window_.begin;
  if (age >= options_.window || age < absl::ZeroDuration()) EndWindow(now);
  window_.wait += std::max(wait, absl::ZeroDuration());
  ++window_.num_begun;
  if (!is_shrinking_ || wait <= 2 * options_.target_wait) return true;
  ++figures_.num_refused[static_cast<size_t>(priority)];
  return false;
}

void ConcurrencyLimit::EndWindow(absl::Time now) {
  int& limit = figures_.limit;
  const bool is_slow = window_.wait > window_.num_begun * options_.target_wait;
  is_shrinking_ = is_slow && window_.max_inside >= options_.min_limit;
  if (is_shrinking_) {
    // From what was used: a limit far above it would take many slow windows.
    limit = static_cast<int>(options_.decrease *
                             std::min(limit, window_.max_inside));
  } else if (!is_slow && window_.num_begun > 0 &&
             (window_.has_refused || 2 * window_.max_inside > limit)) {
    limit += options_.increase;
  }
  limit = std::clamp(limit, options_.min_limit,
                     std::max(options_.min_limit, options_.max_limit));
  window_ = Window();
  window_.begin = now;
  window_.max_inside = figures_.num_inside;
}

void ConcurrencyLimit::Leave() {
  const MutexLock lock(mu_);
  --figures_.num_inside;
}

ConcurrencyLimit::Figures ConcurrencyLimit::Read() const {
  const MutexLock lock(mu_);
  return figures_;
}

}  // namespace evenlight
