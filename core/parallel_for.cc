#include "core/parallel_for.h"

#include <algorithm>
#include <atomic>
#include <cassert>
#include <thread>
#include <vector>

namespace evenlight {

void ParallelFor(int num_threads, int64_t count, int64_t chunk_size,
                 absl::FunctionRef<void(int64_t begin, int64_t end)> body) {
  assert(chunk_size > 0);
  // Not (count + chunk_size - 1): that overflows for a chunk without limit.
  const int64_t num_chunks =
      count / chunk_size + (count % chunk_size > 0 ? 1 : 0);
  std::atomic<int64_t> next_chunk = 0;
  const auto work = [&] {
    while (true) {
      const int64_t chunk = next_chunk.fetch_add(1);
      if (chunk >= num_chunks) return;
      const int64_t begin = chunk * chunk_size;
      body(begin, begin + std::min(chunk_size, count - begin));
    }
  };

  // The caller's thread is one of them.
  std::vector<std::thread> others;
  for (int64_t thread = 1; thread < std::min<int64_t>(num_threads, num_chunks);
       ++thread) {
    others.emplace_back(work);
  }
  work();
  for (std::thread& other : others) other.join();
}

int DefaultNumThreads() {
  // 0 if the system does not tell.
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

}  // namespace evenlight
