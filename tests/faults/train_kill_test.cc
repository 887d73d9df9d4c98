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
#include "tests/faults/small_district.h"

namespace evenlight {
namespace {

namespace fs = std::filesystem;

using Clock = std::chrono::steady_clock;
using testing::AnyOf;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr int kNumKills = 8;

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

  // Kills a run `delay` after it began or, with `while_publishing`, after it
  // began to write the version.
  void KillTrain(bool while_publishing, Clock::duration delay) const {
    BackgroundProgram train(TrainCommand({"--force"}),
                            district_.Path("train.log"));
    const auto limit = Clock::now() + std::chrono::seconds(20);
    while (while_publishing && Clock::now() < limit &&
           !fs::exists(TenantDir() / ".publishing")) {
      std::this_thread::yield();
    }
    std::this_thread::sleep_for(delay);
    train.Stop(SIGKILL);
  }

  const SmallDistrict district_;
  std::unique_ptr<ServerProcess> server_;
};

TEST_F(TrainKillTest,
       AKillAtAnyMomentLeavesWholeVersionsAndTheNextRunCleansUp) {
  std::mt19937 random(PrintedSeed());
  const auto start = Clock::now();
  Train({"--force"});
  const auto run = Clock::now() - start;
  int num_left = 0;
  int served = 2;
  for (int kill = 0; kill < kNumKills; ++kill) {
    const bool while_publishing = kill % 2 == 0;
    const double share = std::uniform_real_distribution<>(0, 1)(random);
    KillTrain(
        while_publishing,
        std::chrono::duration_cast<Clock::duration>(
            share * (while_publishing ? std::chrono::milliseconds(5) : run)));
    if (!Leftovers().empty()) ++num_left;
    // Whole versions that came out before the kill follow; a piece never does.
    const int serving = Serving();
    EXPECT_GE(serving, served) << Models();
    EXPECT_LE(serving, Newest()) << Models();
    EXPECT_THAT(Models(), Not(HasSubstr("state=broken")));
    served = serving;
  }
  std::printf("%d kills, %d left a half-written version\n", kNumKills,
              num_left);
  // The lock of the dead is free. A run that finds nothing new may leave what
  // they left; one that publishes cleans up.
  const Finished next = RunProgram(TrainCommand({}));
  EXPECT_THAT(next.exit_code, AnyOf(0, 4)) << next.output << next.errors;
  Train({"--force"});
  EXPECT_THAT(Leftovers(), IsEmpty());
  EXPECT_THAT(Models(), Not(HasSubstr("state=broken")));
  ExpectServes(Newest());
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

}  // namespace
}  // namespace evenlight
