// The model directory's files in a backup directory: each content once, under
// its SHA-256, so that what did not change is not copied again.

#ifndef EVENLIGHT_STORAGE_BACKUP_FILES_H_
#define EVENLIGHT_STORAGE_BACKUP_FILES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/backup_record.h"

namespace evenlight {

// Copies what `model_dir` holds, without locks and what is being published, to
// `files`, and returns what there was. A missing `model_dir` is an empty one.
// Models may be published meanwhile: a version is taken whole or not at all.
//
// `admit` says whether to go on: it is asked before each file with 0, and
// before each that is written with its bytes, where it may wait to keep to a
// rate.
//
// CANCELLED: it said no.
absl::StatusOr<std::vector<BackupFile>> KeepModelFiles(
    const std::string& model_dir, const std::string& files,
    absl::FunctionRef<bool(int64_t)> admit);

// Writes them to `model_dir`, synced.
//
// DATA_LOSS: one is missing or damaged; the message names it.
absl::Status RestoreModelFiles(const std::vector<BackupFile>& kept,
                               const std::string& files,
                               const std::string& model_dir);

// DATA_LOSS: the content is missing or damaged; the message names it.
absl::Status CheckKeptFile(const BackupFile& file, const std::string& files);

// Deletes the contents in `files` that none of `backups` has.
absl::Status DeleteUnusedFiles(const std::vector<Backup>& backups,
                               const std::string& files);

}  // namespace evenlight

#endif  // EVENLIGHT_STORAGE_BACKUP_FILES_H_
