#include "storage/model_directory.h"

#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <iterator>

#include "core/digest.h"
#include "evenlight/storage/v1/model_records.pb.h"
#include "storage/durable_file.h"
#include "tests/storage/databases.h"

namespace evenlight {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const ModelFiles kFiles = {{"factors.pb", std::string("fac\0\xff", 5)},
                           {"empty", ""},
                           {"tracing.pb", std::string(5000, 't')}};

void Overwrite(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

class ModelDirectoryTest : public testing::Test {
 protected:
  int64_t Publish(const ModelFiles& files = kFiles) {
    const auto version = models_.Publish(files, {{"card.txt", "x"}}, {});
    EXPECT_THAT(version, IsOk());
    return version.value_or(0);
  }
  std::string PathOf(int64_t version, const std::string& name) {
    return models_.path() + "/" + std::to_string(version) + "/" + name;
  }
  // Replaces the manifest by `record` with a right checksum.
  void WriteManifest(int64_t version,
                     const storage::v1::ModelManifest& record) {
    const std::string bytes = record.SerializeAsString();
    Overwrite(PathOf(version, "MANIFEST"), Sha256Hex(bytes) + "\n" + bytes);
  }
  storage::v1::ModelManifest ReadManifest(int64_t version) {
    storage::v1::ModelManifest record;
    EXPECT_TRUE(record.ParseFromString(
        ReadFile(PathOf(version, "MANIFEST"))->substr(65)));
    return record;
  }

  TempDirectory directory_;
  const ModelDirectory models_{directory_ / "models", "t1"};
};

TEST_F(ModelDirectoryTest, NothingPublishedIsEmptyAndMakesNothing) {
  EXPECT_THAT(*models_.List(), IsEmpty());
  EXPECT_EQ(*models_.Pinned(), std::nullopt);
  EXPECT_THAT(models_.Load(1), HasCode(absl::StatusCode::kNotFound));
  EXPECT_FALSE(std::filesystem::exists(directory_ / "models"));
}

TEST_F(ModelDirectoryTest, PublishedFilesComeBackWithTheirSummary) {
  ModelVersionSummary summary;
  summary.data_time = absl::FromUnixMicros(-5);
  summary.num_events = 7;
  summary.vector_target = "AVX2";
  summary.last_sequence = 11;
  summary.seed = 9;
  ASSERT_EQ(*models_.Publish(kFiles, {{"card.txt", "good"}}, summary), 1);
  ASSERT_EQ(*models_.Publish({{"a", "1"}}, {}, {}), 2);

  EXPECT_EQ(*models_.Load(1), kFiles);
  EXPECT_EQ(*ReadFile(PathOf(1, "report/card.txt")), "good");
  const auto versions = models_.List();
  ASSERT_THAT(versions, IsOk());
  ASSERT_EQ(versions->size(), 2u);
  EXPECT_EQ((*versions)[0].version, 2);
  EXPECT_EQ((*versions)[1].version, 1);
  EXPECT_EQ((*versions)[1].data_time, summary.data_time);
  EXPECT_EQ((*versions)[1].num_events, 7);
  EXPECT_EQ((*versions)[1].vector_target, "AVX2");
  EXPECT_EQ((*versions)[1].last_sequence, 11);
  EXPECT_EQ((*versions)[1].seed, 9);
  EXPECT_GT((*versions)[1].publish_time, absl::UnixEpoch());
  EXPECT_THAT((*versions)[1].status, IsOk());
}

TEST_F(ModelDirectoryTest, VersionsAreNumbersAndOrderAsNumbers) {
  for (int version = 1; version <= 11; ++version) {
    EXPECT_EQ(Publish({{"a", "1"}}), version);
  }
  EXPECT_EQ(models_.List()->front().version, 11);
  for (const std::string name : {"007", "x", "-3", "1.5", ".hidden"}) {
    std::filesystem::create_directory(models_.path() + "/" + name);
  }
  EXPECT_EQ(models_.List()->size(), 11u);
}

TEST_F(ModelDirectoryTest, FlippedByteAnywhereIsDataLossThatNamesTheFile) {
  const int64_t version = Publish();
  for (const std::string name : {"MANIFEST", "factors.pb", "tracing.pb"}) {
    const std::string path = PathOf(version, name);
    const std::string whole = *ReadFile(path);
    for (size_t byte = 0; byte < whole.size();
         byte += std::max<size_t>(1, whole.size() / 300)) {
      std::string damaged = whole;
      damaged[byte] = static_cast<char>(damaged[byte] ^ 1);
      Overwrite(path, damaged);
      const auto files = models_.Load(version);
      ASSERT_THAT(files, HasCode(absl::StatusCode::kDataLoss)) << name << byte;
      EXPECT_THAT(std::string(files.status().message()), HasSubstr(path));
    }
    Overwrite(path, whole);
  }
  EXPECT_EQ(*models_.Load(version), kFiles);
}

TEST_F(ModelDirectoryTest, CutLongerOrMissingFileIsDataLoss) {
  const int64_t version = Publish();
  for (const std::string name : {"MANIFEST", "empty", "tracing.pb"}) {
    const std::string path = PathOf(version, name);
    const std::string whole = *ReadFile(path);
    Overwrite(path, whole + "x");
    EXPECT_THAT(models_.Load(version), HasCode(absl::StatusCode::kDataLoss));
    if (!whole.empty()) {
      Overwrite(path, whole.substr(0, whole.size() - 1));
      EXPECT_THAT(models_.Load(version), HasCode(absl::StatusCode::kDataLoss));
    }
    std::filesystem::remove(path);
    const auto files = models_.Load(version);
    EXPECT_THAT(files, HasCode(absl::StatusCode::kDataLoss));
    EXPECT_THAT(std::string(files.status().message()), HasSubstr(path));
    Overwrite(path, whole);
  }
}

TEST_F(ModelDirectoryTest, BrokenManifestIsListedWithItsFault) {
  Publish();
  Publish();
  Overwrite(PathOf(2, "MANIFEST"), "");
  const auto versions = models_.List();
  ASSERT_THAT(versions, IsOk());
  ASSERT_EQ(versions->size(), 2u);
  EXPECT_EQ((*versions)[0].version, 2);
  EXPECT_THAT((*versions)[0].status, HasCode(absl::StatusCode::kDataLoss));
  EXPECT_THAT((*versions)[1].status, IsOk());
  EXPECT_EQ(Publish(), 3);
}

TEST_F(ModelDirectoryTest, ReportIsOutsideTheChecksums) {
  const int64_t version = Publish();
  Overwrite(PathOf(version, "report/card.txt"), "other");
  EXPECT_EQ(*models_.Load(version), kFiles);
}

TEST_F(ModelDirectoryTest, ManifestMustBeOfThisFormatTenantAndVersion) {
  const int64_t version = Publish();
  storage::v1::ModelManifest record = ReadManifest(version);
  EXPECT_EQ(record.format_version(), 2);
  for (const int unknown : {-1, 0, 3, 1000}) {
    record.set_format_version(unknown);
    WriteManifest(version, record);
    EXPECT_THAT(models_.Load(version),
                HasCode(absl::StatusCode::kFailedPrecondition))
        << unknown;
  }
  // What versions before tracing's residual have.
  record.set_format_version(1);
  WriteManifest(version, record);
  EXPECT_THAT(models_.Load(version), IsOk());
  record.set_tenant("t2");
  WriteManifest(version, record);
  EXPECT_THAT(models_.Load(version),
              HasCode(absl::StatusCode::kFailedPrecondition));
  record.set_tenant("t1");
  record.set_version(8);
  WriteManifest(version, record);
  EXPECT_THAT(models_.Load(version), HasCode(absl::StatusCode::kDataLoss));
  record.set_version(version);
  WriteManifest(version, record);
  EXPECT_THAT(models_.Load(version), IsOk());
  record.mutable_files(0)->set_name("../other");
  WriteManifest(version, record);
  EXPECT_THAT(models_.Load(version), HasCode(absl::StatusCode::kDataLoss));
}

TEST_F(ModelDirectoryTest, WhatAKilledTrainerLeftIsRemoved) {
  Publish();
  const std::string left = models_.path() + "/.publishing";
  std::filesystem::create_directories(left + "/report");
  Overwrite(left + "/half", "x");
  EXPECT_EQ(models_.List()->size(), 1u);
  EXPECT_EQ(Publish(), 2);
  EXPECT_FALSE(std::filesystem::exists(left));
  EXPECT_EQ(*models_.Load(2), kFiles);
}

TEST_F(ModelDirectoryTest, NamesThatLeadElsewhereAreRefused) {
  for (const std::string name :
       {"../x", "a/b", ".hidden", "", "MANIFEST", "report"}) {
    EXPECT_THAT(models_.Publish({{name, ""}}, {}, {}),
                HasCode(absl::StatusCode::kInvalidArgument))
        << name;
  }
  EXPECT_THAT(*models_.List(), IsEmpty());
}

TEST_F(ModelDirectoryTest, TenantCannotLeadOutOfTheModelDirectory) {
  const ModelDirectory models(directory_ / "models", "..");
  ASSERT_THAT(models.Publish({{"a", "1"}}, {}, {}), IsOk());
  EXPECT_THAT(*models.Load(1), ElementsAre(testing::Pair("a", "1")));
  EXPECT_FALSE(std::filesystem::exists(directory_ / "1"));
  EXPECT_THAT(*models_.List(), IsEmpty());
}

TEST_F(ModelDirectoryTest, PinSurvivesAndIsLifted) {
  Publish();
  ASSERT_THAT(models_.Pin(1), IsOk());
  Publish();
  EXPECT_EQ(*ModelDirectory(directory_ / "models", "t1").Pinned(), 1);
  EXPECT_EQ(*ModelDirectory(directory_ / "models", "t2").Pinned(),
            std::nullopt);
  ASSERT_THAT(models_.Pin(2), IsOk());
  EXPECT_EQ(*models_.Pinned(), 2);
  ASSERT_THAT(models_.Pin(std::nullopt), IsOk());
  ASSERT_THAT(models_.Pin(std::nullopt), IsOk());
  EXPECT_EQ(*models_.Pinned(), std::nullopt);
  EXPECT_EQ(models_.List()->size(), 2u);
}

TEST_F(ModelDirectoryTest, DamagedPinIsDataLoss) {
  ASSERT_THAT(models_.Pin(1), IsOk());
  Overwrite(models_.path() + "/.pin", "one");
  EXPECT_THAT(models_.Pinned(), HasCode(absl::StatusCode::kDataLoss));
}

TEST_F(ModelDirectoryTest, SecondLockIsUnavailableUntilTheFirstIsGone) {
  auto first = models_.Lock();
  ASSERT_THAT(first, IsOk());
  const auto second = models_.Lock();
  EXPECT_THAT(second, HasCode(absl::StatusCode::kUnavailable));
  EXPECT_THAT(std::string(second.status().message()),
              AllOf(HasSubstr("t1"), HasSubstr("another process")));
  EXPECT_THAT(ModelDirectory(directory_ / "models", "t2").Lock(), IsOk());
  first->reset();
  EXPECT_THAT(models_.Lock(), IsOk());
}

TEST_F(ModelDirectoryTest, LockOfAKilledProcessIsFree) {
  int held[2];
  ASSERT_EQ(pipe(held), 0);
  const pid_t child = fork();
  if (child == 0) {
    const auto lock = models_.Lock();
    if (write(held[1], lock.ok() ? "y" : "n", 1) != 1) _exit(1);
    while (true) pause();
  }
  char answer = 0;
  ASSERT_EQ(read(held[0], &answer, 1), 1);
  ASSERT_EQ(answer, 'y');
  EXPECT_THAT(models_.Lock(), HasCode(absl::StatusCode::kUnavailable));
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  EXPECT_THAT(models_.Lock(), IsOk());
  close(held[0]);
  close(held[1]);
}

}  // namespace
}  // namespace evenlight
