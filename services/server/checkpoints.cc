#include "services/server/checkpoints.h"

#include <filesystem>
#include <system_error>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/log.h"
#include "core/status_macros.h"

namespace evenlight {
namespace {

namespace fs = std::filesystem;

std::string CheckpointDirectory(const std::string& data_dir) {
  std::error_code error;
  fs::path path = fs::absolute(data_dir, error).lexically_normal();
  if (!path.has_filename()) path = path.parent_path();  // A slash at the end.
  return path.string() + "_checkpoints";
}

}  // namespace

Checkpoints::Checkpoints(Database* database, const std::string& data_dir,
                         const Clock* clock, NameMaker* names)
    : database_(*database),
      directory_(CheckpointDirectory(data_dir)),
      clock_(*clock),
      names_(*names) {}

absl::StatusOr<Checkpoint> Checkpoints::Create() {
  MutexLock lock(mu_);
  DeleteExpiredLocked();
  std::error_code error;
  fs::create_directories(directory_, error);
  if (error) {
    return absl::UnavailableError(absl::StrCat(
        "cannot make directory ", directory_, ": ", error.message()));
  }
  const absl::Time now = clock_.Now();
  Checkpoint checkpoint;
  checkpoint.directory = absl::StrCat(directory_, "/", names_.Make(now));
  checkpoint.expire_time = now + kCheckpointLife;
  RETURN_IF_ERROR(database_.CreateCheckpoint(checkpoint.directory));
  return checkpoint;
}

void Checkpoints::DeleteExpired() {
  MutexLock lock(mu_);
  DeleteExpiredLocked();
}

void Checkpoints::DeleteExpiredLocked() {
  const absl::Time now = clock_.Now();
  std::error_code error;
  std::vector<fs::path> expired;
  for (fs::directory_iterator entry(directory_, error), end;
       !error && entry != end; entry.increment(error)) {
    const absl::Time made = NameMaker::TimeOf(entry->path().filename());
    if (made + kCheckpointLife <= now) expired.push_back(entry->path());
  }
  for (const fs::path& path : expired) {
    fs::remove_all(path, error);
    Log(error ? LogLevel::kWarning : LogLevel::kInfo, "checkpoint_deleted",
        {{"directory", path.string()},
         {"problem", error ? error.message() : ""}});
  }
}

}  // namespace evenlight
