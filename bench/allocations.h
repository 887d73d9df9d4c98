// Counts what the process allocates, by taking the place of malloc(): gRPC,
// RocksDB and the C++ library allocate through it like our own code.

#ifndef EVENLIGHT_BENCH_ALLOCATIONS_H_
#define EVENLIGHT_BENCH_ALLOCATIONS_H_

#include <cstdint>

#include "absl/functional/function_ref.h"

namespace evenlight {

struct Allocations {
  int64_t count = 0;
  int64_t bytes = 0;  // As asked for.
};

// What all threads but the caller's, which is a client's, allocate while it
// runs `calls`. Nothing is counted at other times. One at a time.
Allocations CountAllocations(absl::FunctionRef<void()> calls);

}  // namespace evenlight

#endif  // EVENLIGHT_BENCH_ALLOCATIONS_H_
