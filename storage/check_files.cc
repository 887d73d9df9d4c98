#include "storage/check_files.h"

#include <fcntl.h>
#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/options.h>
#include <rocksdb/sst_file_reader.h>
#include <rocksdb/table_properties.h>
#include <unistd.h>

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <system_error>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "storage/log_check.h"

namespace evenlight {
namespace {

namespace fs = std::filesystem;

// Keeps what RocksDB says of damaged logs: its status names no file.
class DamageLog : public rocksdb::Logger {
 public:
  using rocksdb::Logger::Logv;
  void Logv(const char* format, va_list arguments) override {
    char text[1024];
    std::vsnprintf(text, sizeof text, format, arguments);
    if (absl::StrContains(text, ": dropping ")) lines_.push_back(text);
  }
  std::string text() const { return absl::StrJoin(lines_, "; "); }

 private:
  std::vector<std::string> lines_;
};

std::vector<std::string> TablesIn(const std::string& directory) {
  std::vector<std::string> tables;
  std::error_code error;
  for (fs::directory_iterator entry(directory, error), end;
       !error && entry != end; entry.increment(error)) {
    if (entry->path().extension() == ".sst") {
      tables.push_back(entry->path().string());
    }
  }
  std::sort(tables.begin(), tables.end());
  return tables;
}

void CheckTable(const std::string& path, Report report) {
  rocksdb::SstFileReader table((rocksdb::Options()));
  rocksdb::Status status = table.Open(path);
  std::string family;
  if (status.ok()) {
    family = table.GetTableProperties()->column_family_name;
    status = table.VerifyChecksum();
  }
  if (status.ok()) return;
  // States can be made anew from the log, but not while they cannot be read.
  report({path,
          absl::StrCat("the table", family.empty() ? "" : " of family ", family,
                       " is damaged: ", status.ToString()),
          kRestoreABackup, false});
}

// Opens the database as one whose log must be whole to its last byte.
rocksdb::Status OpenStrictly(const std::string& directory,
                             rocksdb::WALRecoveryMode mode,
                             std::string* damage) {
  const auto log = std::make_shared<DamageLog>();
  rocksdb::DBOptions options;
  options.wal_recovery_mode = mode;
  options.info_log = log;
  std::vector<std::string> names;
  rocksdb::Status status =
      rocksdb::DB::ListColumnFamilies(options, directory, &names);
  if (!status.ok()) return status;
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  for (const std::string& name : names) {
    families.emplace_back(name, rocksdb::ColumnFamilyOptions());
  }
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* opened = nullptr;
  status = rocksdb::DB::OpenForReadOnly(options, directory, families, &handles,
                                        &opened);
  const std::unique_ptr<rocksdb::DB> db(opened);
  for (rocksdb::ColumnFamilyHandle* handle : handles) {
    db->DestroyColumnFamilyHandle(handle);
  }
  *damage = log->text();
  return status;
}

void CheckLog(const std::string& directory, Report report) {
  std::string damage;
  const rocksdb::Status whole = OpenStrictly(
      directory, rocksdb::WALRecoveryMode::kAbsoluteConsistency, &damage);
  if (whole.ok()) return;
  std::string ignored;
  const rocksdb::Status up_to_damage = OpenStrictly(
      directory, rocksdb::WALRecoveryMode::kPointInTimeRecovery, &ignored);
  const auto torn_manifest = FindTornManifest(directory);
  if (!torn_manifest.ok()) {
    report({directory, std::string(torn_manifest.status().message()),
            kRestoreABackup, false});
    return;
  }
  if (torn_manifest->has_value()) {
    report({(*torn_manifest)->path,
            "it ends within a record, as after a power cut",
            "start the server: it cuts the file there, and does not start if a "
            "log is missing then",
            true});
    return;
  }
  if (!up_to_damage.ok()) {
    report(
        {directory,
         absl::StrCat("the database does not open: ", up_to_damage.ToString()),
         kRestoreABackup, false});
    return;
  }
  const std::string where = damage.empty() ? directory : damage;
  std::string torn;
  const rocksdb::Status but_for_end = OpenStrictly(
      directory, rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords,
      &torn);
  if (but_for_end.ok()) {
    report({where,
            "the log ends within a record, as after a power cut: that commit "
            "was acknowledged to nobody",
            "nothing: the next start drops that record", true});
    return;
  }
  const absl::Status within = CheckLogs(directory);  // As at the start.
  if (!within.ok()) {
    report({where, absl::StrCat("the log is damaged: ", within.message()),
            kRestoreABackup, false});
    return;
  }
  report({where,
          absl::StrCat("the log is damaged in its last record: ",
                       whole.ToString()),
          absl::StrCat("after a power cut nothing: the next start drops that "
                       "record, of which nobody was told; else ",
                       kRestoreABackup),
          false});
}

}  // namespace

void CheckDatabaseFiles(const std::string& directory,
                        absl::FunctionRef<void(absl::string_view)> step,
                        Report report) {
  for (const std::string& table : TablesIn(directory)) {
    step(table);
    CheckTable(table, report);
  }
  step(absl::StrCat("the log of ", directory));
  CheckLog(directory, report);
}

absl::Status CheckIsNotHeld(const std::string& directory) {
  const std::string path = directory + "/LOCK";
  const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return absl::OkStatus();  // A checkpoint has none.
  struct flock whole = {};
  whole.l_type = F_WRLCK;
  whole.l_whence = SEEK_SET;
  const bool is_known = fcntl(descriptor, F_GETLK, &whole) == 0;
  close(descriptor);
  if (!is_known || whole.l_type == F_UNLCK) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      "process ", whole.l_pid, " holds data directory ", directory,
      ": stop it, or verify a backup that `evenlight backup` has it make"));
}

}  // namespace evenlight
