// Calls from several threads, as fast as they go or at a steady pace, and what
// they took.

#ifndef EVENLIGHT_BENCH_CLOSED_LOOP_H_
#define EVENLIGHT_BENCH_CLOSED_LOOP_H_

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <ctime>
#include <functional>
#include <thread>
#include <vector>

namespace evenlight {

struct LoadResult {
  double calls_per_second = 0;
  double p50_ms = 0;
  double p99_ms = 0;
  // Of the whole process, client and server: what others on the machine do
  // moves it less than a rate.
  double processor_us = 0;  // For each call.
};

// Calls `call(thread, n)` from `num_threads` threads for `seconds`. With a pace
// (calls per second over all threads; 0: as fast as possible) a call's time
// counts from the moment at which it was due, so that waiting in line is seen.
inline LoadResult RunLoad(int num_threads, double seconds, double pace,
                          const std::function<void(int, int64_t)>& call) {
  using Clock = std::chrono::steady_clock;
  using Seconds = std::chrono::duration<double>;
  const auto start = Clock::now();
  const std::clock_t processor_start = std::clock();
  std::vector<std::vector<double>> took(num_threads);
  std::vector<std::thread> threads;
  for (int thread = 0; thread < num_threads; ++thread) {
    threads.emplace_back([&, thread] {
      for (int64_t n = 0;; ++n) {
        auto due = Clock::now();
        if (pace > 0) {
          const double offset = (static_cast<double>(n) * num_threads + thread);
          due = start + std::chrono::duration_cast<Clock::duration>(
                            Seconds(offset / pace));
          std::this_thread::sleep_until(due);
        }
        if (Seconds(due - start).count() > seconds) break;
        call(thread, n);
        took[thread].push_back(Seconds(Clock::now() - due).count() * 1000);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  const double elapsed = Seconds(Clock::now() - start).count();
  const double processor = static_cast<double>(std::clock() - processor_start) /
                           static_cast<double>(CLOCKS_PER_SEC);

  std::vector<double> all;
  for (const auto& times : took)
    all.insert(all.end(), times.begin(), times.end());
  std::sort(all.begin(), all.end());
  if (all.empty()) return {};
  const auto at = [&](double share) {
    return all[static_cast<size_t>(share *
                                   static_cast<double>(all.size() - 1))];
  };
  const auto num_calls = static_cast<double>(all.size());
  return {num_calls / elapsed, at(0.5), at(0.99), 1e6 * processor / num_calls};
}

}  // namespace evenlight

#endif  // EVENLIGHT_BENCH_CLOSED_LOOP_H_
