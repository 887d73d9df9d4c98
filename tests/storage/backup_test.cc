#include "storage/backup.h"

#include <atomic>
#include <fstream>
#include <map>
#include <random>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "evenlight/storage/v1/backup_records.pb.h"
#include "evenlight/storage/v1/records.pb.h"
#include "storage/backup_files.h"
#include "storage/durable_file.h"
#include "storage/keys.h"
#include "storage/model_directory.h"
#include "storage/sealed_bytes.h"
#include "storage/track_store.h"
#include "tests/storage/databases.h"
#include "tests/storage/events_by_sequence.h"

namespace evenlight {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr char kTenant[] = "county";
const absl::Time kNow = absl::FromUnixSeconds(1'772'352'000);

Event EventOf(int64_t sequence) {
  Event event;
  event.id = absl::StrCat("e", sequence);
  event.actor = {ActorKind::kLearner, absl::StrCat("l", sequence % 7)};
  event.time = kNow + absl::Seconds(sequence);
  event.verb = Verb::kAnswered;
  event.resource = absl::StrCat("r", sequence % 100);
  event.sequence = sequence;
  return event;
}

std::map<std::string, std::string> FilesIn(const std::string& directory) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(directory)) {
    if (!entry.is_regular_file()) continue;
    files[entry.path().lexically_relative(directory).string()] =
        *ReadFile(entry.path().string());
  }
  return files;
}

void FlipByte(const std::string& path, size_t at) {
  std::string bytes = *ReadFile(path);
  ASSERT_LT(at, bytes.size());
  bytes[at] = static_cast<char>(bytes[at] ^ 1);
  std::ofstream(path, std::ios::binary) << bytes;
}

class BackupTest : public testing::Test {
 protected:
  BackupTest() {
    options_.directory = directory_ / "backups";
    options_.max_bytes_per_second = 0;
    auto opened = OpenRocks(directory_ / "db");
    EXPECT_THAT(opened, IsOk());
    database_ = *std::move(opened);
  }

  void Append(int64_t first, int64_t last) {
    for (int64_t sequence = first; sequence <= last;) {
      WriteBatch batch;
      for (int k = 0; k < 100 && sequence <= last; ++k, ++sequence) {
        TrackStore(database_.get()).Append(kTenant, EventOf(sequence), &batch);
      }
      ASSERT_THAT(database_->Write(batch), IsOk());
    }
  }

  int64_t PublishModel(const std::string& bytes) {
    const auto version =
        ModelDirectory(models(), kTenant)
            .Publish({{"tracing.pb", bytes}}, {{"model_card.md", "card"}}, {});
    EXPECT_THAT(version, IsOk());
    return *version;
  }

  NewBackup MustMake() {
    auto made = MakeBackup(database_.get(), models(), kNow, options_);
    EXPECT_THAT(made, IsOk());
    return made.ok() ? *std::move(made) : NewBackup();
  }

  // The sequences in a restored directory, which must have no gaps.
  int64_t LastRestored(const std::string& to) {
    const auto restored = OpenRocks(RestoredDataPath(to));
    EXPECT_THAT(restored, IsOk());
    const auto events = EventsBySequence(**restored, kTenant);
    EXPECT_THAT(events, IsOk());
    int64_t last = 0;
    for (const Event& event : *events) EXPECT_EQ(event, EventOf(++last));
    return last;
  }

  std::vector<std::string> Findings() {
    std::vector<std::string> findings;
    EXPECT_THAT(CheckBackups(options_.directory,
                             [&](const Finding& finding) {
                               findings.push_back(absl::StrCat(
                                   finding.where, ": ", finding.what));
                             }),
                IsOk());
    return findings;
  }

  std::string models() const { return directory_ / "models"; }

  TempDirectory directory_;
  BackupOptions options_;
  std::unique_ptr<RocksDatabase> database_;
};

TEST_F(BackupTest, RestoreGivesBackEventsModelsAndThePin) {
  Append(1, 500);
  PublishModel("one");
  PublishModel("two");
  const ModelDirectory models_before(models(), kTenant);
  ASSERT_THAT(models_before.Pin(1), IsOk());
  const auto lock = models_before.Lock();
  const NewBackup made = MustMake();
  EXPECT_EQ(made.backup.id, 1);
  Append(501, 600);
  PublishModel("three");

  const std::string to = directory_ / "restored";
  const auto restored = RestoreBackup(options_.directory, 0, to);
  ASSERT_THAT(restored, IsOk());
  EXPECT_EQ(restored->create_time, kNow);
  EXPECT_EQ(LastRestored(to), 500);
  const ModelDirectory models_after(RestoredModelPath(to), kTenant);
  EXPECT_EQ(models_after.List()->size(), 2u);
  EXPECT_EQ(models_after.Load(2)->at("tracing.pb"), "two");
  EXPECT_EQ(**models_after.Pinned(), 1);
  auto left = FilesIn(models());
  auto given = FilesIn(RestoredModelPath(to));
  EXPECT_EQ(given.at("county/1/report/model_card.md"), "card");
  EXPECT_FALSE(given.contains("county/.lock"));
  EXPECT_FALSE(fs::exists(to + "/.restoring"));
}

TEST_F(BackupTest, SecondBackupCopiesOnlyWhatIsNew) {
  PublishModel(std::string(300'000, 'm'));
  Append(1, 20'000);
  const NewBackup first = MustMake();
  Append(20'001, 20'010);
  PublishModel("small");
  const NewBackup second = MustMake();
  EXPECT_EQ(second.backup.id, first.backup.id + 1);
  EXPECT_GT(first.num_new_bytes, 600'000);
  EXPECT_LT(second.num_new_bytes, first.num_new_bytes / 10);

  const std::string to = directory_ / "restored";
  ASSERT_THAT(RestoreBackup(options_.directory, 0, to), IsOk());
  EXPECT_EQ(LastRestored(to), 20'010);
  const std::string earlier = directory_ / "earlier";
  ASSERT_THAT(RestoreBackup(options_.directory, 1, earlier), IsOk());
  EXPECT_EQ(LastRestored(earlier), 20'000);
}

TEST_F(BackupTest, WhileAWriterWritesABackupHoldsAllThatWasAcknowledged) {
  std::atomic<int64_t> acknowledged = 0;
  std::atomic<bool> is_over = false;
  std::thread writer([&] {
    for (int64_t sequence = 1; !is_over; ++sequence) {
      Append(sequence, sequence);
      acknowledged = sequence;
    }
  });
  std::vector<int64_t> before;
  for (int round = 0; round < 4; ++round) {
    const int64_t seen = acknowledged;
    while (acknowledged < seen + 50) std::this_thread::yield();
    before.push_back(acknowledged);
    EXPECT_EQ(MustMake().backup.id, round + 1);
  }
  is_over = true;
  writer.join();
  for (int round = 0; round < 4; ++round) {
    const std::string to = directory_ / absl::StrCat("restored", round);
    ASSERT_THAT(RestoreBackup(options_.directory, round + 1, to), IsOk());
    EXPECT_GE(LastRestored(to), before[round]);
  }
  EXPECT_EQ(Findings(), std::vector<std::string>());
}

TEST_F(BackupTest, KeepsTheNewestAndWhatTheyNeed) {
  options_.keep = 2;
  for (int round = 1; round <= 4; ++round) {
    Append(100 * round - 99, 100 * round);
    PublishModel(absl::StrCat("model ", round));
    EXPECT_EQ(MustMake().num_deleted, round > 2 ? 1 : 0);
  }
  EXPECT_EQ(*BackupIds(options_.directory), (std::vector<int64_t>{3, 4}));
  EXPECT_EQ(Findings(), std::vector<std::string>());
  EXPECT_THAT(RestoreBackup(options_.directory, 2, directory_ / "gone"),
              HasCode(absl::StatusCode::kNotFound));
  const std::string to = directory_ / "restored";
  ASSERT_THAT(RestoreBackup(options_.directory, 3, to), IsOk());
  EXPECT_EQ(LastRestored(to), 300);
}

TEST_F(BackupTest, ContentThatNoBackupHasAnyMoreIsDeleted) {
  options_.keep = 1;
  PublishModel("first");
  MustMake();
  fs::remove_all(models());
  PublishModel("second");
  MustMake();
  for (const auto& [name, bytes] :
       FilesIn(BackupFilesPath(options_.directory))) {
    EXPECT_NE(bytes, "first") << name;
  }
}

TEST_F(BackupTest, EveryFlippedByteOfABackupIsFoundAndNamed) {
  PublishModel("model");
  Append(1, 300);
  MustMake();
  const auto whole = FilesIn(options_.directory);
  ASSERT_GT(whole.size(), 5u);
  for (const auto& [name, bytes] : whole) {
    if (bytes.empty()) continue;
    SCOPED_TRACE(name);
    const std::string path = options_.directory + "/" + name;
    FlipByte(path, bytes.size() / 2);
    const auto findings = Findings();
    EXPECT_FALSE(findings.empty());
    const std::string file = fs::path(name).filename().string();
    bool is_named = false;
    for (const std::string& finding : findings) {
      is_named |= absl::StrContains(finding, file);
    }
    EXPECT_TRUE(is_named) << testing::PrintToString(findings);
    const std::string to = directory_ / "damaged";
    const auto restored = RestoreBackup(options_.directory, 1, to);
    EXPECT_THAT(restored, HasCode(absl::StatusCode::kDataLoss));
    EXPECT_FALSE(fs::exists(RestoredDataPath(to)));
    EXPECT_FALSE(fs::exists(to + "/.restoring"));
    fs::remove_all(to);
    std::ofstream(path, std::ios::binary) << bytes;
  }
  EXPECT_EQ(Findings(), std::vector<std::string>());
}

TEST_F(BackupTest, ListOfFilesIsCheckedWhereRocksDbWouldTakeIt) {
  MustMake();
  // The first line is a time, which nothing else depends on.
  FlipByte(DatabaseListPath(options_.directory, 1), 0);
  EXPECT_THAT(Findings(), testing::ElementsAre(HasSubstr("meta/1")));
}

TEST_F(BackupTest, RestoreRefusesADirectoryThatHoldsSomething) {
  MustMake();
  const std::string to = directory_ / "used";
  ASSERT_THAT(MakeDirectories(to), IsOk());
  ASSERT_THAT(WriteFileSynced(to + "/mine", "x"), IsOk());
  const auto restored = RestoreBackup(options_.directory, 0, to);
  EXPECT_THAT(restored, HasCode(absl::StatusCode::kAlreadyExists));
  EXPECT_EQ(FilesIn(to).size(), 1u);
  EXPECT_THAT(RestoreBackup(directory_ / "nothing", 0, directory_ / "new"),
              HasCode(absl::StatusCode::kNotFound));
}

// The way back to the build before.
TEST_F(BackupTest, DirectoryOfTheFormatBeforeIsBackedUpAsItIs) {
  Append(1, 3);
  storage::v1::FormatRecord format;
  format.set_format_version(RocksDatabase::kFormatVersion - 1);
  WriteBatch batch;
  batch.Put(Family::kMeta, "format", format.SerializeAsString());
  ASSERT_THAT(database_->Write(batch), IsOk());
  database_.reset();
  RocksDatabase::Options options;
  options.directory = directory_ / "db";
  options.keep_format = true;
  database_ = *RocksDatabase::Open(options);
  EXPECT_EQ(MustMake().backup.data_format_version,
            RocksDatabase::kFormatVersion - 1);
  const std::string to = directory_ / "restored";
  ASSERT_THAT(RestoreBackup(options_.directory, 0, to), IsOk());
  options.directory = RestoredDataPath(to);
  EXPECT_EQ((*RocksDatabase::Open(options))->format_version(),
            RocksDatabase::kFormatVersion - 1);
  EXPECT_EQ(LastRestored(to), 3);
}

TEST_F(BackupTest, NewerFormatIsRefusedAndSaysWhichOneItIs) {
  MustMake();
  const std::string path = BackupRecordPath(options_.directory, 1);
  const std::string sealed = *ReadFile(path);
  for (const bool is_data : {false, true}) {
    storage::v1::BackupRecord record;
    ASSERT_TRUE(record.ParseFromString(std::string(*Unseal(sealed))));
    if (is_data) record.set_data_format_version(9);
    if (!is_data) record.set_format_version(9);
    std::ofstream(path, std::ios::binary) << Seal(record.SerializeAsString());
    const std::string to = directory_ / "restored";
    const auto restored = RestoreBackup(options_.directory, 0, to);
    ASSERT_THAT(restored, HasCode(absl::StatusCode::kFailedPrecondition));
    EXPECT_THAT(std::string(restored.status().message()),
                testing::AllOf(HasSubstr("format 9"),
                               HasSubstr(is_data ? "1 to 2" : "1 to 1"),
                               HasSubstr("newer build")));
    EXPECT_FALSE(fs::exists(to));
  }
}

TEST_F(BackupTest, RecordThatLeadsOutOfTheTargetIsRefused) {
  for (const char* name : {"../x", "/etc/x", "a//b", "a/./b", ""}) {
    storage::v1::BackupRecord record;
    record.set_format_version(1);
    record.set_data_format_version(1);
    auto* file = record.add_model_files();
    file->set_path(name);
    file->set_sha256(std::string(64, 'a'));
    EXPECT_THAT(DecodeBackup(Seal(record.SerializeAsString()), "r"),
                HasCode(absl::StatusCode::kDataLoss))
        << name;
  }
}

TEST_F(BackupTest, StoppedBackupLeavesTheEarlierOnesAndTheNextOneWorks) {
  Append(1, 100);
  MustMake();
  Append(101, 200);
  options_.goes_on = [] { return false; };
  EXPECT_THAT(MakeBackup(database_.get(), models(), kNow, options_),
              HasCode(absl::StatusCode::kCancelled));
  EXPECT_EQ(BackupIds(options_.directory)->size(), 1u);
  EXPECT_EQ(Findings(), std::vector<std::string>());
  options_.goes_on = nullptr;
  MustMake();
  EXPECT_EQ(Findings(), std::vector<std::string>());
  const std::string to = directory_ / "restored";
  ASSERT_THAT(RestoreBackup(options_.directory, 0, to), IsOk());
  EXPECT_EQ(LastRestored(to), 200);
}

TEST_F(BackupTest, BackupIsStoppedInTheMiddleOfAFile) {
  std::mt19937_64 random(7);
  WriteBatch batch;
  for (int k = 0; k < 64; ++k) {
    std::string value;  // 64 KiB that do not compress.
    for (int word = 0; word < 8192; ++word) AppendUint64(random(), &value);
    batch.Put(Family::kLists, absl::StrCat(k), std::move(value));
  }
  ASSERT_THAT(database_->Write(batch), IsOk());
  std::atomic<int> num_asked = 0;
  options_.goes_on = [&] { return ++num_asked < 2; };
  EXPECT_THAT(MakeBackup(database_.get(), models(), kNow, options_),
              HasCode(absl::StatusCode::kCancelled));
  int64_t num_bytes = 0;
  for (const auto& [name, bytes] : FilesIn(options_.directory)) {
    num_bytes += static_cast<int64_t>(bytes.size());
  }
  EXPECT_LT(num_bytes, 3 << 20);
  options_.goes_on = nullptr;
  MustMake();
  EXPECT_EQ(Findings(), std::vector<std::string>());
}

TEST_F(BackupTest, TwoAtOnceInOneDirectoryAreRefused) {
  MustMake();
  absl::Status second;
  options_.goes_on = [&] {
    if (second.ok()) {
      BackupOptions other = options_;
      other.goes_on = nullptr;
      second = MakeBackup(database_.get(), models(), kNow, other).status();
    }
    return true;
  };
  MustMake();
  EXPECT_THAT(second, HasCode(absl::StatusCode::kUnavailable));
}

TEST_F(BackupTest, RestoredDatabaseIsBackedUpIntoTheSameDirectory) {
  Append(1, 200);
  MustMake();
  const std::string to = directory_ / "restored";
  ASSERT_THAT(RestoreBackup(options_.directory, 0, to), IsOk());
  database_.reset();
  auto opened = OpenRocks(RestoredDataPath(to));
  ASSERT_THAT(opened, IsOk());
  database_ = *std::move(opened);
  Append(201, 300);
  MustMake();
  EXPECT_EQ(Findings(), std::vector<std::string>());
  const std::string again = directory_ / "again";
  ASSERT_THAT(RestoreBackup(options_.directory, 0, again), IsOk());
  EXPECT_EQ(LastRestored(again), 300);
}

TEST_F(BackupTest, ModelFilesAreWrittenAtTheRateThatIsAdmitted) {
  const std::string models = directory_ / "models_of_two";
  ASSERT_THAT(MakeDirectories(models), IsOk());
  ASSERT_THAT(WriteFileSynced(models + "/a", std::string(70, 'a')), IsOk());
  ASSERT_THAT(WriteFileSynced(models + "/b", std::string(30, 'b')), IsOk());
  const std::string kept = directory_ / "kept";
  std::vector<int64_t> asked;
  const auto admit = [&](int64_t num_bytes) {
    asked.push_back(num_bytes);
    return num_bytes < 50;
  };
  // Asked before the first is written.
  EXPECT_THAT(KeepModelFiles(models, kept, admit),
              HasCode(absl::StatusCode::kCancelled));
  EXPECT_THAT(asked, ElementsAre(0, 70));
  EXPECT_TRUE(FilesIn(kept).empty());
  ASSERT_THAT(KeepModelFiles(models, kept, [](int64_t) { return true; }),
              IsOk());
  // What is there is not written again.
  asked.clear();
  EXPECT_THAT(KeepModelFiles(models, kept, admit), IsOk());
  EXPECT_THAT(asked, ElementsAre(0, 0));
}

}  // namespace
}  // namespace evenlight
