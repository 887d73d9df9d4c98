// What a power cut leaves: the log ends anywhere. The database opens, and holds
// the commits up to some point and none after it, in every family.

#include <fstream>

#include "storage/check_track.h"
#include "storage/keys.h"
#include "storage/log_check.h"
#include "storage/track_store.h"
#include "tests/storage/databases.h"
#include "tests/storage/events_by_sequence.h"

namespace evenlight {
namespace {

constexpr int kNumCommits = 40;
constexpr uintmax_t kNumCuts = 60;
constexpr uintmax_t kNumFlips = 30;

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

void FlipByte(const std::string& path, uintmax_t place) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekg(static_cast<std::streamoff>(place));
  const int byte = file.get();
  file.seekp(static_cast<std::streamoff>(place));
  file.put(static_cast<char>(byte ^ 0x10));
}

std::string Contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file),
          std::istreambuf_iterator<char>()};
}

uintmax_t SoundBytes(const std::string& log) {
  return FindLogEnd(Contents(log)).num_sound_bytes;
}

// Expects the commits 1..n for some n, whole, and returns n.
int64_t ExpectPrefix(Database& database) {
  const TrackStore store(&database);
  int64_t num_events = 0;
  const auto events = EventsBySequence(database, "t");
  EXPECT_THAT(events, IsOk());
  for (const Event& event : *events) EXPECT_EQ(event.sequence, ++num_events);
  EXPECT_THAT(CheckTrack(database, "t",
                         [](const Finding& finding) {
                           ADD_FAILURE() << finding.where << finding.what;
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
    const auto used = store.FindEvents("t", {"e" + std::to_string(sequence)});
    EXPECT_EQ(used->size(), sequence <= num_events ? 1u : 0u);
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

// What was not synced of the MANIFEST may be anything after a power cut.
TEST(TornLogTest, GarbledEndOfTheManifestIsCutOff) {
  TempDirectory directory;
  const std::string path = directory / "db";
  {
    const auto database = OpenRocks(path);
    ASSERT_THAT(database, IsOk());
    WriteCommits(**database);
  }
  // A record of 40 bytes whose checksum is wrong; one that is not all there;
  // zeros.
  for (const std::string& end :
       {std::string("abcd\x28\0\1", 7) + std::string(40, 'x'),
        std::string("abcd\x28\0\1xxx", 10), std::string(5'000, '\0')}) {
    std::string name = Contents(path + "/CURRENT");
    name.pop_back();
    std::ofstream(path + "/" + name, std::ios::app | std::ios::binary) << end;
    const auto reopened = OpenRocks(path);
    ASSERT_THAT(reopened, IsOk());
    EXPECT_EQ(ExpectPrefix(**reopened), kNumCommits);
  }
}

TEST(TornLogTest, DamageWithinTheManifestIsNamed) {
  TempDirectory directory;
  const std::string path = directory / "db";
  {
    const auto database = OpenRocks(path);
    ASSERT_THAT(database, IsOk());
    WriteCommits(**database);
  }
  std::string name = Contents(path + "/CURRENT");
  name.pop_back();
  FlipByte(path + "/" + name, 20);
  const std::string before = Contents(path + "/" + name);
  const auto reopened = OpenRocks(path);
  ASSERT_THAT(reopened, HasCode(absl::StatusCode::kDataLoss));
  EXPECT_THAT(std::string(reopened.status().message()),
              testing::AllOf(testing::HasSubstr(name),
                             testing::HasSubstr("restore a backup")));
  EXPECT_EQ(Contents(path + "/" + name), before);
}

TEST(TornLogTest, FlippedByteInTheLogIsNamedUnlessItIsInTheLastCommit) {
  TempDirectory directory;
  const std::string whole = directory / "whole";
  const auto database = OpenRocks(whole);
  ASSERT_THAT(database, IsOk());
  WriteCommits(**database);
  const std::string log_name = LogIn(whole).filename().string();
  const uintmax_t size = std::filesystem::file_size(LogIn(whole));
  int num_named = 0;
  for (uintmax_t flip = 0; flip < kNumFlips; ++flip) {
    SCOPED_TRACE(flip);
    const std::string copy = directory / "copy";
    const std::string log = copy + "/" + log_name;
    std::filesystem::remove_all(copy);
    std::filesystem::copy(whole, copy);
    FlipByte(log, size * flip / kNumFlips);
    auto reopened = OpenRocks(copy);
    if (!reopened.ok()) {
      ++num_named;
      EXPECT_THAT(reopened.status(), HasCode(absl::StatusCode::kDataLoss));
      EXPECT_THAT(std::string(reopened.status().message()),
                  testing::AllOf(testing::HasSubstr(log),
                                 testing::HasSubstr("truncate -s ")));
      // What the message says to do.
      std::filesystem::resize_file(log, SoundBytes(log));
      reopened = OpenRocks(copy);
      ASSERT_THAT(reopened, IsOk());
    }
    EXPECT_LT(ExpectPrefix(**reopened), kNumCommits);
  }
  // The last commit is one of forty.
  EXPECT_GE(num_named, static_cast<int>(kNumFlips) - 2);
}

TEST(TornLogTest, FlippedByteAnywhereInAShortLogIsFound) {
  TempDirectory directory;
  const std::string path = directory / "db";
  const auto database = OpenRocks(path);
  ASSERT_THAT(database, IsOk());
  for (int commit = 0; commit < 3; ++commit) {
    WriteBatch batch;
    batch.Put(Family::kMeta, std::to_string(commit), std::string(100, 'v'));
    ASSERT_THAT((*database)->Write(batch), IsOk());
  }
  const std::string whole = Contents(LogIn(path).string());
  ASSERT_FALSE(FindLogEnd(whole).later_commit.has_value());
  ASSERT_EQ(FindLogEnd(whole).num_sound_bytes, whole.size());
  for (size_t place = 0; place < whole.size() * 2 / 3; ++place) {
    std::string damaged = whole;
    damaged[place] = static_cast<char>(damaged[place] ^ 0x10);
    EXPECT_TRUE(FindLogEnd(damaged).later_commit.has_value()) << place;
  }
  for (size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(FindLogEnd(whole.substr(0, size)).later_commit.has_value());
  }
}

// The MANIFEST says which logs are superfluous, and they are gone: were its end
// lost with that, a start must not go on with less.
TEST(TornManifestTest, GarbledFromAnywhereOnItHoldsEveryCommitOrRefuses) {
  TempDirectory directory;
  const std::string path = directory / "db";
  {
    auto database = RocksDatabase::Open({.directory = path,
                                         .write_buffer_bytes = 64 << 10,
                                         .max_log_bytes = 64 << 10});
    ASSERT_THAT(database, IsOk());
    WriteCommits(**database);
    WriteBatch last;
    last.Put(Family::kEvents, "last", "");
    last.Put(Family::kMeta, "last", "");
    ASSERT_THAT((*database)->Write(last), IsOk());
  }
  std::string manifest;
  for (const auto& file : std::filesystem::directory_iterator(path)) {
    const std::string name = file.path().filename().string();
    if (name.starts_with("MANIFEST")) manifest = name;
  }
  const uintmax_t size = std::filesystem::file_size(path + "/" + manifest);
  int num_opened = 0;
  constexpr uintmax_t kStep = 16;
  for (uintmax_t place = 0; place < size; place += kStep) {
    SCOPED_TRACE(place);
    const std::string copy = directory / "copy";
    std::filesystem::copy(path, copy, std::filesystem::copy_options::recursive);
    {
      std::fstream file(copy + "/" + manifest,
                        std::ios::in | std::ios::out | std::ios::binary);
      file.seekp(static_cast<std::streamoff>(place));
      file << std::string(size - place, '\x5a');
    }
    auto database = RocksDatabase::Open({.directory = copy});
    if (database.ok()) {
      ++num_opened;
      for (const Family family : {Family::kEvents, Family::kMeta}) {
        const auto last = (*database)->Get(family, "last");
        ASSERT_THAT(last, IsOk());
        EXPECT_TRUE(last->has_value());
      }
      EXPECT_EQ(ExpectPrefix(**database), kNumCommits);
      database->reset();
    }
    std::filesystem::remove_all(copy);
  }
  EXPECT_GT(num_opened, 0);
}

}  // namespace
}  // namespace evenlight
