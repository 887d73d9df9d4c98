#include "storage/rocks_database.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <thread>

#include "evenlight/storage/v1/records.pb.h"
#include "tests/storage/databases.h"

namespace evenlight {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

void PutOne(Database& database, const std::string& key,
            const std::string& value) {
  WriteBatch batch;
  batch.Put(Family::kEvents, key, value);
  ASSERT_THAT(database.Write(batch), IsOk());
}

std::string MessageOf(const absl::Status& status) {
  return std::string(status.message());
}

// Contents by path.
std::map<std::string, std::string> FilesIn(const std::string& directory) {
  std::map<std::string, std::string> files;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(directory)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    files[entry.path().string()] = std::string(
        std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  return files;
}

// The nice values of this process's threads whose name begins so.
std::set<int> NiceOfThreads(const std::string& name) {
  std::set<int> nice;
  for (const auto& task :
       std::filesystem::directory_iterator("/proc/self/task")) {
    std::string its_name;
    std::ifstream(task.path() / "comm") >> its_name;
    if (its_name.rfind(name, 0) != 0) continue;
    nice.insert(getpriority(
        PRIO_PROCESS,
        static_cast<id_t>(std::stoi(task.path().filename().string()))));
  }
  return nice;
}

class RocksDatabaseTest : public testing::Test {
 protected:
  std::unique_ptr<RocksDatabase> MustOpen(const std::string& path,
                                          bool read_only = false) {
    auto database = OpenRocks(path, read_only);
    EXPECT_THAT(database, IsOk());
    return database.ok() ? *std::move(database) : nullptr;
  }
  void WriteFormat(const std::string& bytes) {
    WriteBatch batch;
    batch.Put(Family::kMeta, "format", bytes);
    ASSERT_THAT(MustOpen(path_)->Write(batch), IsOk());
  }

  TempDirectory directory_;
  const std::string path_ = directory_ / "parent/db";
};

TEST_F(RocksDatabaseTest, ReopenKeepsEverything) {
  for (int round = 0; round < 3; ++round) {
    const auto database = MustOpen(path_);
    for (int earlier = 0; earlier < round; ++earlier) {
      EXPECT_EQ(*database->Get(Family::kEvents, std::to_string(earlier)), "v");
    }
    PutOne(*database, std::to_string(round), "v");
  }
}

TEST_F(RocksDatabaseTest, NewDirectoryNamesItsFormat) {
  const auto bytes = *MustOpen(path_)->Get(Family::kMeta, "format");
  ASSERT_TRUE(bytes.has_value());
  storage::v1::FormatRecord format;
  ASSERT_TRUE(format.ParseFromString(*bytes));
  EXPECT_EQ(format.format_version(), RocksDatabase::kFormatVersion);
  EXPECT_GT(format.create_time_us(), 0);
}

TEST_F(RocksDatabaseTest, NewerFormatIsRefusedAndNothingIsChanged) {
  storage::v1::FormatRecord format;
  format.set_format_version(RocksDatabase::kFormatVersion + 6);
  WriteFormat(format.SerializeAsString());
  const auto before = FilesIn(path_);
  for (const bool read_only : {false, true}) {
    const auto database = OpenRocks(path_, read_only);
    ASSERT_THAT(database, HasCode(absl::StatusCode::kFailedPrecondition));
    EXPECT_THAT(
        MessageOf(database.status()),
        AllOf(HasSubstr(path_), HasSubstr("format 8"), HasSubstr("up to 2")));
  }
  EXPECT_EQ(FilesIn(path_), before);
}

TEST_F(RocksDatabaseTest, FormatBeforeThisOneIsReadAndBecomesThisOne) {
  storage::v1::FormatRecord format;
  format.set_format_version(RocksDatabase::kFormatVersion - 1);
  format.set_create_time_us(5);
  std::vector<int> versions;
  WriteFormat(format.SerializeAsString());
  RocksDatabase::Options reading, holding, serving;
  reading.read_only = true;
  holding.keep_format = true;
  for (auto* options : {&reading, &holding, &serving, &holding}) {
    options->directory = path_;
    const auto database = RocksDatabase::Open(*options);
    ASSERT_THAT(database, IsOk());
    ASSERT_TRUE(
        format.ParseFromString(**(*database)->Get(Family::kMeta, "format")));
    EXPECT_EQ(format.format_version(), (*database)->format_version());
    EXPECT_EQ(format.create_time_us(), 5);
    versions.push_back(format.format_version());
  }
  EXPECT_THAT(versions, testing::ElementsAre(1, 1, 2, 2));
}

TEST_F(RocksDatabaseTest, FormatBeforeTheOldestIsRefused) {
  WriteFormat("");
  EXPECT_THAT(OpenRocks(path_), HasCode(absl::StatusCode::kFailedPrecondition));
}

TEST_F(RocksDatabaseTest, CompactionsGiveWayButNotToEverything) {
  RocksDatabase::Options options;
  options.directory = path_;
  options.write_buffer_bytes = 64 << 10;
  const auto database = RocksDatabase::Open(options);
  ASSERT_THAT(database, IsOk());
  const int nice = getpriority(PRIO_PROCESS, 0);
  if (nice >= 5) GTEST_SKIP() << "all of this process gives way already";
  // Until a compaction has begun, which four files of a family cause.
  int writes = 0;
  while (NiceOfThreads("rocksdb:low").count(5) == 0) {
    ASSERT_LT(++writes, 100'000);
    PutOne(**database, std::to_string(writes), std::string(1'000, 'v'));
  }
  EXPECT_EQ(*NiceOfThreads("rocksdb:low").rbegin(), 5);
  EXPECT_THAT(NiceOfThreads("rocksdb:high"), testing::ElementsAre(nice));
}

TEST_F(RocksDatabaseTest, FormatThatDoesNotParseIsDataLoss) {
  WriteFormat("\xff\xff");
  EXPECT_THAT(OpenRocks(path_), HasCode(absl::StatusCode::kDataLoss));
}

TEST_F(RocksDatabaseTest, DataWithoutAFormatIsDataLoss) {
  {
    const auto database = MustOpen(path_);
    WriteBatch batch;
    batch.Delete(Family::kMeta, "format");
    batch.Put(Family::kEvents, "k", "v");
    ASSERT_THAT(database->Write(batch), IsOk());
  }
  EXPECT_THAT(OpenRocks(path_), HasCode(absl::StatusCode::kDataLoss));
}

TEST_F(RocksDatabaseTest, KillBeforeTheFormatWasWrittenIsMended) {
  {
    const auto database = MustOpen(path_);
    WriteBatch batch;
    batch.Delete(Family::kMeta, "format");
    ASSERT_THAT(database->Write(batch), IsOk());
  }
  EXPECT_TRUE(MustOpen(path_)->Get(Family::kMeta, "format")->has_value());
}

TEST_F(RocksDatabaseTest, SecondOpenSaysWhoHoldsItAndWhatToDo) {
  const auto first = MustOpen(path_);
  const auto second = OpenRocks(path_);
  ASSERT_THAT(second, HasCode(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(MessageOf(second.status()),
              AllOf(HasSubstr("another process holds"), HasSubstr(path_),
                    HasSubstr("checkpoint")));
  PutOne(*first, "k", "v");
}

TEST_F(RocksDatabaseTest, LockOfAnotherProcessIsRefusedTheSameWay) {
  MustOpen(path_).reset();
  int held[2];
  ASSERT_EQ(pipe(held), 0);
  const std::string lock = path_ + "/LOCK";
  const pid_t child = fork();
  if (child == 0) {
    const int descriptor = open(lock.c_str(), O_RDWR);
    struct flock whole = {};
    whole.l_type = F_WRLCK;
    const bool ok = fcntl(descriptor, F_SETLK, &whole) == 0;
    if (write(held[1], ok ? "y" : "n", 1) != 1) _exit(1);
    while (true) pause();
  }
  char answer = 0;
  ASSERT_EQ(read(held[0], &answer, 1), 1);
  ASSERT_EQ(answer, 'y');
  const auto database = OpenRocks(path_);
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  close(held[0]);
  close(held[1]);
  ASSERT_THAT(database, HasCode(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(MessageOf(database.status()), HasSubstr("another process holds"));
}

TEST_F(RocksDatabaseTest, CheckpointHasWhatWasAcknowledgedAndStaysAsItIs) {
  const auto live = MustOpen(path_);
  PutOne(*live, "a", "1");
  const std::string copy = directory_ / "checkpoints/one";
  ASSERT_THAT(live->CreateCheckpoint(copy), IsOk());
  PutOne(*live, "a", "2");
  PutOne(*live, "b", "2");

  const auto before = FilesIn(copy);
  {
    const auto checkpoint = MustOpen(copy, true);
    PutOne(*live, "a", "3");
    EXPECT_EQ(*checkpoint->Get(Family::kEvents, "a"), "1");
    EXPECT_EQ(*checkpoint->Get(Family::kEvents, "b"), std::nullopt);
    WriteBatch batch;
    batch.Put(Family::kEvents, "c", "3");
    EXPECT_THAT(checkpoint->Write(batch),
                HasCode(absl::StatusCode::kFailedPrecondition));
  }
  EXPECT_EQ(FilesIn(copy), before);
  EXPECT_EQ(*live->Get(Family::kEvents, "a"), "3");
  EXPECT_THAT(live->CreateCheckpoint(copy),
              HasCode(absl::StatusCode::kAlreadyExists));
}

TEST_F(RocksDatabaseTest, ReadOnlyNeedsADatabase) {
  EXPECT_THAT(OpenRocks(path_, true), HasCode(absl::StatusCode::kNotFound));
  EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(RocksDatabaseTest, DataFilesWithoutCurrentAreNotDeleted) {
  PutOne(*MustOpen(path_), "a", "1");
  std::filesystem::remove(path_ + "/CURRENT");
  const auto before = FilesIn(path_);
  EXPECT_THAT(OpenRocks(path_), HasCode(absl::StatusCode::kDataLoss));
  EXPECT_EQ(FilesIn(path_), before);
}

TEST_F(RocksDatabaseTest, FlippedByteInADataFileIsNeverReadAsData) {
  const std::string copy = directory_ / "copy";
  {
    const auto live = MustOpen(path_);
    PutOne(*live, "a", std::string(1000, 'v'));
    ASSERT_THAT(live->CreateCheckpoint(copy), IsOk());
  }
  for (const auto& [name, bytes] : FilesIn(copy)) {
    if (!name.ends_with(".sst")) continue;
    std::string damaged = bytes;
    damaged[10] = static_cast<char>(damaged[10] ^ 1);
    // Not in place: a checkpoint shares its files with the live database.
    std::filesystem::remove(name);
    std::ofstream(name, std::ios::binary) << damaged;
  }
  const auto database = OpenRocks(copy, true);
  const absl::Status status =
      database.ok() ? (*database)->Get(Family::kEvents, "a").status()
                    : database.status();
  EXPECT_THAT(status, HasCode(absl::StatusCode::kDataLoss));
}

TEST_F(RocksDatabaseTest, FiguresFollowWritesAndReads) {
  const auto database = MustOpen(path_);
  const auto read = [&] {
    std::map<std::string, double> values;
    for (const Figure& figure : database->Figures()) {
      values[figure.name] = figure.samples.at(0).value;
    }
    return values;
  };
  auto before = read();
  PutOne(*database, "a", std::string(100'000, 'v'));
  auto after = read();
  EXPECT_EQ(after["rocksdb_wal_synced_total"],
            before["rocksdb_wal_synced_total"] + 1);
  EXPECT_GE(after["rocksdb_written_bytes_total"],
            before["rocksdb_written_bytes_total"] + 100'000);
  EXPECT_GE(after["rocksdb_memtable_bytes"],
            before["rocksdb_memtable_bytes"] + 100'000);
  // Once, though the families share it.
  EXPECT_EQ(after["rocksdb_block_cache_max_bytes"], 1 << 20);
  EXPECT_EQ(after["rocksdb_background_errors"], 0);
  EXPECT_EQ(after["rocksdb_write_stopped"], 0);
}

TEST_F(RocksDatabaseTest, ReadersRunBesideAWriter) {
  // Several writers: group_commit_test.cc.
  const auto database = MustOpen(path_);
  std::vector<std::thread> threads;
  threads.emplace_back([&] {
    for (int k = 0; k < 50; ++k) PutOne(*database, std::to_string(k), "v");
  });
  threads.emplace_back([&] {
    for (int k = 0; k < 200; ++k) {
      EXPECT_THAT(database->Scan(Family::kEvents, "", "",
                                 [](absl::string_view, absl::string_view v) {
                                   return v == "v";
                                 }),
                  IsOk());
      EXPECT_THAT(database->LastKey(Family::kEvents, "", ""), IsOk());
    }
  });
  for (std::thread& thread : threads) thread.join();
  int num_entries = 0;
  EXPECT_THAT(database->Scan(Family::kEvents, "", "",
                             [&](absl::string_view, absl::string_view) {
                               ++num_entries;
                               return true;
                             }),
              IsOk());
  EXPECT_EQ(num_entries, 50);
}

}  // namespace
}  // namespace evenlight
