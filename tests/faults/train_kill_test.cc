// `evenlight train` killed, run twice at once, and its files damaged.

#include <signal.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <future>
#include <random>
#include <regex>
#include <set>
#include <thread>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/model_directory.h"
#include "tests/faults/faulty_program.h"
#include "tests/faults/small_district.h"

namespace evenlight {
namespace {

namespace fs = std::filesystem;

using Clock = std::chrono::steady_clock;
using testing::AnyOf;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr int kDefaultKills = 8;

// As `train` names them on standard error; "": while it asks for a checkpoint.
const std::string kStages[] = {
    "",
    "dataset",
    "evaluate tracing",
    "compare with serving",
    "evaluate factors",
    "score weights",
    "train tracing",
    "train factors",
    "publish",
};
constexpr int kMaxStageMs = 20;  // About what one takes.

// One week of the district has too few answers to train on.
class TrainKillTest : public testing::Test {
 protected:
  TrainKillTest() : district_(2), server_(district_.Start(DataDir())) {
    district_.ImportAll(*server_);
    Train({});
  }

  std::string DataDir() const { return district_.Path("db"); }
  fs::path TenantDir() const {
    return fs::path(district_.model_dir()) / kDistrict;
  }

  void Train(const std::vector<std::string>& flags) const {
    const Finished done = RunProgram(TrainCommand(flags));
    EXPECT_EQ(done.exit_code, 0) << done.output << done.errors;
  }

  std::vector<std::string> TrainCommand(std::vector<std::string> flags) const {
    flags.insert(flags.begin(), "train");
    return EvenlightCommand(*server_, flags);
  }

  // What `evenlight models list` says, and the version that it says serves.
  std::string Models() const {
    const Finished listed = Evenlight(*server_, {"models", "list"});
    EXPECT_EQ(listed.exit_code, 0) << listed.errors;
    return listed.output;
  }
  int Serving() const {
    const std::regex line("version=([0-9]+) state=serving");
    const std::string models = Models();
    std::smatch match;
    return std::regex_search(models, match, line) ? std::stoi(match[1]) : 0;
  }

  // A list, as a learner gets it, comes from version `version`.
  void ExpectServes(int version) const {
    EXPECT_EQ(Serving(), version) << Models();
    v1::RecommendResourcesResponse list;
    const grpc::Status status =
        Recommend(ClientOf(*server_), district_.Actors().front(), &list);
    EXPECT_TRUE(status.ok()) << status.error_message();
    EXPECT_EQ(list.model_version(), version);
  }

  int Newest() const {
    int newest = 0;
    for (const auto& entry : fs::directory_iterator(TenantDir())) {
      newest = std::max(newest, std::atoi(entry.path().filename().c_str()));
    }
    return newest;
  }

  // What lies in the tenant's directory beside versions, lock and pin.
  std::vector<std::string> Leftovers() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(TenantDir())) {
      const std::string name = entry.path().filename();
      if (name != ".lock" && name != ".pin" &&
          name.find_first_not_of("0123456789") != std::string::npos) {
        names.push_back(name);
      }
    }
    return names;
  }

  // Every version in the directory is whole: its files are those of its
  // MANIFEST, to the byte.
  void ExpectWholeVersions() const {
    const ModelDirectory directory(district_.model_dir(), kDistrict);
    const auto versions = directory.List();
    ASSERT_TRUE(versions.ok()) << versions.status();
    for (const ModelVersionSummary& version : *versions) {
      EXPECT_TRUE(directory.Load(version.version).ok())
          << directory.Load(version.version).status();
    }
  }

  // The server answers from a version that is whole and not older than
  // `*served`, which becomes that version.
  void ExpectServesOnSince(int64_t* served) const {
    ExpectWholeVersions();
    v1::RecommendResourcesResponse list;
    const grpc::Status status =
        Recommend(ClientOf(*server_), district_.Actors().front(), &list);
    EXPECT_TRUE(status.ok()) << status.error_message();
    EXPECT_GE(list.model_version(), *served);
    EXPECT_LE(list.model_version(), Newest());
    EXPECT_THAT(Models(), Not(HasSubstr("state=broken")));
    *served = list.model_version();
  }

  // Kills a run some time after it named `stage`; "" stands for its begin.
  // False if it ended before.
  bool KillAtStage(const std::string& stage, Clock::duration delay) const {
    const std::string log = district_.Path("train.log");
    fs::remove(log);
    BackgroundProgram train(TrainCommand({"--force", "--wait=0"}), log);
    const std::string line = "train district: " + stage + "\n";
    const auto limit = Clock::now() + std::chrono::seconds(20);
    int exit_code = -1;
    while (!stage.empty() && Clock::now() < limit && exit_code < 0 &&
           Contents(log).find(line) == std::string::npos) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
      exit_code = train.ExitCodeIfEnded();
    }
    std::this_thread::sleep_for(delay);
    return train.Stop(SIGKILL) == 128 + SIGKILL;
  }

  // Kills a run before its change number `change` to the tenant's models.
  // False if it makes fewer.
  bool KillAtChange(int change) const {
    const Finished train = RunProgram(WithFaultyCalls(
        "kill change " + std::to_string(change) + " " + TenantDir().string(),
        TrainCommand({"--force", "--wait=0"})));
    EXPECT_THAT(train.exit_code, AnyOf(0, 128 + SIGKILL)) << train.errors;
    return train.exit_code != 0;
  }

  static std::string Contents(const std::string& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file),
            std::istreambuf_iterator<char>()};
  }

  const SmallDistrict district_;
  std::unique_ptr<ServerProcess> server_;
};

TEST_F(TrainKillTest,
       AKillAtAnyMomentLeavesWholeVersionsAndTheNextRunCleansUp) {
  std::mt19937 random(PrintedSeed());
  const int num_kills =
      NumFromEnvironment("EVENLIGHT_TRAIN_KILLS", kDefaultKills);
  int64_t served = 1;
  int change = 0;
  int num_killed = 0;
  int num_left = 0;
  for (int kill = 0; kill < num_kills && !HasFailure(); ++kill) {
    std::string moment;
    if (kill % 4 != 0) {
      // Every change in turn; again from the first after the last. There are
      // some 33.
      moment = "before change " + std::to_string(++change);
      const bool is_killed = KillAtChange(change);
      if (!is_killed) change = 0;
      num_killed += is_killed;
    } else {
      const std::string& stage = kStages[kill / 4 % std::size(kStages)];
      const int delay = static_cast<int>(random() % kMaxStageMs);
      moment = std::to_string(delay) + " ms after stage `" + stage + "`";
      num_killed += KillAtStage(stage, std::chrono::milliseconds(delay));
    }
    SCOPED_TRACE("train was killed " + moment);
    if (!Leftovers().empty()) ++num_left;
    ExpectServesOnSince(&served);
  }
  std::printf("train_kills=%d before_its_end=%d left_a_piece=%d\n", num_kills,
              num_killed, num_left);
  EXPECT_GT(num_killed, num_kills / 2);
  // The lock of the dead is free. A run that finds nothing new may leave what
  // they left; one that publishes cleans up.
  const Finished next = RunProgram(TrainCommand({}));
  EXPECT_THAT(next.exit_code, AnyOf(0, 4)) << next.output << next.errors;
  Train({"--force"});
  EXPECT_THAT(Leftovers(), IsEmpty());
  EXPECT_THAT(Models(), Not(HasSubstr("state=broken")));
  ExpectServes(Newest());
}

TEST_F(TrainKillTest, AServerThatIsKilledMeanwhileServesAWholeVersionAfter) {
  std::mt19937 random(PrintedSeed());
  const int num_restarts =
      NumFromEnvironment("EVENLIGHT_TRAIN_KILLS", kDefaultKills) / 4;
  const std::string listen = "--listen=" + server_->address();
  int64_t served = 1;
  int num_published = 0;
  for (int restart = 0; restart < num_restarts && !HasFailure(); ++restart) {
    auto train = std::async(std::launch::async, [&] {
      return RunProgram(TrainCommand({"--force", "--wait=5"}));
    });
    const int delay = static_cast<int>(random() % 400);
    std::this_thread::sleep_for(std::chrono::milliseconds(delay));
    server_->Stop(SIGKILL);
    server_ = district_.Start(DataDir(), {listen});
    const Finished trained = train.get();
    SCOPED_TRACE("the server was killed " + std::to_string(delay) +
                 " ms after train began");
    // 75: it could not reach the server, or not open its checkpoint.
    EXPECT_THAT(trained.exit_code, AnyOf(0, 75)) << trained.errors;
    num_published += trained.exit_code == 0;
    ExpectServesOnSince(&served);
  }
  std::printf("restarts=%d published_meanwhile=%d\n", num_restarts,
              num_published);
}

// One call that changed a file, a directory or a name.
struct Change {
  std::string call;
  std::string path;
};

std::vector<Change> ReadChanges(const std::string& path) {
  std::vector<Change> changes;
  std::ifstream lines(path);
  for (Change change; lines >> change.call >> change.path;) {
    changes.push_back(change);
  }
  return changes;
}

// The last of `changes` before `end` for which `is` holds; -1: none.
template <typename Is>
int LastBefore(const std::vector<Change>& changes, int end, Is is) {
  for (int row = end - 1; row >= 0; --row) {
    if (is(changes[row])) return row;
  }
  return -1;
}

// Model files do not go through RocksDB, so no power is cut under them; what a
// cut would leave follows from the order of the calls.
TEST_F(TrainKillTest, SyncsEveryFileAndDirectoryBeforeTheNameThatIsFound) {
  const std::string list = district_.Path("calls");
  std::ofstream(list).close();
  const Finished train = RunProgram(
      WithFaultyCalls("list change 1 " + TenantDir().string() + " " + list,
                      TrainCommand({"--force", "--wait=0"})));
  ASSERT_EQ(train.exit_code, 0) << train.errors;
  const std::vector<Change> changes = ReadChanges(list);
  const std::string version = TenantDir() / "2";
  const int num_changes = static_cast<int>(changes.size());
  const int rename =
      LastBefore(changes, num_changes, [&](const Change& change) {
        return change.call == "rename" && change.path == version;
      });
  ASSERT_GT(rename, 0);
  const auto last_of = [&](const std::string& path, bool is_sync) {
    return LastBefore(changes, rename, [&](const Change& change) {
      return change.path == path && (change.call == "fsync") == is_sync;
    });
  };
  int num_files = 0;
  for (const auto& entry : fs::recursive_directory_iterator(version)) {
    const fs::path written =
        TenantDir() / ".publishing" / fs::relative(entry.path(), version);
    SCOPED_TRACE(written);
    EXPECT_GT(last_of(written, true), last_of(written, false));
    EXPECT_GT(last_of(written.parent_path(), true), last_of(written, false));
    EXPECT_GT(last_of(written, false), 0);
    ++num_files;
  }
  EXPECT_GE(num_files, 5);
  EXPECT_GT(LastBefore(changes, num_changes,
                       [&](const Change& change) {
                         return change.call == "fsync" &&
                                change.path == TenantDir();
                       }),
            rename);
}

TEST_F(TrainKillTest, OfTwoRunsAtOnceOneIsToldToTryLaterOrBothPublish) {
  auto other = std::async(std::launch::async, [&] {
    return RunProgram(TrainCommand({"--force"}));
  });
  const Finished one = RunProgram(TrainCommand({"--force"}));
  const Finished two = other.get();
  std::printf("exit codes %d and %d\n", one.exit_code, two.exit_code);
  EXPECT_THAT(one.exit_code, AnyOf(0, 75)) << one.output << one.errors;
  EXPECT_THAT(two.exit_code, AnyOf(0, 75)) << two.output << two.errors;
  const int num_published = (one.exit_code == 0) + (two.exit_code == 0);
  EXPECT_GE(num_published, 1);
  EXPECT_THAT(Leftovers(), IsEmpty());
  ExpectServes(1 + num_published);
}

TEST_F(TrainKillTest, AFlippedByteMakesAVersionBrokenAndTheOldOneServes) {
  Train({"--force"});
  ExpectServes(2);
  EXPECT_EQ(server_->Stop(SIGTERM), 0);
  std::string damaged;
  for (const auto& entry : fs::directory_iterator(TenantDir() / "2")) {
    if (entry.is_regular_file() && entry.path().filename() != "MANIFEST") {
      damaged = entry.path();
    }
  }
  ASSERT_FALSE(damaged.empty());
  std::fstream file(damaged, std::ios::in | std::ios::out | std::ios::binary);
  const auto middle = static_cast<std::streamoff>(fs::file_size(damaged) / 2);
  file.seekg(middle);
  const int byte = file.get();
  file.seekp(middle);
  file.put(static_cast<char>(byte ^ 1));
  file.close();

  server_ = district_.Start(DataDir());
  EXPECT_THAT(Models(), HasSubstr("version=2 state=broken"));
  EXPECT_THAT(Models(), HasSubstr(fs::path(damaged).filename().string()));
  ExpectServes(1);
  // And a later version takes over.
  Train({"--force"});
  ExpectServes(3);
}

TEST_F(TrainKillTest, AVersionThatCannotBeReadIsBrokenAndTheOldOneServes) {
  Train({"--force"});
  EXPECT_EQ(server_->Stop(SIGTERM), 0);
  const std::string file = TenantDir() / "2" / "tracing.pb";
  server_ = district_.TryStart(DataDir(), "EIO read 1 " + file);
  ASSERT_FALSE(server_->address().empty()) << server_->Log();
  EXPECT_THAT(Models(), HasSubstr("version=2 state=broken"));
  EXPECT_THAT(Models(), HasSubstr(file));
  ExpectServes(1);
  // A disk that reads again.
  EXPECT_EQ(server_->Stop(SIGTERM), 0);
  server_ = district_.Start(DataDir());
  ExpectServes(2);
}

}  // namespace
}  // namespace evenlight
