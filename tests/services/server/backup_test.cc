// Backups by a server that goes on serving, through the network's edge.

#include "storage/backup.h"

#include <atomic>
#include <filesystem>
#include <future>
#include <thread>

#include "evenlight/v1/admin_service.grpc.pb.h"
#include "gmock/gmock.h"
#include "tests/services/server/server_world.h"

namespace evenlight {
namespace {

using ::testing::HasSubstr;

class BackupTest : public ServerWorld {
 protected:
  std::string backups() const { return directory_.path() + "/backups"; }

  void RestartWithBackups(int keep) {
    config_.backup_directory = backups();
    config_.backup_keep = keep;
    Restart();
  }

  grpc::Status Create(v1::CreateBackupResponse* response) const {
    const auto stub = v1::AdminService::NewStub(grpc::CreateChannel(
        server_->address(), grpc::InsecureChannelCredentials()));
    grpc::ClientContext context;  // Without a tenant.
    return stub->CreateBackup(&context, {}, response);
  }
};

TEST_F(BackupTest, WithoutADirectoryInTheConfigurationItIsRefused) {
  v1::CreateBackupResponse response;
  const grpc::Status status = Create(&response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_THAT(status.error_message(), HasSubstr("backup.directory"));
}

TEST_F(BackupTest, RestoredServerHasAllThatWasAcknowledgedAndGoesOn) {
  RestartWithBackups(3);
  AddCatalog();
  std::atomic<bool> is_over = false;
  std::atomic<int> num_acknowledged = 0;
  std::thread writer([&] {
    for (int k = 0; !is_over; ++k) {
      ExpectOk(Record(
          {Answer(absl::StrCat("e", k), "f1", absl::StrCat("l", k % 3))}));
      ++num_acknowledged;
    }
  });
  while (num_acknowledged < 20) std::this_thread::yield();
  const int num_before = num_acknowledged;
  v1::CreateBackupResponse response;
  ExpectOk(Create(&response));
  is_over = true;
  writer.join();
  EXPECT_EQ(response.backup(), 1);
  EXPECT_EQ(response.directory(), backups());
  EXPECT_EQ(response.create_time().seconds(), kStartSeconds);
  EXPECT_GT(response.new_bytes(), 0);

  const std::string to = directory_.path() + "/restored";
  ASSERT_THAT(RestoreBackup(backups(), 0, to), IsOk());
  config_.data_dir = RestoredDataPath(to);
  config_.model_dir = RestoredModelPath(to);
  Restart();
  int num_events = 0;
  for (const char* learner : {"learners/l0", "learners/l1", "learners/l2"}) {
    num_events += List(*client_, learner).events_size();
  }
  EXPECT_GE(num_events, num_before);
  // The catalog is there too, and what came later is taken as new.
  ExpectOk(Record({Answer("later", "d1")}));
  v1::CreateBackupResponse next;
  ExpectOk(Create(&next));
  EXPECT_EQ(next.backup(), 2);
}

TEST_F(BackupTest, OldOnesAreDeletedAsConfigured) {
  RestartWithBackups(2);
  v1::CreateBackupResponse response;
  for (int k = 0; k < 3; ++k) ExpectOk(Create(&response));
  EXPECT_EQ(response.backup(), 3);
  EXPECT_EQ(response.deleted_backups(), 1);
  EXPECT_EQ(*BackupIds(backups()), (std::vector<int64_t>{2, 3}));
}

TEST_F(BackupTest, ManyAtOnceGiveOneBackupEachOrSayTryLater) {
  RestartWithBackups(20);
  std::vector<std::future<grpc::Status>> calls;
  for (int k = 0; k < 8; ++k) {
    calls.push_back(std::async(std::launch::async, [this] {
      v1::CreateBackupResponse response;
      return Create(&response);
    }));
  }
  size_t num_made = 0;
  for (auto& call : calls) {
    const grpc::Status status = call.get();
    num_made += status.ok();
    if (status.ok()) continue;
    EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE);
  }
  EXPECT_GE(num_made, 1u);
  EXPECT_EQ(BackupIds(backups())->size(), num_made);
}

TEST_F(BackupTest, ServerStopsWhileABackupIsMade) {
  RestartWithBackups(3);
  v1::CreateBackupResponse response;
  auto call = std::async(std::launch::async,
                         [this, &response] { return Create(&response); });
  server_->Shutdown(absl::Seconds(5));
  const grpc::Status status = call.get();
  if (!status.ok()) {
    // The second, if it arrives just as gRPC takes no more.
    EXPECT_THAT(status.error_code(),
                testing::AnyOf(grpc::StatusCode::UNAVAILABLE,
                               grpc::StatusCode::CANCELLED));
  }
  EXPECT_EQ(BackupIds(backups())->size(), status.ok() ? 1u : 0u);
}

}  // namespace
}  // namespace evenlight
