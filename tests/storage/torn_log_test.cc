// What a power cut leaves: the log ends anywhere. The database opens, and holds
// the commits up to some point and none after it, in every family.

#include <fstream>

#include "storage/keys.h"
#include "storage/track_store.h"
#include "tests/storage/databases.h"

namespace evenlight {
namespace {

constexpr int kNumCommits = 40;
constexpr uintmax_t kNumCuts = 60;

// Commit n puts event n and says so in `meta`.
void WriteCommits(Database& database) {
  const TrackStore store(&database);
  for (int64_t sequence = 1; sequence <= kNumCommits; ++sequence) {
    Event event;
    event.id = "e" + std::to_string(sequence);
    event.actor.id = "l" + std::to_string(sequence % 3);
    event.time = absl::FromUnixSeconds(1'000 - sequence);
    event.verb = Verb::kViewed;
    // RocksDB drops the rest of a log block of 32 KiB behind a fault: the log
    // has to go on in further blocks for a gap to be possible.
    event.resource =
        std::string(static_cast<size_t>(sequence * 701 % 5000), 'r');
    event.sequence = sequence;
    WriteBatch batch;
    store.Append("t", event, &batch);
    batch.Put(Family::kMeta, "commit", std::to_string(sequence));
    ASSERT_THAT(database.Write(batch), IsOk());
  }
}

// The log that holds the commits: the largest.
std::filesystem::path LogIn(const std::string& directory) {
  std::filesystem::path log;
  for (const auto& file : std::filesystem::directory_iterator(directory)) {
    if (file.path().extension() != ".log") continue;
    if (log.empty() || file.file_size() > std::filesystem::file_size(log)) {
      log = file.path();
    }
  }
  return log;
}

// Expects the commits 1..n for some n, whole, and returns n.
int64_t ExpectPrefix(Database& database) {
  const TrackStore store(&database);
  int64_t num_events = 0;
  EXPECT_THAT(store.ListBySequence("t", 0,
                                   [&](const Event& event) {
                                     EXPECT_EQ(event.sequence, ++num_events);
                                     return true;
                                   }),
              IsOk());
  int64_t num_listed = 0;
  EXPECT_THAT(store.ListAll("t",
                            [&](const Event&) {
                              ++num_listed;
                              return true;
                            }),
              IsOk());
  EXPECT_EQ(num_listed, num_events);
  EXPECT_EQ(*store.LastSequence("t"), num_events);
  const auto commit = database.Get(Family::kMeta, "commit");
  EXPECT_THAT(commit, IsOk());
  EXPECT_EQ(commit->value_or("0"), std::to_string(num_events));
  for (int64_t sequence = 1; sequence <= kNumCommits; ++sequence) {
    const auto used = store.FindIds("t", {"e" + std::to_string(sequence)});
    EXPECT_EQ(used->front().has_value(), sequence <= num_events);
  }
  return num_events;
}

TEST(TornLogTest, AnyCutLeavesAPrefixWithoutGapsThatTakesWrites) {
  TempDirectory directory;
  const std::string whole = directory / "whole";
  // Copied while open: a clean close may tidy what a power cut would not.
  const auto database = OpenRocks(whole);
  ASSERT_THAT(database, IsOk());
  WriteCommits(**database);
  const std::string log_name = LogIn(whole).filename().string();
  const uintmax_t size = std::filesystem::file_size(LogIn(whole));
  ASSERT_GT(size, kNumCuts);

  int64_t last = 0;
  for (uintmax_t cut = 0; cut <= kNumCuts; ++cut) {
    const uintmax_t bytes = size * cut / kNumCuts;
    SCOPED_TRACE(bytes);
    const std::string copy = directory / "copy";
    std::filesystem::remove_all(copy);
    std::filesystem::copy(whole, copy);
    std::filesystem::resize_file(copy + "/" + log_name, bytes);
    const auto reopened = OpenRocks(copy);
    ASSERT_THAT(reopened, IsOk());
    const int64_t num_events = ExpectPrefix(**reopened);
    EXPECT_GE(num_events, last);
    last = num_events;
    WriteBatch batch;
    batch.Put(Family::kMeta, "after", "1");
    EXPECT_THAT((*reopened)->Write(batch), IsOk());
  }
  EXPECT_EQ(last, kNumCommits);
}

TEST(TornLogTest, FlippedByteInTheLogNeverLeavesAGap) {
  TempDirectory directory;
  const std::string whole = directory / "whole";
  const auto database = OpenRocks(whole);
  ASSERT_THAT(database, IsOk());
  WriteCommits(**database);
  const std::string log_name = LogIn(whole).filename().string();
  const uintmax_t size = std::filesystem::file_size(LogIn(whole));
  for (uintmax_t flip = 0; flip < 30; ++flip) {
    SCOPED_TRACE(flip);
    const std::string copy = directory / "copy";
    std::filesystem::remove_all(copy);
    std::filesystem::copy(whole, copy);
    std::fstream log(copy + "/" + log_name,
                     std::ios::in | std::ios::out | std::ios::binary);
    const auto position = static_cast<std::streamoff>(size * flip / 30);
    log.seekg(position);
    const int byte = log.get();
    log.seekp(position);
    log.put(static_cast<char>(byte ^ 0x10));
    log.close();
    const auto reopened = OpenRocks(copy);
    ASSERT_THAT(reopened, IsOk());
    EXPECT_LT(ExpectPrefix(**reopened), kNumCommits);
  }
}

}  // namespace
}  // namespace evenlight
