#include "storage/backup_files.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "core/digest.h"
#include "core/status_macros.h"
#include "storage/durable_file.h"

namespace evenlight {
namespace {

namespace fs = std::filesystem;

absl::Status FilesystemStatus(const std::error_code& error,
                              absl::string_view verb, const std::string& path) {
  return absl::ErrnoToStatus(error.value(),
                             absl::StrCat("cannot ", verb, " ", path));
}

std::string KeptPath(const std::string& files, const std::string& sha256) {
  return absl::StrCat(files, "/", sha256);
}

// Of what model_directory.h hides, the pin alone is the operator's word.
bool IsKept(const fs::path& name) {
  return name.string()[0] != '.' || name == ".pin";
}

// The paths below `model_dir`, in order.
absl::StatusOr<std::vector<std::string>> FilesBelow(
    const std::string& model_dir) {
  std::vector<std::string> paths;
  std::error_code error;
  fs::recursive_directory_iterator entry(model_dir, error);
  if (error == std::errc::no_such_file_or_directory) return paths;
  for (; !error && entry != fs::recursive_directory_iterator();
       entry.increment(error)) {
    const fs::path path = entry->path();
    std::error_code ignored;
    if (!IsKept(path.filename())) {
      entry.disable_recursion_pending();
    } else if (entry->is_regular_file(ignored)) {
      paths.push_back(path.lexically_relative(model_dir).string());
    }
  }
  if (error) return FilesystemStatus(error, "list", model_dir);
  std::sort(paths.begin(), paths.end());
  return paths;
}

absl::StatusOr<BackupFile> Keep(const std::string& model_dir,
                                const std::string& path,
                                const std::string& files,
                                absl::FunctionRef<bool(int64_t)> admit) {
  ASSIGN_OR_RETURN(const std::string bytes,
                   ReadFile(absl::StrCat(model_dir, "/", path)));
  BackupFile file = {path, static_cast<int64_t>(bytes.size()),
                     Sha256Hex(bytes)};
  // A damaged content of an earlier backup is mended by the way.
  if (CheckKeptFile(file, files).ok()) return file;
  if (!admit(file.size_bytes)) {
    return absl::CancelledError("the backup was stopped");
  }
  const std::string kept = KeptPath(files, file.sha256);
  const std::string temporary = kept + ".writing";
  RETURN_IF_ERROR(WriteFileSynced(temporary, bytes));
  RETURN_IF_ERROR(RenameSynced(temporary, kept));
  return file;
}

absl::StatusOr<std::string> ReadKept(const BackupFile& file,
                                     const std::string& files) {
  const std::string path = KeptPath(files, file.sha256);
  absl::StatusOr<std::string> bytes = ReadFile(path);
  if (absl::IsNotFound(bytes.status())) {
    return absl::DataLossError(
        absl::StrCat(path, ", of model file ", file.path, ", is missing"));
  }
  RETURN_IF_ERROR(bytes.status());
  if (Sha256Hex(*bytes) == file.sha256) return bytes;
  return absl::DataLossError(absl::StrCat(path, ", of model file ", file.path,
                                          ", does not have its checksum"));
}

}  // namespace

absl::StatusOr<std::vector<BackupFile>> KeepModelFiles(
    const std::string& model_dir, const std::string& files,
    absl::FunctionRef<bool(int64_t)> admit) {
  RETURN_IF_ERROR(MakeDirectories(files));
  ASSIGN_OR_RETURN(const std::vector<std::string> paths, FilesBelow(model_dir));
  std::vector<BackupFile> kept;
  for (const std::string& path : paths) {
    if (!admit(0)) return absl::CancelledError("the backup was stopped");
    absl::StatusOr<BackupFile> file = Keep(model_dir, path, files, admit);
    // A trainer deletes old reports of refused runs meanwhile.
    if (absl::IsNotFound(file.status())) continue;
    RETURN_IF_ERROR(file.status());
    kept.push_back(*std::move(file));
  }
  return kept;
}

absl::Status RestoreModelFiles(const std::vector<BackupFile>& kept,
                               const std::string& files,
                               const std::string& model_dir) {
  RETURN_IF_ERROR(MakeDirectories(model_dir));
  for (const BackupFile& file : kept) {
    ASSIGN_OR_RETURN(const std::string bytes, ReadKept(file, files));
    const std::string path = absl::StrCat(model_dir, "/", file.path);
    const std::string parent = fs::path(path).parent_path().string();
    RETURN_IF_ERROR(MakeDirectories(parent));
    RETURN_IF_ERROR(WriteFileSynced(path, bytes));
    RETURN_IF_ERROR(SyncDirectory(parent));
  }
  return absl::OkStatus();
}

absl::Status CheckKeptFile(const BackupFile& file, const std::string& files) {
  return ReadKept(file, files).status();
}

absl::Status DeleteUnusedFiles(const std::vector<Backup>& backups,
                               const std::string& files) {
  std::set<std::string> used;
  for (const Backup& backup : backups) {
    for (const BackupFile& file : backup.model_files) used.insert(file.sha256);
  }
  std::vector<fs::path> unused;
  std::error_code error;
  for (fs::directory_iterator entry(files, error), end; !error && entry != end;
       entry.increment(error)) {
    if (!used.contains(entry->path().filename().string())) {
      unused.push_back(entry->path());
    }
  }
  for (const fs::path& path : unused) {
    fs::remove(path, error);
    if (error) return FilesystemStatus(error, "remove", path.string());
  }
  return error ? FilesystemStatus(error, "list", files) : absl::OkStatus();
}

}  // namespace evenlight
