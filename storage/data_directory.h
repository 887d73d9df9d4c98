// What a data directory says of itself before RocksDB is asked: whether it
// holds a database, and in which format.

#ifndef EVENLIGHT_STORAGE_DATA_DIRECTORY_H_
#define EVENLIGHT_STORAGE_DATA_DIRECTORY_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace evenlight {

// The key in `meta` of the directory's format. Stored; do not rename.
inline constexpr char kFormatKey[] = "format";

// The value of a directory that is made now.
std::string NewFormatBytes();

// The version of a directory with this value, which this build may open.
//
// FAILED_PRECONDITION: the format is newer or too old; the message names the
// directory and both versions.
// DATA_LOSS: `bytes` do not parse.
absl::StatusOr<int> CheckFormat(const std::string& directory,
                                absl::string_view bytes);

// What to write in place of `bytes`, which CheckFormat() took, so that no build
// that does not know this format opens the directory any more.
std::string UpgradedFormatBytes(absl::string_view bytes);

bool HasDatabase(const std::string& directory);

// DATA_LOSS: the directory holds data files but has lost CURRENT, which names
// them. RocksDB would begin anew there and delete them as not its own.
absl::Status CheckNoOrphans(const std::string& directory);

}  // namespace evenlight

#endif  // EVENLIGHT_STORAGE_DATA_DIRECTORY_H_
