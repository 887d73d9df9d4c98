// Memory for tables of factors: aligned to a cache line, and in huge pages
// where the system has them, because rows are read from all over.

#ifndef EVENLIGHT_RECOMMENDER_MODELS_FACTOR_BUFFER_H_
#define EVENLIGHT_RECOMMENDER_MODELS_FACTOR_BUFFER_H_

#include <sys/mman.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>

namespace evenlight {

// `count` zeros of a plain type T. Thread-compatible.
template <typename T>
class FactorBuffer {
 public:
  FactorBuffer() = default;
  explicit FactorBuffer(int64_t count) : count_(count) {
    constexpr int64_t kLine = 64;
    constexpr int64_t kHugePage = int64_t{2} << 20;
    const int64_t wanted = count * static_cast<int64_t>(sizeof(T));
    const int64_t alignment = wanted >= 4 * kHugePage ? kHugePage : kLine;
    const int64_t bytes =
        (wanted + alignment - 1) / alignment * alignment + alignment;
    values_.reset(static_cast<T*>(std::aligned_alloc(
        static_cast<size_t>(alignment), static_cast<size_t>(bytes))));
    if (values_ == nullptr) throw std::bad_alloc();
    if (alignment == kHugePage) {
      // A wish: without it all is as right, only slower.
      (void)madvise(values_.get(), static_cast<size_t>(bytes), MADV_HUGEPAGE);
    }
    std::memset(values_.get(), 0, static_cast<size_t>(bytes));
  }

  T* data() { return values_.get(); }
  const T* data() const { return values_.get(); }
  int64_t size() const { return count_; }

 private:
  struct Free {
    void operator()(T* values) const { std::free(values); }
  };
  int64_t count_ = 0;
  std::unique_ptr<T, Free> values_;
};

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_MODELS_FACTOR_BUFFER_H_
