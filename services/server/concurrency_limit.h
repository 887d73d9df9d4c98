// How many calls may wait for a thread or run on one: more while they begin
// soon, fewer when they wait too long for a thread. What is over it is refused
// at the door, the least urgent calls first.
//
// Additive increase, multiplicative decrease: D.-M. Chiu and R. Jain, "Analysis
// of the increase and decrease algorithms for congestion avoidance in computer
// networks", 1989. What it goes by is the average wait of a window, and calls
// have priorities, as in H. Zhou et al., "Overload control for scaling WeChat
// microservices", SoCC 2018 (DAGOR). That calls which waited long are refused
// only while the queue stands: K. Nichols and V. Jacobson, "Controlling queue
// delay", ACM Queue 10(5), 2012 (CoDel).

#ifndef EVENLIGHT_SERVICES_SERVER_CONCURRENCY_LIMIT_H_
#define EVENLIGHT_SERVICES_SERVER_CONCURRENCY_LIMIT_H_

#include <array>
#include <cstdint>

#include "absl/time/time.h"
#include "core/mutex.h"

namespace evenlight {

// The most urgent first.
enum class Priority {
  kRecommend,  // Somebody looks at a screen.
  kRecord,     // An app would have to keep what it cannot send.
  kReport,
  kBulk,  // Imports and administration.
};
inline constexpr int kNumPriorities = 4;
inline constexpr std::array<const char*, kNumPriorities> kPriorityNames = {
    "recommend", "record", "report", "bulk"};

// The share of the limit up to which calls of a priority may enter: the rest is
// kept for the more urgent.
inline constexpr std::array<double, kNumPriorities> kPriorityShares = {
    1.0, 0.9, 0.7, 0.5};

// Thread-safe.
class ConcurrencyLimit {
 public:
  struct Options {
    int min_limit = 8;  // At least 1.
    int max_limit = 1'000;
    // The average wait of a window from which on the limit shrinks.
    absl::Duration target_wait = absl::Milliseconds(10);
    absl::Duration window = absl::Milliseconds(50);
    int increase = 4;       // Calls for each window.
    double decrease = 0.8;  // Of the limit.
  };

  struct Figures {
    int limit = 0;
    int num_inside = 0;
    std::array<int64_t, kNumPriorities> num_refused = {};  // Since the start.
  };

  explicit ConcurrencyLimit(Options options);

  // Counts a call in, or returns false: it must be refused.
  [[nodiscard]] bool Enter(Priority priority) ABSL_LOCKS_EXCLUDED(mu_);

  // A call that entered begins at `now`, after `wait`. Each window that ends
  // changes the limit at most once: it shrinks if the average wait was over the
  // target and as many were inside as the lowest limit (one thread that woke
  // late is no overload), and grows if it was not and calls were refused or the
  // limit was more than half used.
  //
  // False: it must be refused after all, as it waited for more than twice the
  // target while the limit shrinks; those behind it would wait as long. One
  // that waited so because a thread woke late is let go on.
  [[nodiscard]] bool Begin(Priority priority, absl::Duration wait,
                           absl::Time now) ABSL_LOCKS_EXCLUDED(mu_);

  // A call that entered is over, begun or not.
  void Leave() ABSL_LOCKS_EXCLUDED(mu_);

  Figures Read() const ABSL_LOCKS_EXCLUDED(mu_);

 private:
  // One window.
  struct Window {
    absl::Time begin = absl::InfinitePast();
    absl::Duration wait;  // Of all that began.
    int num_begun = 0;
    int max_inside = 0;
    bool has_refused = false;
  };

  void EndWindow(absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  const Options options_;
  mutable Mutex mu_;
  Figures figures_ ABSL_GUARDED_BY(mu_);
  Window window_ ABSL_GUARDED_BY(mu_);
  bool is_shrinking_ ABSL_GUARDED_BY(mu_) = false;  // Since the last window.
};

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_SERVER_CONCURRENCY_LIMIT_H_
