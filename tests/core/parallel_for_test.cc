#include "core/parallel_for.h"

#include <limits>
#include <mutex>
#include <set>
#include <utility>
#include <vector>

#include "gmock/gmock.h"

namespace evenlight {
namespace {

using Chunks = std::set<std::pair<int64_t, int64_t>>;

Chunks ChunksOf(int num_threads, int64_t count, int64_t chunk_size) {
  std::mutex mu;
  Chunks chunks;
  ParallelFor(num_threads, count, chunk_size, [&](int64_t begin, int64_t end) {
    std::lock_guard<std::mutex> lock(mu);
    EXPECT_TRUE(chunks.emplace(begin, end).second);
  });
  return chunks;
}

TEST(ParallelForTest, ChunksAreTheSameForAnyNumberOfThreads) {
  const Chunks expected = {{0, 4}, {4, 8}, {8, 10}};
  for (const int num_threads : {1, 2, 3, 16}) {
    EXPECT_EQ(ChunksOf(num_threads, 10, 4), expected);
  }
}

TEST(ParallelForTest, NothingToDoCallsNothing) {
  EXPECT_TRUE(ChunksOf(4, 0, 10).empty());
}

TEST(ParallelForTest, OneChunkHoldsAllIfItMay) {
  const Chunks expected = {{0, 10}};
  EXPECT_EQ(ChunksOf(4, 10, std::numeric_limits<int64_t>::max()), expected);
}

TEST(ParallelForTest, EveryElementIsDoneOnceBeforeReturn) {
  std::vector<int> done(100'003, 0);
  ParallelFor(4, static_cast<int64_t>(done.size()), 64,
              [&](int64_t begin, int64_t end) {
                for (int64_t k = begin; k < end; ++k) ++done[k];
              });
  EXPECT_THAT(done, testing::Each(1));
}

TEST(ParallelForTest, MachineHasAThread) { EXPECT_GE(DefaultNumThreads(), 1); }

}  // namespace
}  // namespace evenlight
