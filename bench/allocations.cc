#include "bench/allocations.h"

#include <atomic>
#include <cerrno>
#include <cstddef>

// What glibc's own malloc is called within it. Its free() takes them back.
extern "C" {
void* __libc_malloc(size_t size);
void* __libc_calloc(size_t count, size_t size);
void* __libc_realloc(void* old, size_t size);
void* __libc_memalign(size_t alignment, size_t size);
}

namespace {

std::atomic<bool> is_counting = false;
std::atomic<int64_t> num_allocations = 0;
std::atomic<int64_t> num_bytes = 0;
thread_local bool is_client = false;

void Count(size_t bytes) {
  if (!is_counting.load(std::memory_order_relaxed) || is_client) return;
  num_allocations.fetch_add(1, std::memory_order_relaxed);
  num_bytes.fetch_add(static_cast<int64_t>(bytes), std::memory_order_relaxed);
}

}  // namespace

extern "C" {

void* malloc(size_t size) {
  Count(size);
  return __libc_malloc(size);
}

void* calloc(size_t count, size_t size) {
  Count(count * size);
  return __libc_calloc(count, size);
}

void* realloc(void* old, size_t size) {
  Count(size);
  return __libc_realloc(old, size);
}

void* memalign(size_t alignment, size_t size) {
  Count(size);
  return __libc_memalign(alignment, size);
}

void* aligned_alloc(size_t alignment, size_t size) {
  return memalign(alignment, size);
}

int posix_memalign(void** to, size_t alignment, size_t size) {
  *to = memalign(alignment, size);
  return *to == nullptr ? ENOMEM : 0;
}

}  // extern "C"

namespace evenlight {

Allocations CountAllocations(absl::FunctionRef<void()> calls) {
  num_allocations = 0;
  num_bytes = 0;
  is_client = true;
  is_counting = true;
  calls();
  is_counting = false;
  is_client = false;
  return {num_allocations.load(), num_bytes.load()};
}

}  // namespace evenlight
