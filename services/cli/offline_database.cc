#include "services/cli/offline_database.h"

#include <filesystem>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/status_macros.h"
#include "evenlight/v1/model_service.pb.h"
#include "services/cli/methods.h"
#include "storage/rocks_database.h"

namespace evenlight {

absl::StatusOr<std::unique_ptr<OfflineDatabase>> OfflineDatabase::Open(
    const std::string& data_dir, const std::string& tenant,
    const Connect& connect, const Console& console) {
  std::unique_ptr<OfflineDatabase> source(new OfflineDatabase);
  RETURN_IF_ERROR(data_dir.empty()
                      ? source->OpenCheckpoint(tenant, connect, console)
                      : source->OpenDirectory(data_dir));
  return source;
}

OfflineDatabase::~OfflineDatabase() {
  database_.reset();
  std::error_code ignored;  // The server deletes it after a day anyway.
  if (!checkpoint_.empty()) std::filesystem::remove_all(checkpoint_, ignored);
}

absl::Status OfflineDatabase::OpenCheckpoint(const std::string& tenant,
                                             const Connect& connect,
                                             const Console& console) {
  const std::unique_ptr<Client> client = connect(tenant);
  RetryingClient retrying(client.get(), console.sleep);
  ASSIGN_OR_RETURN(const v1::CreateCheckpointResponse response,
                   Invoke(&retrying, kCreateCheckpoint, {}));
  checkpoint_ = response.directory();
  model_dir_ = response.model_directory();
  RocksDatabase::Options database;
  database.directory = checkpoint_;
  database.read_only = true;
  absl::StatusOr<std::unique_ptr<RocksDatabase>> opened =
      RocksDatabase::Open(database);
  if (!opened.ok()) {
    return absl::Status(
        opened.status().code(),
        absl::StrCat(opened.status().message(),
                     "; this must run on the server's machine and may read "
                     "its checkpoints"));
  }
  database_ = *std::move(opened);
  return absl::OkStatus();
}

absl::Status OfflineDatabase::OpenDirectory(const std::string& data_dir) {
  // RocksDB makes what is missing, and a slip of the pen is not a database.
  if (!std::filesystem::exists(std::filesystem::path(data_dir) / "CURRENT")) {
    return absl::NotFoundError(
        absl::StrCat("there is no database in ", data_dir));
  }
  // Not read-only: this takes the lock, so that a directory that a server holds
  // is refused.
  RocksDatabase::Options database;
  database.directory = data_dir;
  database.keep_format = true;
  ASSIGN_OR_RETURN(database_, RocksDatabase::Open(database));
  return absl::OkStatus();
}

}  // namespace evenlight
