// Calls that begin when they are due, whether or not earlier ones are answered,
// so that slow answers are not hidden: a time counts from the moment at which
// the call was due (open-loop arrivals; the closed loop's "coordinated
// omission" is what G. Tene named).

#ifndef EVENLIGHT_BENCH_LOAD_OPEN_LOOP_H_
#define EVENLIGHT_BENCH_LOAD_OPEN_LOOP_H_

#include <array>
#include <cstdint>
#include <memory>
#include <string>

#include "bench/load/latency_histogram.h"

namespace evenlight {

enum class CallKind { kRecommend, kRecord, kClass };
inline constexpr int kNumCallKinds = 3;
inline constexpr std::array<const char*, kNumCallKinds> kCallKindNames = {
    "recommend", "record", "class"};

// What the learners of a world ask for. Learners are drawn by Zipf's law: few
// ask much.
struct Traffic {
  std::array<double, kNumCallKinds> shares = {1, 0, 0};  // Sum 1.
  double calls_per_second = 0;
  double seconds = 0;
  double zipf = 0.8;  // The exponent; 0: all learners alike.
  uint64_t seed = 1;
};

// Of the calls of one kind that were due.
struct CallFigures {
  int64_t num_due = 0;
  int64_t num_refused = 0;  // RESOURCE_EXHAUSTED.
  int64_t num_failed = 0;   // Any other error, or too many were open to send.
  LatencyHistogram times;   // Of those answered OK, from when they were due.
};

struct LoadFigures {
  std::array<CallFigures, kNumCallKinds> kinds;
  double seconds = 0;  // From the first due to the last answered.

  int64_t num_ok() const;
  int64_t num_refused() const;
  int64_t num_failed() const;
  int64_t num_due() const;
  double goodput() const { return static_cast<double>(num_ok()) / seconds; }
};

// One server. Any thread, one Run() at a time.
class LoadClient {
 public:
  // Speaks for `tenant` over `num_channels` connections. Its answers of
  // learners come after the first `num_recorded`, which an earlier client
  // recorded.
  LoadClient(const std::string& address, std::string tenant,
             int64_t num_recorded = 0, int num_channels = 4);
  ~LoadClient();

  // Sends the traffic and waits for all answers; each has a second.
  LoadFigures Run(const Traffic& traffic);

  int64_t num_recorded() const;

 private:
  struct Parts;
  const std::unique_ptr<Parts> parts_;
};

}  // namespace evenlight

#endif  // EVENLIGHT_BENCH_LOAD_OPEN_LOOP_H_
