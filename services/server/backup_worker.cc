#include "services/server/backup_worker.h"

#include <sys/resource.h>

#include <filesystem>
#include <system_error>
#include <utility>

#include "core/log.h"

namespace evenlight {
namespace {

// As for refolding: serving comes first. RocksDB's copying threads are begun by
// this one and take it over.
constexpr int kNiceness = 10;

void LogResult(const absl::StatusOr<NewBackup>& made,
               const std::string& directory) {
  if (!made.ok()) {
    Log(LogLevel::kError, "backup_failed",
        {{"directory", directory}, {"problem", made.status().ToString()}});
    return;
  }
  Log(LogLevel::kInfo, "backup_made",
      {{"directory", directory},
       {"backup", made->backup.id},
       {"new_bytes", made->num_new_bytes},
       {"deleted", made->num_deleted}});
}

}  // namespace

BackupWorker::BackupWorker(RocksDatabase* database, std::string model_dir,
                           const Clock* clock, BackupOptions options)
    : database_(*database),
      model_dir_(std::move(model_dir)),
      clock_(*clock),
      options_(std::move(options)) {
  if (options_.directory.empty()) return;
  std::error_code ignored;
  options_.directory = std::filesystem::absolute(options_.directory, ignored)
                           .lexically_normal()
                           .string();
  options_.goes_on = [this] { return !is_stopping_; };
  thread_ = std::thread([this] { Work(); });
}

BackupWorker::~BackupWorker() { Stop(); }

absl::Status BackupWorker::Submit(Done done) {
  if (options_.directory.empty()) {
    return absl::FailedPreconditionError(
        "the server's configuration names no backup.directory; set it and "
        "start the server again");
  }
  MutexLock lock(mu_);
  if (is_stopping_) return absl::UnavailableError("the server is stopping");
  if (next_) return absl::UnavailableError("a backup is being made");
  next_ = std::move(done);
  wake_.NotifyOne();
  return absl::OkStatus();
}

void BackupWorker::Stop() {
  {
    MutexLock lock(mu_);
    is_stopping_ = true;
  }
  wake_.NotifyAll();
  MutexLock lock(join_mu_);
  if (thread_.joinable()) thread_.join();
}

void BackupWorker::Work() {
  // On Linux this is of the calling thread only.
  setpriority(PRIO_PROCESS, 0, kNiceness);
  while (true) {
    Done done;
    {
      MutexLock lock(mu_);
      while (!next_ && !is_stopping_) wake_.Wait(mu_);
      if (!next_) return;
      done = next_;
    }
    absl::StatusOr<NewBackup> made =
        MakeBackup(&database_, model_dir_, clock_.Now(), options_);
    if (absl::IsCancelled(made.status())) {
      made = absl::UnavailableError("the server is stopping");
    }
    LogResult(made, options_.directory);
    {
      MutexLock lock(mu_);
      next_ = nullptr;
    }
    done(made);
  }
}

}  // namespace evenlight
