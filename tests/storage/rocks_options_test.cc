#include "storage/rocks_options.h"

#include <rocksdb/db.h>
#include <rocksdb/options.h>
#include <rocksdb/rate_limiter.h>

#include <utility>

#include "tests/storage/databases.h"

namespace evenlight {
namespace {

using rocksdb::RateLimiter;

TEST(RocksOptionsTest, BackgroundWritesHaveTheRateAndWritesAreSlowedBelowIt) {
  RocksDatabase::Options options;
  options.background_bytes_per_second = 8 << 20;
  const auto limiter = DbOptions(options).rate_limiter;
  ASSERT_NE(limiter, nullptr);
  EXPECT_TRUE(limiter->IsRateLimited(RateLimiter::OpType::kWrite));
  EXPECT_FALSE(limiter->IsRateLimited(RateLimiter::OpType::kRead));
  // One that tunes itself would begin in the middle.
  EXPECT_EQ(limiter->GetBytesPerSecond(), 8 << 20);
  EXPECT_EQ(DbOptions(options).delayed_write_rate, 2u << 20);
}

// The log is what calls wait for.
TEST(RocksOptionsTest, FlushesAndCompactionsKeepToTheRateAndTheLogDoesNot) {
  const TempDirectory directory;
  const auto database = OpenRocks(directory / "db");
  ASSERT_THAT(database, IsOk());
  rocksdb::DB* rocks = (*database)->rocks();
  const auto limiter = rocks->GetDBOptions().rate_limiter;
  ASSERT_NE(limiter, nullptr);
  int64_t before = 0;
  const auto written_by = [&](const rocksdb::Status& done) {
    EXPECT_TRUE(done.ok()) << done.ToString();
    const int64_t total = limiter->GetTotalBytesThrough();
    return total - std::exchange(before, total);
  };
  written_by(rocksdb::Status::OK());  // The opening.
  rocksdb::WriteOptions synced;
  synced.sync = true;
  const std::string value(100'000, 'x');
  EXPECT_EQ(written_by(rocks->Put(synced, "a", value)), 0);
  EXPECT_GT(written_by(rocks->Flush(rocksdb::FlushOptions())), 0);
  rocksdb::CompactRangeOptions compact;
  compact.bottommost_level_compaction =
      rocksdb::BottommostLevelCompaction::kForce;
  EXPECT_GT(written_by(rocks->CompactRange(compact, nullptr, nullptr)), 0);
}

}  // namespace
}  // namespace evenlight
