// How much memory the factorisation takes at most, as its header states it. A
// binary of its own: all that it allocates is counted, by the linker's --wrap
// and by operator new, in sanitized builds too.

#include <malloc.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <random>
#include <vector>

#include "gtest/gtest.h"
#include "recommender/models/matrix_kernels.h"
#include "recommender/training/factor_trainer.h"

namespace {

std::atomic<int64_t> in_use = 0;
std::atomic<int64_t> most_in_use = 0;

void* Counted(void* memory) {
  if (memory == nullptr) return memory;
  const int64_t now = in_use +=
      static_cast<int64_t>(malloc_usable_size(memory));
  int64_t most = most_in_use;
  while (now > most && !most_in_use.compare_exchange_weak(most, now)) {
  }
  return memory;
}

}  // namespace

extern "C" {
void* __real_malloc(size_t size);
void* __real_calloc(size_t count, size_t size);
void* __real_realloc(void* memory, size_t size);
void* __real_aligned_alloc(size_t alignment, size_t size);
void __real_free(void* memory);

void* __wrap_malloc(size_t size) { return Counted(__real_malloc(size)); }
void* __wrap_calloc(size_t count, size_t size) {
  return Counted(__real_calloc(count, size));
}
void* __wrap_aligned_alloc(size_t alignment, size_t size) {
  return Counted(__real_aligned_alloc(alignment, size));
}
void __wrap_free(void* memory) {
  if (memory != nullptr) {
    in_use -= static_cast<int64_t>(malloc_usable_size(memory));
  }
  __real_free(memory);
}
void* __wrap_realloc(void* memory, size_t size) {
  if (memory != nullptr) {
    in_use -= static_cast<int64_t>(malloc_usable_size(memory));
  }
  return Counted(__real_realloc(memory, size));
}
}

// Of the whole program; those of arrays call these.
void* operator new(size_t size) {
  void* const memory = __wrap_malloc(size);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
void operator delete(void* memory) noexcept { __wrap_free(memory); }
void operator delete(void* memory, size_t) noexcept { __wrap_free(memory); }

namespace evenlight {
namespace {

EngagementTable RandomTable(int num_learners, int num_resources,
                            int per_learner) {
  std::mt19937 random(3);
  EngagementTable table;
  table.num_resources = num_resources;
  std::vector<Engagement> engagements(per_learner);
  for (int learner = 0; learner < num_learners; ++learner) {
    for (Engagement& engagement : engagements) {
      engagement.resource = static_cast<ResourceRow>(random() % num_resources);
    }
    table.AddLearner(engagements);
  }
  return table;
}

// What TrainFactors() has in use at most, besides what there was before.
int64_t MostBytes(const EngagementTable& table, const FactorOptions& options) {
  const int64_t before = in_use;
  most_in_use = before;
  EXPECT_TRUE(TrainFactors(table, options).ok());
  return most_in_use - before;
}

// FactorBuffer rounds what is large up to whole huge pages, and adds one.
int64_t BufferBytes(int64_t bytes) {
  constexpr int64_t kHugePage = int64_t{2} << 20;
  return bytes < 4 * kHugePage ? bytes : bytes + 2 * kHugePage;
}

int64_t TableBytes(int64_t rows, int num_factors) {
  return rows * PaddedFactors(num_factors) * int64_t{sizeof(float)};
}

// Of rows only: their penalty, their first entry, and a part of a loss.
int64_t SmallBytes(int64_t num_rows, const FactorOptions& options) {
  constexpr int64_t kMegabyte = int64_t{1} << 20;
  const int64_t d = options.num_factors;
  return num_rows * 16 + options.num_threads * (kMegabyte + 4 * 64 * d) +
         (32 + 8) * d * d * 4 + kMegabyte / 4;
}

struct Sizes {
  int num_learners;
  int num_resources;
  int per_learner;
  int num_factors;
};

class FactorMemoryTest : public testing::TestWithParam<Sizes> {};

INSTANTIATE_TEST_SUITE_P(Sizes, FactorMemoryTest,
                         testing::Values(Sizes{60000, 20000, 40, 64},
                                         Sizes{20000, 40000, 100, 40},
                                         Sizes{30000, 30000, 100, 16}));

TEST_P(FactorMemoryTest, IsBothTablesAndTheEngagementsTwice) {
  const Sizes& sizes = GetParam();
  const EngagementTable table =
      RandomTable(sizes.num_learners, sizes.num_resources, sizes.per_learner);
  FactorOptions options;
  options.num_factors = sizes.num_factors;
  options.num_epochs = 2;
  const int64_t num_rows = sizes.num_learners + sizes.num_resources;
  const int64_t longest = std::max(sizes.num_learners, sizes.num_resources);
  const int64_t larger = TableBytes(longest, sizes.num_factors);
  const int64_t tables =
      BufferBytes(larger) +
      BufferBytes(TableBytes(num_rows - longest, sizes.num_factors));
  const auto engagements =
      static_cast<int64_t>(table.entries.size() * sizeof(Engagement));
  for (options.num_threads = 1; options.num_threads <= 4;
       options.num_threads += 3) {
    for (const bool half : {false, true}) {
      options.half_precision = half;
      const int64_t halves = half ? larger / 2 : 0;
      // Once more than given, or a table for as long as it is copied.
      const int64_t twice = std::max(engagements, larger);
      const int64_t most = MostBytes(table, options);
      EXPECT_LE(most, tables + BufferBytes(halves) + twice +
                          SmallBytes(num_rows, options))
          << options.num_threads << " threads, half precision " << half;
      // The count is of all there is.
      EXPECT_GE(most,
                TableBytes(num_rows, sizes.num_factors) + halves + engagements);
    }
  }
}

}  // namespace
}  // namespace evenlight
