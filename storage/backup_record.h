// What a backup says of itself: `<number>.backup` in the backup directory. A
// backup without it does not exist; it is written last and removed first.

#ifndef EVENLIGHT_STORAGE_BACKUP_RECORD_H_
#define EVENLIGHT_STORAGE_BACKUP_RECORD_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace evenlight {

// What this build writes, and the oldest that it reads.
inline constexpr int kBackupFormatVersion = 1;
inline constexpr int kOldestBackupFormatVersion = 1;

// A file of the model directory.
struct BackupFile {
  std::string path;  // Below the model directory.
  int64_t size_bytes = 0;
  std::string sha256;  // Also its name in files/.
};

struct Backup {
  int64_t id = 0;  // From 1, increasing; RocksDB's own.
  absl::Time create_time = absl::UnixEpoch();
  int data_format_version = 0;
  int64_t database_bytes = 0;
  int32_t num_database_files = 0;
  std::string database_list_sha256;  // Of the file DatabaseListPath().
  std::vector<BackupFile> model_files;
};

// Paths in a backup directory.
std::string BackupRecordPath(const std::string& directory, int64_t id);
std::string BackupDatabasePath(const std::string& directory);
std::string BackupFilesPath(const std::string& directory);
std::string DatabaseListPath(const std::string& directory, int64_t id);

// The numbers of the backups, oldest first, broken ones too; empty if
// `directory` is none.
absl::StatusOr<std::vector<int64_t>> BackupIds(const std::string& directory);

// `path` is for messages.
//
// DATA_LOSS: the bytes are damaged, or name a path outside the model directory.
// FAILED_PRECONDITION: the format is newer or too old; or the data in it is of
// a newer or too old format.
absl::StatusOr<Backup> DecodeBackup(const std::string& sealed,
                                    const std::string& path);

// The same of a file.
//
// NOT_FOUND: there is no such backup.
absl::StatusOr<Backup> ReadBackup(const std::string& directory, int64_t id);

// Durable and whole, or not there.
absl::Status WriteBackup(const std::string& directory, const Backup& backup);

}  // namespace evenlight

#endif  // EVENLIGHT_STORAGE_BACKUP_RECORD_H_
