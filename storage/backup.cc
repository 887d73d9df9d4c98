#include "storage/backup.h"

#include <fcntl.h>
#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/rate_limiter.h>
#include <rocksdb/utilities/backup_engine.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "core/digest.h"
#include "core/log.h"
#include "core/status_macros.h"
#include "storage/backup_files.h"
#include "storage/durable_file.h"

namespace evenlight {
namespace {

namespace fs = std::filesystem;

absl::Status ToStatus(const rocksdb::Status& status, absl::string_view what) {
  if (status.ok()) return absl::OkStatus();
  const std::string message = absl::StrCat(what, ": ", status.ToString());
  if (status.IsCorruption()) return absl::DataLossError(message);
  if (status.IsNotFound()) return absl::DataLossError(message);
  if (status.IsIncomplete()) return absl::CancelledError(message);
  return absl::UnavailableError(message);
}

// The sole right to change a backup directory.
class DirectoryLock {
 public:
  explicit DirectoryLock(const std::string& directory)
      : path_(directory + "/.lock"),
        descriptor_(open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644)) {}
  ~DirectoryLock() {
    if (descriptor_ >= 0) close(descriptor_);
  }
  DirectoryLock(const DirectoryLock&) = delete;
  DirectoryLock& operator=(const DirectoryLock&) = delete;

  absl::Status Take() const {
    if (descriptor_ >= 0 && flock(descriptor_, LOCK_EX | LOCK_NB) == 0) {
      return absl::OkStatus();
    }
    if (errno != EWOULDBLOCK) {
      return absl::ErrnoToStatus(errno, absl::StrCat("cannot lock ", path_));
    }
    return absl::UnavailableError(absl::StrCat(
        "another backup is being made: it holds ", path_, "; try again later"));
  }

 private:
  const std::string path_;
  const int descriptor_;
};

int64_t BytesBelow(const std::string& directory) {
  int64_t num_bytes = 0;
  std::error_code error;
  for (fs::recursive_directory_iterator entry(directory, error), end;
       !error && entry != end; entry.increment(error)) {
    std::error_code ignored;
    if (!entry->is_regular_file(ignored)) continue;
    const auto size = entry->file_size(ignored);
    if (!ignored) num_bytes += static_cast<int64_t>(size);
  }
  return num_bytes;
}

rocksdb::BackupEngineOptions EngineOptions(const std::string& directory) {
  rocksdb::BackupEngineOptions options(BackupDatabasePath(directory));
  options.share_table_files = true;
  // Names by content: a restored database may number its files anew.
  options.share_files_with_checksum = true;
  options.sync = true;
  options.callback_trigger_interval_size = 1 << 20;
  return options;
}

// Makes and deletes backups in a directory that is locked. One thread.
class BackupWriter {
 public:
  BackupWriter(RocksDatabase* database, const BackupOptions& options)
      : database_(*database), options_(options) {}

  absl::Status Open();
  absl::StatusOr<Backup> Make(const std::string& model_dir, absl::Time now);
  // Deletes all but the newest `keep`; returns how many.
  absl::StatusOr<int> DeleteOld();

 private:
  bool GoesOn() const { return !options_.goes_on || options_.goes_on(); }
  // Waits until `num_bytes` more may be written. False if it is to end.
  bool Admit(int64_t num_bytes);
  absl::StatusOr<int64_t> MakeDatabaseBackup();
  // Those that a kill left without a record.
  absl::Status DeleteUnfinished();

  RocksDatabase& database_;
  const BackupOptions& options_;
  // Of the database's files and the models' alike; null: no limit.
  std::shared_ptr<rocksdb::RateLimiter> limiter_;
  std::unique_ptr<rocksdb::BackupEngine> engine_;
};

absl::Status BackupWriter::Open() {
  rocksdb::BackupEngineOptions engine = EngineOptions(options_.directory);
  if (options_.max_bytes_per_second > 0) {
    limiter_.reset(
        rocksdb::NewGenericRateLimiter(options_.max_bytes_per_second));
    engine.backup_rate_limiter = limiter_;
  }
  rocksdb::BackupEngine* opened = nullptr;
  RETURN_IF_ERROR(ToStatus(
      rocksdb::BackupEngine::Open(engine, rocksdb::Env::Default(), &opened),
      absl::StrCat("backups in ", options_.directory)));
  engine_.reset(opened);
  return DeleteUnfinished();
}

bool BackupWriter::Admit(int64_t num_bytes) {
  while (limiter_ != nullptr && num_bytes > 0 && GoesOn()) {
    const int64_t piece = std::min(num_bytes, limiter_->GetSingleBurstBytes());
    limiter_->Request(piece, rocksdb::Env::IO_LOW, nullptr,
                      rocksdb::RateLimiter::OpType::kWrite);
    num_bytes -= piece;
  }
  return GoesOn();
}

absl::Status BackupWriter::DeleteUnfinished() {
  ASSIGN_OR_RETURN(const std::vector<int64_t> ids,
                   BackupIds(options_.directory));
  std::vector<rocksdb::BackupInfo> infos;
  engine_->GetBackupInfo(&infos);
  for (const rocksdb::BackupInfo& info : infos) {
    if (absl::c_linear_search(ids, int64_t{info.backup_id})) continue;
    RETURN_IF_ERROR(ToStatus(engine_->DeleteBackup(info.backup_id),
                             absl::StrCat("backup ", info.backup_id)));
  }
  return absl::OkStatus();
}

absl::StatusOr<int64_t> BackupWriter::MakeDatabaseBackup() {
  rocksdb::CreateBackupOptions create;
  // What is in memory only would be copied as a log, again with each backup.
  create.flush_before_backup = true;
  create.decrease_background_thread_cpu_priority = true;
  create.background_thread_cpu_priority = rocksdb::CpuPriority::kLow;
  create.progress_callback = [this] {
    if (!GoesOn()) engine_->StopBackup();
  };
  rocksdb::BackupID id = 0;
  const absl::Status status =
      ToStatus(engine_->CreateNewBackup(create, database_.rocks(), &id),
               absl::StrCat("backup in ", options_.directory));
  if (!GoesOn()) return absl::CancelledError("the backup was stopped");
  RETURN_IF_ERROR(status);
  return int64_t{id};
}

absl::StatusOr<Backup> BackupWriter::Make(const std::string& model_dir,
                                          absl::Time now) {
  Backup backup;
  ASSIGN_OR_RETURN(backup.id, MakeDatabaseBackup());
  rocksdb::BackupInfo info;
  RETURN_IF_ERROR(ToStatus(
      engine_->GetBackupInfo(static_cast<rocksdb::BackupID>(backup.id), &info),
      absl::StrCat("backup ", backup.id)));
  backup.create_time = now;
  backup.data_format_version = database_.format_version();
  backup.database_bytes = static_cast<int64_t>(info.size);
  backup.num_database_files = static_cast<int32_t>(info.number_files);
  ASSIGN_OR_RETURN(
      backup.database_list_sha256,
      Sha256HexOfFile(DatabaseListPath(options_.directory, backup.id)));
  ASSIGN_OR_RETURN(
      backup.model_files,
      KeepModelFiles(model_dir, BackupFilesPath(options_.directory),
                     [this](int64_t bytes) { return Admit(bytes); }));
  RETURN_IF_ERROR(WriteBackup(options_.directory, backup));
  return backup;
}

absl::StatusOr<int> BackupWriter::DeleteOld() {
  ASSIGN_OR_RETURN(std::vector<int64_t> ids, BackupIds(options_.directory));
  std::vector<Backup> kept;
  int num_deleted = 0;
  bool has_unknown = false;
  // Newest first; one that cannot be read does not count as kept.
  for (auto id = ids.rbegin(); id != ids.rend(); ++id) {
    if (static_cast<int>(kept.size()) < std::max(1, options_.keep)) {
      absl::StatusOr<Backup> backup = ReadBackup(options_.directory, *id);
      has_unknown |= !backup.ok();
      if (backup.ok()) kept.push_back(*std::move(backup));
      continue;
    }
    std::error_code error;
    fs::remove(BackupRecordPath(options_.directory, *id), error);
    if (error) return absl::ErrnoToStatus(error.value(), "cannot remove");
    RETURN_IF_ERROR(SyncDirectory(options_.directory));
    ++num_deleted;
  }
  RETURN_IF_ERROR(DeleteUnfinished());
  // What a record that cannot be read needs is not known.
  if (!has_unknown) {
    RETURN_IF_ERROR(
        DeleteUnusedFiles(kept, BackupFilesPath(options_.directory)));
  }
  return num_deleted;
}

absl::StatusOr<std::unique_ptr<rocksdb::BackupEngineReadOnly>> OpenToRead(
    const std::string& directory) {
  rocksdb::BackupEngineReadOnly* opened = nullptr;
  RETURN_IF_ERROR(
      ToStatus(rocksdb::BackupEngineReadOnly::Open(
                   EngineOptions(directory), rocksdb::Env::Default(), &opened),
               absl::StrCat("backups in ", directory)));
  return std::unique_ptr<rocksdb::BackupEngineReadOnly>(opened);
}

// RocksDB's list of a backup's files is what it was.
absl::Status CheckDatabaseList(const std::string& directory,
                               const Backup& backup) {
  const std::string path = DatabaseListPath(directory, backup.id);
  const absl::StatusOr<std::string> sha256 = Sha256HexOfFile(path);
  if (absl::IsNotFound(sha256.status())) {
    return absl::DataLossError(absl::StrCat(path, " is missing"));
  }
  RETURN_IF_ERROR(sha256.status());
  if (*sha256 == backup.database_list_sha256) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat(path, " does not have its checksum"));
}

absl::Status CheckIsEmpty(const std::string& to) {
  std::error_code error;
  const bool is_missing = !fs::exists(to, error);
  if (!error && (is_missing || fs::is_empty(to, error)) && !error) {
    return absl::OkStatus();
  }
  return absl::AlreadyExistsError(
      absl::StrCat(to, " is not an empty directory: restore to a new one"));
}

absl::Status RestoreInto(const std::string& directory, const Backup& backup,
                         const std::string& to) {
  RETURN_IF_ERROR(MakeDirectories(to));
  RETURN_IF_ERROR(CheckDatabaseList(directory, backup));
  ASSIGN_OR_RETURN(const auto engine, OpenToRead(directory));
  const std::string data = RestoredDataPath(to);
  RETURN_IF_ERROR(ToStatus(
      engine->RestoreDBFromBackup(rocksdb::RestoreOptions(),
                                  static_cast<rocksdb::BackupID>(backup.id),
                                  data, data),
      absl::StrCat("backup ", backup.id, " of ", directory)));
  return RestoreModelFiles(backup.model_files, BackupFilesPath(directory),
                           RestoredModelPath(to));
}

// Of one backup; the first fault of its database, all of its models.
void CheckBackup(const std::string& directory, const Backup& backup,
                 const rocksdb::BackupEngineReadOnly& engine, Report report) {
  const auto fault = [&](const absl::Status& status) {
    if (status.ok()) return;
    report({absl::StrCat("backup ", backup.id), std::string(status.message()),
            "restore another backup; make a new one, into a new directory",
            false});
  };
  fault(CheckDatabaseList(directory, backup));
  fault(ToStatus(
      engine.VerifyBackup(static_cast<rocksdb::BackupID>(backup.id), true),
      "its database"));
  for (const BackupFile& file : backup.model_files) {
    fault(CheckKeptFile(file, BackupFilesPath(directory)));
  }
}

}  // namespace

absl::StatusOr<NewBackup> MakeBackup(RocksDatabase* database,
                                     const std::string& model_dir,
                                     absl::Time now,
                                     const BackupOptions& options) {
  RETURN_IF_ERROR(MakeDirectories(options.directory));
  const DirectoryLock lock(options.directory);
  RETURN_IF_ERROR(lock.Take());
  const int64_t num_bytes_before = BytesBelow(options.directory);
  BackupWriter writer(database, options);
  RETURN_IF_ERROR(writer.Open());
  NewBackup made;
  ASSIGN_OR_RETURN(made.backup, writer.Make(model_dir, now));
  made.num_new_bytes = BytesBelow(options.directory) - num_bytes_before;
  // The backup is whole, whatever becomes of the old ones.
  const absl::StatusOr<int> deleted = writer.DeleteOld();
  if (deleted.ok()) {
    made.num_deleted = *deleted;
  } else {
    Log(LogLevel::kError, "old_backups_not_deleted",
        {{"problem", deleted.status().ToString()}});
  }
  return made;
}

std::string RestoredDataPath(const std::string& to) { return to + "/db"; }
std::string RestoredModelPath(const std::string& to) { return to + "/models"; }

absl::StatusOr<Backup> RestoreBackup(const std::string& directory, int64_t id,
                                     const std::string& to) {
  RETURN_IF_ERROR(CheckIsEmpty(to));
  if (id == 0) {
    ASSIGN_OR_RETURN(const std::vector<int64_t> ids, BackupIds(directory));
    if (ids.empty()) {
      return absl::NotFoundError(
          absl::StrCat("there is no backup in ", directory));
    }
    id = ids.back();
  }
  ASSIGN_OR_RETURN(const Backup backup, ReadBackup(directory, id));
  const std::string partial = to + "/.restoring";
  absl::Status status = RestoreInto(directory, backup, partial);
  if (status.ok()) {
    status = RenameSynced(RestoredModelPath(partial), RestoredModelPath(to));
  }
  if (status.ok()) {
    status = RenameSynced(RestoredDataPath(partial), RestoredDataPath(to));
  }
  std::error_code ignored;
  fs::remove_all(partial, ignored);
  RETURN_IF_ERROR(status);
  return backup;
}

absl::StatusOr<int> CheckBackups(const std::string& directory, Report report) {
  ASSIGN_OR_RETURN(const std::vector<int64_t> ids, BackupIds(directory));
  if (ids.empty()) return 0;
  ASSIGN_OR_RETURN(const auto engine, OpenToRead(directory));
  for (const int64_t id : ids) {
    const absl::StatusOr<Backup> backup = ReadBackup(directory, id);
    if (backup.ok()) {
      CheckBackup(directory, *backup, *engine, report);
    } else {
      report({absl::StrCat("backup ", id),
              std::string(backup.status().message()),
              absl::IsFailedPrecondition(backup.status())
                  ? "verify it with the build that it names"
                  : "restore another backup; make a new one",
              false});
    }
  }
  return static_cast<int>(ids.size());
}

}  // namespace evenlight
