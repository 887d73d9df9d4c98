// Makes backups beside serving, one at a time, on a slow thread of its own.

#ifndef EVENLIGHT_SERVICES_SERVER_BACKUP_WORKER_H_
#define EVENLIGHT_SERVICES_SERVER_BACKUP_WORKER_H_

#include <atomic>
#include <functional>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/clock.h"
#include "core/mutex.h"
#include "storage/backup.h"
#include "storage/rocks_database.h"

namespace evenlight {

// Thread-safe.
class BackupWorker {
 public:
  using Done = std::function<void(const absl::StatusOr<NewBackup>&)>;

  // All outlive it. Without `options.directory` it makes none.
  BackupWorker(RocksDatabase* database, std::string model_dir,
               const Clock* clock, BackupOptions options);
  ~BackupWorker();  // Stop()

  // Begins a backup; `done` is called on the worker's thread when it is over.
  //
  // FAILED_PRECONDITION: there is no directory for backups.
  // UNAVAILABLE: one is being made, or Stop() was called.
  absl::Status Submit(Done done) ABSL_LOCKS_EXCLUDED(mu_);

  // Ends the backup that is being made, and joins. What it was to replace
  // stays.
  void Stop() ABSL_LOCKS_EXCLUDED(mu_);

  // Absolute.
  const std::string& directory() const { return options_.directory; }

 private:
  void Work();

  RocksDatabase& database_;
  const std::string model_dir_;
  const Clock& clock_;
  BackupOptions options_;
  std::atomic<bool> is_stopping_ = false;
  Mutex mu_;
  CondVar wake_;
  Done next_ ABSL_GUARDED_BY(mu_);  // Empty: no backup is asked for or made.
  Mutex join_mu_;                   // Stop() may be called twice at once.
  std::thread thread_;
};

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_SERVER_BACKUP_WORKER_H_
