// The only way that training uses several threads.

#ifndef EVENLIGHT_CORE_PARALLEL_FOR_H_
#define EVENLIGHT_CORE_PARALLEL_FOR_H_

#include <cstdint>

#include "absl/functional/function_ref.h"

namespace evenlight {

// Calls `body(begin, end)` for consecutive chunks of at most `chunk_size` that
// cover [0, count), on up to `num_threads` threads, and returns when all are
// done. Chunks are the same for any number of threads; their order is not. So a
// result is repeatable if each chunk writes only what is its own, and sums are
// combined afterwards in chunk order.
void ParallelFor(int num_threads, int64_t count, int64_t chunk_size,
                 absl::FunctionRef<void(int64_t begin, int64_t end)> body);

// Threads of this machine that a job may use, at least 1.
int DefaultNumThreads();

}  // namespace evenlight

#endif  // EVENLIGHT_CORE_PARALLEL_FOR_H_
