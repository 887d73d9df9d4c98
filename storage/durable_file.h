// Files that survive a power cut: when a call here returns OK, what it did is
// on the disk. All errors are those of errno and name the path.

#ifndef EVENLIGHT_STORAGE_DURABLE_FILE_H_
#define EVENLIGHT_STORAGE_DURABLE_FILE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace evenlight {

// Makes or replaces the file's content. A kill may leave a part of it; the name
// is durable only after SyncDirectory() of its directory.
absl::Status WriteFileSynced(const std::string& path, absl::string_view bytes);

// The whole content.
//
// NOT_FOUND: there is no such file.
absl::StatusOr<std::string> ReadFile(const std::string& path);

// Makes the names in `path` durable.
absl::Status SyncDirectory(const std::string& path);

// Makes `path` and its parents unless they exist.
absl::Status MakeDirectories(const std::string& path);

// Moves `from` to `to` in the same directory, in place of any file there.
// Readers see the old or the new one, whole.
absl::Status RenameSynced(const std::string& from, const std::string& to);

}  // namespace evenlight

#endif  // EVENLIGHT_STORAGE_DURABLE_FILE_H_
