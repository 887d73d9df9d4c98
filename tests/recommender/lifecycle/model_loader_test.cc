#include "recommender/lifecycle/model_loader.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "recommender/models/model_set_io.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temporary_directory.h"

namespace evenlight {
namespace {

const TenantId kTenant = "county";

class ModelLoaderTest : public testing::Test {
 protected:
  ModelLoaderTest() { Restart(); }

  // A new process on the same directory.
  void Restart() {
    loader_.reset();
    registry_ = std::make_unique<ModelRegistry>();
    loader_ = std::make_unique<ModelLoader>(
        ModelLoader::Options{
            .model_dir = directory_.path(),
            .poll_interval = absl::Milliseconds(1),
            .warm_up =
                [this](const TenantId& tenant,
                       const std::shared_ptr<const ModelSet>& models) {
                  // Beside the old one.
                  EXPECT_NE(registry_->Serving(tenant), models);
                  ++num_warmed_;
                },
            .on_serving =
                [this](const TenantId& tenant,
                       const std::shared_ptr<const ModelSet>& models) {
                  EXPECT_EQ(registry_->Serving(tenant), models);
                  MutexLock lock(mu_);
                  ++num_served_;
                  served_.NotifyAll();
                }},
        registry_.get());
  }

  void Publish(const TenantId& tenant = kTenant) {
    TracingParams params;
    params.kcs = {"k1"};
    params.bkt.resize(1);
    params.kc_p_correct = {0.5f};
    ModelSet models;
    models.tracing = TracingModel(std::move(params));
    const auto version = ModelDirectory(directory_.path(), tenant)
                             .Publish(EncodeModelSet(models), {}, {});
    ASSERT_THAT(version, IsOk());
  }

  std::string FilePath(int64_t version, const std::string& file) const {
    return directory_.path() + "/" + kTenant + "/" + std::to_string(version) +
           "/" + file;
  }

  // Flips one bit of a file; twice is none.
  void FlipByte(int64_t version, const std::string& name = "tracing.pb") {
    std::fstream file(FilePath(version, name),
                      std::ios::in | std::ios::out | std::ios::binary);
    ASSERT_TRUE(file.is_open()) << name;
    const int byte = file.get();
    file.seekp(0);
    file.put(static_cast<char>(byte ^ 1));
  }

  void DamagePin() const {
    std::ofstream(directory_.path() + "/" + kTenant + "/.pin") << "no version";
  }

  int64_t Serving() const { return registry_->Serving(kTenant)->version; }

  // E.g. "3! 2* 1p" for 3 broken, 2 serving, 1 pinned.
  std::string Listed() {
    const auto versions = loader_->List(kTenant);
    if (!versions.ok()) return versions.status().ToString();
    std::string text;
    for (const ModelVersionState& state : *versions) {
      text += (text.empty() ? "" : " ") + std::to_string(state.summary.version);
      text += state.problem.ok() ? "" : "!";
      text += state.is_serving ? "*" : "";
      text += state.is_pinned ? "p" : "";
    }
    return text;
  }

  const TemporaryDirectory directory_;
  std::unique_ptr<ModelRegistry> registry_;
  std::unique_ptr<ModelLoader> loader_;
  int num_warmed_ = 0;
  Mutex mu_;
  CondVar served_;
  int num_served_ ABSL_GUARDED_BY(mu_) = 0;
};

TEST_F(ModelLoaderTest, EmptyDirectoryServesNothing) {
  loader_->Poll();
  EXPECT_EQ(Serving(), 0);
  EXPECT_EQ(Listed(), "");
}

TEST_F(ModelLoaderTest, PublishedVersionServesAfterWarmUp) {
  Publish();
  loader_->Poll();
  EXPECT_EQ(Serving(), 1);
  EXPECT_NE(registry_->Serving(kTenant)->tracing.FindKc(KcKeyOf("k1")),
            KcRow::kNone);
  Publish();
  loader_->Poll();
  loader_->Poll();  // Nothing new: nothing is loaded again.
  EXPECT_EQ(Serving(), 2);
  EXPECT_EQ(num_warmed_, 2);
  EXPECT_EQ(Listed(), "2* 1");
}

TEST_F(ModelLoaderTest, EveryTenantServesItsOwn) {
  Publish();
  Publish("..");  // A valid id that must not lead out of the directory.
  Publish("elsewhere");
  Publish("elsewhere");
  std::filesystem::create_directory(directory_.path() + "/no tenant");
  loader_->Poll();
  EXPECT_EQ(Serving(), 1);
  EXPECT_EQ(registry_->Serving("elsewhere")->version, 2);
  EXPECT_EQ(registry_->Serving("..")->version, 1);
  EXPECT_THAT(loader_->List("a/b"),
              HasCode(absl::StatusCode::kInvalidArgument));
}

TEST_F(ModelLoaderTest, ThreadServesWhatIsPublishedUntilStopped) {
  Publish();
  loader_->Start();
  {
    MutexLock lock(mu_);
    while (num_served_ < 1) served_.Wait(mu_);
  }
  EXPECT_EQ(Serving(), 1);
  loader_->Stop();
  Publish();
  EXPECT_EQ(Serving(), 1);
}

class BrokenFile : public ModelLoaderTest,
                   public testing::WithParamInterface<std::string> {};

TEST_P(BrokenFile, IsSkippedAndShownAndTheOldVersionServesOn) {
  Publish();
  loader_->Poll();
  Publish();
  FlipByte(2, GetParam());
  loader_->Poll();
  EXPECT_EQ(Serving(), 1);
  EXPECT_EQ(Listed(), "2! 1*");
  EXPECT_THAT(loader_->Activate(kTenant, 2), testing::Not(IsOk()));
  EXPECT_EQ(Serving(), 1);
  Restart();
  loader_->Poll();
  EXPECT_EQ(Serving(), 1);
}

INSTANTIATE_TEST_SUITE_P(Files, BrokenFile,
                         testing::Values("tracing.pb", "factors.pb",
                                         "MANIFEST"),
                         [](const auto& test) {
                           return test.param.substr(0, test.param.find('.'));
                         });

TEST_F(ModelLoaderTest, RepairedVersionIsTriedAgain) {
  Publish();
  FlipByte(1);
  loader_->Poll();
  loader_->Poll();
  EXPECT_EQ(Serving(), 0);
  EXPECT_EQ(Listed(), "1!");
  FlipByte(1);
  // Clocks of filesystems are coarse; the repair must be another moment.
  std::filesystem::last_write_time(
      FilePath(1, "tracing.pb"),
      std::filesystem::file_time_type::clock::now() + std::chrono::seconds(5));
  loader_->Poll();
  EXPECT_EQ(Serving(), 1);
  EXPECT_EQ(Listed(), "1*");
}

TEST_F(ModelLoaderTest, ActivateTriesABrokenVersionAgain) {
  Publish();
  FlipByte(1);
  loader_->Poll();
  FlipByte(1);
  EXPECT_THAT(loader_->Activate(kTenant, 1), IsOk());
  EXPECT_EQ(Serving(), 1);
}

TEST_F(ModelLoaderTest, DamageToTheServingVersionDoesNotReachIt) {
  Publish();
  Publish();
  loader_->Poll();
  FlipByte(2, "MANIFEST");
  loader_->Poll();
  EXPECT_EQ(Serving(), 2);
  EXPECT_EQ(Listed(), "2!* 1");
}

TEST_F(ModelLoaderTest, RollbackPinsAndLaterVersionsWait) {
  Publish();
  Publish();
  loader_->Poll();
  const auto served = loader_->Rollback(kTenant);
  ASSERT_THAT(served, IsOk());
  EXPECT_EQ(*served, 1);
  Publish();
  loader_->Poll();
  EXPECT_EQ(Serving(), 1);
  EXPECT_EQ(Listed(), "3 2 1*p");

  Restart();
  loader_->Poll();
  EXPECT_EQ(Serving(), 1);
  EXPECT_EQ(Listed(), "3 2 1*p");

  EXPECT_THAT(loader_->Activate(kTenant, 3), IsOk());
  EXPECT_EQ(Listed(), "3* 2 1");
  Publish();
  loader_->Poll();
  EXPECT_EQ(Serving(), 4);
}

TEST_F(ModelLoaderTest, RollbackSkipsVersionsThatDoNotLoad) {
  Publish();
  Publish();
  FlipByte(2);
  Publish();
  loader_->Poll();
  EXPECT_EQ(*loader_->Rollback(kTenant), 1);
  EXPECT_THAT(loader_->Rollback(kTenant),
              HasCode(absl::StatusCode::kFailedPrecondition));
  EXPECT_EQ(Serving(), 1);
}

TEST_F(ModelLoaderTest, RollbackWithNothingServingIsRefused) {
  EXPECT_THAT(loader_->Rollback(kTenant),
              HasCode(absl::StatusCode::kFailedPrecondition));
}

TEST_F(ModelLoaderTest, ActivatingAnOlderVersionPinsIt) {
  Publish();
  Publish();
  loader_->Poll();
  EXPECT_EQ(*loader_->Activate(kTenant, 1), 1);
  EXPECT_EQ(Listed(), "2 1*p");
  EXPECT_THAT(loader_->Activate(kTenant, 7),
              HasCode(absl::StatusCode::kNotFound));
  EXPECT_EQ(Listed(), "2 1*p");
}

TEST_F(ModelLoaderTest, DamagedPinIsLoggedOnceAndCountsAsNone) {
  Publish();
  Publish();
  loader_->Poll();
  ASSERT_THAT(loader_->Rollback(kTenant), IsOk());
  DamagePin();
  testing::internal::CaptureStderr();
  for (int poll = 0; poll < 3; ++poll) loader_->Poll();
  const std::string log = testing::internal::GetCapturedStderr();
  EXPECT_EQ(Serving(), 2);
  EXPECT_EQ(Listed(), "2* 1");
  const size_t first = log.find("pin_ignored");
  EXPECT_NE(first, std::string::npos);
  EXPECT_EQ(log.find("pin_ignored", first + 1), std::string::npos) << log;
}

TEST_F(ModelLoaderTest, ActivateAndRollbackPutASoundPinInPlaceOfADamagedOne) {
  Publish();
  Publish();
  DamagePin();
  loader_->Poll();
  EXPECT_EQ(*loader_->Activate(kTenant, 1), 1);
  EXPECT_EQ(Listed(), "2 1*p");
  DamagePin();
  EXPECT_EQ(*loader_->Activate(kTenant, 0), 2);
  EXPECT_EQ(Listed(), "2* 1");
  DamagePin();
  EXPECT_EQ(*loader_->Rollback(kTenant), 1);
  EXPECT_EQ(Listed(), "2 1*p");
}

TEST_F(ModelLoaderTest, ActivatingTheNewestThatLoadsLiftsThePin) {
  EXPECT_THAT(loader_->Activate(kTenant, 0),
              HasCode(absl::StatusCode::kNotFound));
  Publish();
  Publish();
  Publish();
  FlipByte(3);
  ASSERT_THAT(loader_->Activate(kTenant, 1), IsOk());
  EXPECT_EQ(*loader_->Activate(kTenant, 0), 2);
  EXPECT_EQ(Listed(), "3! 2* 1");
}

}  // namespace
}  // namespace evenlight
