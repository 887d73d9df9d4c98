// Backups of a live database and its model directory, several in one directory,
// each whole and each sharing what did not change with the others.
//
// A backup holds every event that was acknowledged before it began, of later
// ones a prefix in the order of commit, and the models of a moment after that.

#ifndef EVENLIGHT_STORAGE_BACKUP_H_
#define EVENLIGHT_STORAGE_BACKUP_H_

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "storage/backup_record.h"
#include "storage/finding.h"
#include "storage/rocks_database.h"

namespace evenlight {

struct BackupOptions {
  std::string directory;  // Made if missing.
  // Backups that are left afterwards, this one counted; older ones are deleted.
  int keep = 7;
  // So that serving keeps most of the disk; 0: no limit. Tables and model files
  // alike; a model file is written at once when all its bytes are due.
  int64_t max_bytes_per_second = int64_t{64} << 20;
  // Asked before each burst of the rate; false ends the backup. Empty: goes on.
  std::function<bool()> goes_on;
};

struct NewBackup {
  Backup backup;
  int64_t num_new_bytes = 0;  // By which the directory grew before deletions.
  int num_deleted = 0;        // Older backups.
};

// Makes a backup while `database` serves, and then deletes the older ones.
//
// UNAVAILABLE: another process makes one there, or the disk refused.
// CANCELLED: `goes_on` said no. In every case earlier backups stay as they are.
absl::StatusOr<NewBackup> MakeBackup(RocksDatabase* database,
                                     const std::string& model_dir,
                                     absl::Time now,
                                     const BackupOptions& options);

// Where RestoreBackup() puts things in its target.
std::string RestoredDataPath(const std::string& to);
std::string RestoredModelPath(const std::string& to);

// Writes a backup to the directory `to`, which is missing or empty; 0 is the
// newest. Nothing is there under its name before all of it is.
//
// ALREADY_EXISTS: `to` is not empty. NOT_FOUND: there is no such backup.
// FAILED_PRECONDITION: it is of a newer or too old format.
// DATA_LOSS: a file of it is damaged; the message names it.
absl::StatusOr<Backup> RestoreBackup(const std::string& directory, int64_t id,
                                     const std::string& to);

// Reads every byte of every backup. Returns how many there are.
absl::StatusOr<int> CheckBackups(const std::string& directory, Report report);

}  // namespace evenlight

#endif  // EVENLIGHT_STORAGE_BACKUP_H_
