// Damage of every kind, and what `evenlight verify` says of it.

#include "services/cli/verify.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "core/interaction.h"
#include "evenlight/storage/v1/records.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "recommender/models/model_set_io.h"
#include "recommender/state/fold.h"
#include "recommender/state/state_io.h"
#include "services/cli/backup.h"
#include "services/cli/reported_apart.h"
#include "storage/durable_file.h"
#include "storage/keys.h"
#include "storage/learner_state_store.h"
#include "storage/model_directory.h"
#include "storage/rocks_database.h"
#include "storage/track_store.h"
#include "tests/support/random_track.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temporary_directory.h"

namespace evenlight {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kTenant[] = "county";

std::map<std::string, std::string> FilesIn(const std::string& directory) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(directory)) {
    if (!entry.is_regular_file()) continue;
    files[entry.path().string()] = *ReadFile(entry.path().string());
  }
  return files;
}

Event EventOf(int64_t sequence) {
  Event event;
  event.id = absl::StrCat("e", sequence);
  event.actor = {ActorKind::kLearner, absl::StrCat("l", sequence % 5)};
  event.time = absl::FromUnixSeconds(1'700'000'000 + 3600 * sequence);
  event.verb = Verb::kAnswered;
  event.resource = absl::StrCat("q", sequence % 20);
  event.kcs = {absl::StrCat("k", sequence % 8)};
  event.score = sequence % 3 == 0 ? 0.0f : 1.0f;
  event.sequence = sequence;
  return event;
}

class VerifyTest : public testing::Test {
 protected:
  VerifyTest() {
    ModelSet models;
    models.tracing = RandomCorrectedModel(3);
    const ModelDirectory directory(Path("models"), kTenant);
    for (int version = 1; version <= 2; ++version) {
      EXPECT_THAT(directory.Publish(EncodeModelSet(models), {}, {}), IsOk());
    }
    models_ = *DecodeModelSet(1, *directory.Load(1));
    const auto database = Open();
    Append(*database, 1, 400);
    PutStates(*database, 400);
    // So that most lies in tables, and what comes now in the log.
    EXPECT_THAT(database->CreateCheckpoint(Path("checkpoint")), IsOk());
    fs::remove_all(Path("checkpoint"));
    Append(*database, 401, 405);
    PutStates(*database, 405);
  }

  std::string Path(const std::string& name) const {
    return directory_.path() + "/" + name;
  }

  std::unique_ptr<RocksDatabase> Open() const {
    RocksDatabase::Options options;
    options.directory = Path("db");
    auto database = RocksDatabase::Open(options);
    EXPECT_THAT(database, IsOk());
    return *std::move(database);
  }

  static void Append(Database& database, int64_t first, int64_t last) {
    WriteBatch batch;
    for (int64_t sequence = first; sequence <= last; ++sequence) {
      TrackStore(&database).Append(kTenant, EventOf(sequence), &batch);
    }
    ASSERT_THAT(database.Write(batch), IsOk());
  }

  StoredLearnerState StateOf(int64_t learner, int64_t last) const {
    LearnerState state;
    state.model_version = 1;
    StoredLearnerState stored;
    for (int64_t sequence = 1; sequence <= last; ++sequence) {
      if (sequence % 5 != learner) continue;
      Fold(models_->tracing, ToInteraction(EventOf(sequence)), state);
      stored.last_sequence = sequence;
    }
    stored.model_version = 1;
    stored.state = EncodeState(state);
    return stored;
  }

  void PutStates(Database& database, int64_t last) const {
    WriteBatch batch;
    for (int64_t learner = 0; learner < 5; ++learner) {
      LearnerStateStore(&database).Put(kTenant, absl::StrCat("l", learner),
                                       StateOf(learner, last), &batch);
    }
    ASSERT_THAT(database.Write(batch), IsOk());
  }

  void Change(const WriteBatch& batch) const {
    ASSERT_THAT(Open()->Write(batch), IsOk());
  }
  void PutState(const StoredLearnerState& state) const {
    const auto database = Open();
    WriteBatch batch;
    LearnerStateStore(database.get()).Put(kTenant, "l1", state, &batch);
    ASSERT_THAT(database->Write(batch), IsOk());
  }

  // The largest file below `directory` whose path ends so.
  std::string Largest(const std::string& directory,
                      const std::string& end) const {
    std::string path;
    size_t size = 0;
    for (const auto& [name, bytes] : FilesIn(Path(directory))) {
      if (!name.ends_with(end) || bytes.size() < size) continue;
      path = name;
      size = bytes.size();
    }
    EXPECT_NE(path, "");
    return path;
  }
  static void Flip(const std::string& path) {
    std::string bytes = *ReadFile(path);
    char& byte = bytes[bytes.size() / 2];
    byte = static_cast<char>(byte ^ 4);
    std::ofstream(path, std::ios::binary) << bytes;
  }

  int Run(const std::string& name) {
    out_.str("");
    err_.str("");
    return Verify({Path(name), ""}, console_);
  }

  const TemporaryDirectory directory_;
  std::shared_ptr<const ModelSet> models_;
  std::ostringstream out_;
  std::ostringstream err_;
  const Console console_ = {.out = out_, .err = err_, .sleep = nullptr};
};

TEST_F(VerifyTest, WholeDirectoriesHaveNoFindingAndNoByteChanges) {
  const auto before = FilesIn(directory_.path());
  EXPECT_EQ(Run("db"), kExitOk) << out_.str();
  EXPECT_THAT(
      out_.str(),
      AllOf(HasSubstr("verified=data"), HasSubstr(" findings=0 "),
            HasSubstr(" events=405 "), HasSubstr(" states_compared=5 ")));
  EXPECT_EQ(Run("models"), kExitOk) << out_.str();
  EXPECT_THAT(out_.str(), HasSubstr("model_versions=2"));
  EXPECT_EQ(Run(""), kExitOk);
  EXPECT_THAT(out_.str(),
              AllOf(HasSubstr("verified=data"), HasSubstr("verified=models")));
  EXPECT_EQ(FilesIn(directory_.path()), before);
}

TEST_F(VerifyTest, BothHashesOfTheStatesAreShownAndAgree) {
  Run("db");
  const std::string text = out_.str();
  const auto hash = [&](const std::string& name) {
    return text.substr(text.find(name) + name.size(), 16);
  };
  EXPECT_EQ(hash("state_hash="), hash("refold_hash="));
  EXPECT_NE(hash("state_hash="), "0000000000000000");
}

TEST_F(VerifyTest, EveryDamageIsNamedWithWhatToDo) {
  struct Case {
    const char* name;
    std::function<void()> damage;
    std::string where;
    std::string what;
    const char* survivable;
    const char* to_do;
    const char* directory = "db";
  };
  const std::string table = Largest("db", ".sst");
  const std::string log = Largest("db", ".log");
  const std::string model = Path("models/county/2/tracing.pb");
  const Event event = EventOf(200);
  WriteBatch lost;
  lost.Delete(Family::kEvents,
              EventKeyOf(kTenant, event.actor, PositionOf(event)));
  WriteBatch gap;
  gap.Delete(Family::kEventsBySequence, SequenceKey(kTenant, 7));
  WriteBatch newer;
  storage::v1::FormatRecord format;
  format.set_format_version(9);
  newer.Put(Family::kMeta, "format", format.SerializeAsString());
  WriteBatch missing;
  missing.Delete(Family::kLearnerState, IdKey(kTenant, "l1"));
  StoredLearnerState other = StateOf(2, 405);
  other.last_sequence = StateOf(1, 405).last_sequence;
  StoredLearnerState ahead = StateOf(1, 405);
  ahead.last_sequence = 1000;
  StoredLearnerState undecodable = StateOf(1, 405);
  undecodable.state = "\xff";

  const Case cases[] = {
      {"flipped byte in a table", [&] { Flip(table); }, table,
       "the table of family", "no", "restore the newest backup"},
      {"truncated table",
       [&] { fs::resize_file(table, fs::file_size(table) / 2); }, table,
       "the table is damaged", "no", "restore the newest backup"},
      {"lost table", [&] { fs::remove(table); }, Path("db"),
       "the database does not open", "no", "restore the newest backup"},
      {"lost CURRENT", [&] { fs::remove(Path("db/CURRENT")); }, Path("db"),
       "its file CURRENT is missing", "no", "restore the newest backup"},
      {"flipped byte in the log", [&] { Flip(log); }, log, "the log is damaged",
       "no", "restore the newest backup"},
      {"torn log", [&] { fs::resize_file(log, fs::file_size(log) - 3); },
       Path("db"), "ends within a record", "yes", "nothing"},
      {"lost event", [&] { Change(lost); }, "events_by_sequence",
       "has a sequence but is missing", "no", "restore the newest backup"},
      {"gap", [&] { Change(gap); }, "events_by_sequence",
       "sequences 7 to 7 of tenant county are missing", "no",
       "restore the newest backup"},
      {"newer format", [&] { Change(newer); }, Path("db"),
       "has format 9; this build reads up to 2", "no", "with the build"},
      {"missing state", [&] { Change(missing); }, "learner l1",
       "it is missing, though", "yes", "train --force"},
      {"state that differs", [&] { PutState(other); }, "learner l1",
       "it differs from the refold", "yes", "train --force"},
      {"state ahead of its log", [&] { PutState(ahead); }, "learner l1",
       "it is of sequence 1000", "yes", "restore the newest backup"},
      {"state that is none", [&] { PutState(undecodable); }, "learner l1", "",
       "yes", "the next read refolds it"},
      {"flipped byte in a model", [&] { Flip(model); }, Path("models/county/2"),
       "does not have its checksum", "yes", "older", "models"},
      {"truncated model", [&] { fs::resize_file(model, 3); },
       Path("models/county/2"), "has 3 bytes instead of", "yes", "older",
       "models"},
      {"lost model file", [&] { fs::remove(model); }, Path("models/county/2"),
       "tracing.pb is missing", "yes", "older", "models"},
      {"pin of nothing",
       [&] { std::ofstream(Path("models/county/.pin")) << "7\n"; },
       Path("models/county/.pin"), "version 7, which is not there", "yes",
       "activate", "models"},
  };
  fs::copy(directory_.path(), directory_.path() + "_whole",
           fs::copy_options::recursive);
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    c.damage();
    EXPECT_EQ(Run(c.directory), kExitError);
    bool is_found = false;
    std::istringstream lines(out_.str());
    for (std::string line; std::getline(lines, line);) {
      is_found |= testing::Matches(
          AllOf(HasSubstr("finding="), HasSubstr(c.where), HasSubstr(c.what),
                HasSubstr(absl::StrCat("survivable=", c.survivable)),
                HasSubstr(c.to_do)))(line);
    }
    EXPECT_TRUE(is_found) << out_.str() << err_.str();
    fs::remove_all(directory_.path());
    fs::copy(directory_.path() + "_whole", directory_.path(),
             fs::copy_options::recursive);
  }
  fs::remove_all(directory_.path() + "_whole");
  EXPECT_EQ(Run("db"), kExitOk);
}

TEST_F(VerifyTest, StatesOfAVersionThatIsNotThereAreCountedOnly) {
  fs::remove_all(Path("models/county/1"));
  EXPECT_EQ(Run("db"), kExitOk) << out_.str();
  EXPECT_THAT(out_.str(), HasSubstr("states_compared=0 states_stale=0 "
                                    "states_without_model=5"));
}

TEST_F(VerifyTest, StaleStatesAreNoFinding) {
  StoredLearnerState stale = StateOf(1, 300);
  stale.is_stale = true;
  stale.last_sequence = StateOf(1, 405).last_sequence;
  PutState(stale);
  EXPECT_EQ(Run("db"), kExitOk) << out_.str();
  EXPECT_THAT(out_.str(), HasSubstr("states_stale=1"));
}

TEST_F(VerifyTest, BackupRestoreAndVerifyGoTogether) {
  OfflineBackupOptions backup;
  backup.data_dir = Path("db");
  backup.model_dir = Path("models");
  backup.to = Path("backups");
  ASSERT_EQ(BackUpDirectory(backup, console_), kExitOk) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("backup=1"));
  EXPECT_EQ(Run("backups"), kExitOk) << out_.str();
  EXPECT_THAT(out_.str(), HasSubstr("verified=backup"));
  EXPECT_THAT(out_.str(), HasSubstr("backups=1"));
  const RestoreOptions restore = {Path("backups"), Path("new/restored"), 0};
  ASSERT_EQ(Restore(restore, console_), kExitOk) << err_.str();
  EXPECT_EQ(Restore(restore, console_), kExitError);
  EXPECT_THAT(err_.str(), HasSubstr("not an empty directory"));
  EXPECT_EQ(Run("new/restored"), kExitOk) << out_.str();
  EXPECT_THAT(out_.str(), AllOf(HasSubstr(" states_compared=5 "),
                                HasSubstr("model_versions=2")));
  Flip(Largest("backups", ".sst"));
  EXPECT_EQ(Run("backups"), kExitError);
  EXPECT_THAT(out_.str(), AllOf(HasSubstr("where=\"backup 1\""),
                                HasSubstr("restore another backup")));
}

TEST_F(VerifyTest, DirectoryOfSomethingElseIsRefused) {
  EXPECT_EQ(Run("nothing"), kExitError);
  EXPECT_THAT(err_.str(), HasSubstr("is no data directory"));
  OfflineBackupOptions backup;
  backup.data_dir = Path("nothing");
  backup.to = Path("backups");
  EXPECT_EQ(BackUpDirectory(backup, console_), kExitError);
  EXPECT_FALSE(fs::exists(Path("nothing")));
  EXPECT_FALSE(fs::exists(Path("backups")));
}

TEST_F(VerifyTest, DirectoryThatIsHeldIsNotBackedUpButTheServerIsNamed) {
  const auto holder = Open();
  OfflineBackupOptions backup;
  backup.data_dir = Path("db");
  backup.to = Path("backups");
  EXPECT_EQ(BackUpDirectory(backup, console_), kExitError);
  EXPECT_THAT(err_.str(), AllOf(HasSubstr("another process holds"),
                                HasSubstr("without --data_dir")));
}

TEST(ReportedApartTest, WhatTheCheckSaysComesBackInOrder) {
  const CheckResult result = ReportedApart([](const CheckOutput& output) {
    output.figure("a", "1");
    output.report({"here", "wrong", "mend", true});
    output.report({"there", "\x1ewrong\x1f too", "", false});
    output.figure("b", "");
  });
  ASSERT_EQ(result.findings.size(), 2u);
  EXPECT_EQ(result.findings[0].where, "here");
  EXPECT_TRUE(result.findings[0].is_survivable);
  EXPECT_EQ(result.findings[1].what, "?wrong? too");
  EXPECT_FALSE(result.findings[1].is_survivable);
  ASSERT_EQ(result.figures.size(), 2u);
  EXPECT_EQ(result.figures[1].first, "b");
}

TEST(ReportedApartTest, AbortIsAFindingAtTheStepWhereItCame) {
  const CheckResult result = ReportedApart([](const CheckOutput& output) {
    output.report({"here", "wrong", "mend", true});
    output.step("table 7");
    std::abort();
  });
  ASSERT_EQ(result.findings.size(), 2u);
  EXPECT_EQ(result.findings[1].where, "table 7");
  EXPECT_THAT(result.findings[1].what, HasSubstr("signal 6"));
}

}  // namespace
}  // namespace evenlight
