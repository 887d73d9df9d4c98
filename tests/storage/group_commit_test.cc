// Writers of many threads. Not in the binary that ThreadSanitizer runs: RocksDB
// joins concurrent batches, one thread reading what another made, behind locks
// that the packaged library does not show; the report then names a frame of
// libstdc++, which no narrow suppression can match.

#include <thread>

#include "tests/storage/databases.h"

namespace evenlight {
namespace {

constexpr int kNumWriters = 4;
constexpr int kNumBatches = 50;

std::string KeyOf(int writer, int batch) {
  return std::to_string(writer) + "_" + std::to_string(batch);
}

TEST(GroupCommitTest, ConcurrentWritersLoseNothing) {
  TempDirectory directory;
  {
    const auto database = OpenRocks(directory / "db");
    ASSERT_THAT(database, IsOk());
    std::vector<std::thread> writers;
    for (int writer = 0; writer < kNumWriters; ++writer) {
      writers.emplace_back([&, writer] {
        for (int number = 0; number < kNumBatches; ++number) {
          WriteBatch batch;
          batch.Put(Family::kEvents, KeyOf(writer, number), "v");
          batch.Put(Family::kLists, KeyOf(writer, number), "w");
          EXPECT_THAT((*database)->Write(batch), IsOk());
        }
      });
    }
    for (std::thread& writer : writers) writer.join();
  }
  const auto database = OpenRocks(directory / "db");
  ASSERT_THAT(database, IsOk());
  for (int writer = 0; writer < kNumWriters; ++writer) {
    for (int number = 0; number < kNumBatches; ++number) {
      const std::string key = KeyOf(writer, number);
      EXPECT_EQ(*(*database)->Get(Family::kEvents, key), "v") << key;
      EXPECT_EQ(*(*database)->Get(Family::kLists, key), "w") << key;
    }
  }
}

}  // namespace
}  // namespace evenlight
