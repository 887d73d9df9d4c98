#include "storage/backup_record.h"

#include <algorithm>
#include <filesystem>
#include <limits>
#include <optional>
#include <system_error>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "core/status_macros.h"
#include "evenlight/storage/v1/backup_records.pb.h"
#include "storage/durable_file.h"
#include "storage/keys.h"
#include "storage/rocks_database.h"
#include "storage/sealed_bytes.h"

namespace evenlight {
namespace {

namespace fs = std::filesystem;

constexpr char kSuffix[] = ".backup";

bool IsSha256(absl::string_view text) {
  return text.size() == 64 &&
         text.find_first_not_of("0123456789abcdef") == absl::string_view::npos;
}

// Neither up nor to the root: a damaged record may not write elsewhere.
bool IsInside(absl::string_view path) {
  if (path.find('\0') != absl::string_view::npos) return false;
  return absl::c_none_of(absl::StrSplit(path, '/'), [](absl::string_view part) {
    return part.empty() || part == "." || part == "..";
  });
}

absl::Status CheckFormat(absl::string_view what, int version, int newest,
                         int oldest, const std::string& path) {
  if (version >= oldest && version <= newest) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat(path, ": its ", what, " has format ", version,
                   "; this build reads ", oldest, " to ", newest, ": use ",
                   version > newest ? "a newer" : "an older", " build"));
}

}  // namespace

std::string BackupRecordPath(const std::string& directory, int64_t id) {
  return absl::StrCat(directory, "/", id, kSuffix);
}
std::string BackupDatabasePath(const std::string& directory) {
  return directory + "/db";
}
std::string BackupFilesPath(const std::string& directory) {
  return directory + "/files";
}
std::string DatabaseListPath(const std::string& directory, int64_t id) {
  return absl::StrCat(BackupDatabasePath(directory), "/meta/", id);
}

absl::StatusOr<std::vector<int64_t>> BackupIds(const std::string& directory) {
  std::vector<int64_t> ids;
  std::error_code error;
  fs::directory_iterator entry(directory, error);
  if (error == std::errc::no_such_file_or_directory) return ids;
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    int64_t id = 0;
    if (absl::EndsWith(name, kSuffix) &&
        absl::SimpleAtoi(absl::StripSuffix(name, kSuffix), &id) && id > 0) {
      ids.push_back(id);
    }
  }
  if (error) {
    return absl::ErrnoToStatus(error.value(),
                               absl::StrCat("cannot list ", directory));
  }
  std::sort(ids.begin(), ids.end());
  return ids;
}

absl::StatusOr<Backup> DecodeBackup(const std::string& sealed,
                                    const std::string& path) {
  const std::optional<absl::string_view> bytes = Unseal(sealed);
  storage::v1::BackupRecord record;
  if (!bytes || bytes->size() > std::numeric_limits<int32_t>::max() ||
      !record.ParseFromArray(bytes->data(), static_cast<int>(bytes->size()))) {
    return absl::DataLossError(
        absl::StrCat(path, " does not have its checksum"));
  }
  RETURN_IF_ERROR(CheckFormat("record", record.format_version(),
                              kBackupFormatVersion, kOldestBackupFormatVersion,
                              path));
  RETURN_IF_ERROR(CheckFormat("data", record.data_format_version(),
                              RocksDatabase::kFormatVersion,
                              RocksDatabase::kOldestFormatVersion, path));
  Backup backup;
  backup.id = record.id();
  backup.create_time = FromMicros(record.create_time_us());
  backup.data_format_version = record.data_format_version();
  backup.database_bytes = record.database_bytes();
  backup.num_database_files = record.num_database_files();
  backup.database_list_sha256 = record.database_list_sha256();
  for (const storage::v1::BackupFile& file : record.model_files()) {
    if (!IsInside(file.path()) || !IsSha256(file.sha256())) {
      return absl::DataLossError(
          absl::StrCat(path, " names a file ", file.path()));
    }
    backup.model_files.push_back(
        {file.path(), file.size_bytes(), file.sha256()});
  }
  return backup;
}

absl::StatusOr<Backup> ReadBackup(const std::string& directory, int64_t id) {
  const std::string path = BackupRecordPath(directory, id);
  const absl::StatusOr<std::string> sealed = ReadFile(path);
  if (absl::IsNotFound(sealed.status())) {
    return absl::NotFoundError(
        absl::StrCat("there is no backup ", id, " in ", directory));
  }
  RETURN_IF_ERROR(sealed.status());
  ASSIGN_OR_RETURN(Backup backup, DecodeBackup(*sealed, path));
  if (backup.id == id) return backup;
  return absl::DataLossError(absl::StrCat(path, " is of backup ", backup.id));
}

absl::Status WriteBackup(const std::string& directory, const Backup& backup) {
  storage::v1::BackupRecord record;
  record.set_format_version(kBackupFormatVersion);
  record.set_id(backup.id);
  record.set_create_time_us(ToMicros(backup.create_time));
  record.set_data_format_version(backup.data_format_version);
  record.set_database_bytes(backup.database_bytes);
  record.set_num_database_files(backup.num_database_files);
  record.set_database_list_sha256(backup.database_list_sha256);
  for (const BackupFile& file : backup.model_files) {
    storage::v1::BackupFile* line = record.add_model_files();
    line->set_path(file.path);
    line->set_size_bytes(file.size_bytes);
    line->set_sha256(file.sha256);
  }
  const std::string path = BackupRecordPath(directory, backup.id);
  const std::string temporary = path + ".writing";
  RETURN_IF_ERROR(WriteFileSynced(temporary, Seal(record.SerializeAsString())));
  return RenameSynced(temporary, path);
}

}  // namespace evenlight
