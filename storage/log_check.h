// Tells a torn end of RocksDB's log from damage within it.
//
// RocksDB replays its log up to the first record that is not whole and drops
// the rest. After a power cut that is right: only what was never acknowledged
// is behind it. Where a byte within the log rotted it would drop acknowledged
// commits in silence.

#ifndef EVENLIGHT_STORAGE_LOG_CHECK_H_
#define EVENLIGHT_STORAGE_LOG_CHECK_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace evenlight {

// Where in one log file, given as its bytes, whole records end, and whether a
// later commit follows.
struct LogEnd {
  uint64_t num_sound_bytes = 0;  // Before the first record that is not whole.
  // Where a whole record begins behind that which is the first of its commit.
  std::optional<uint64_t> later_commit;
};

// Reads the format of RocksDB's log and of its MANIFEST (Facebook, "Write Ahead
// Log File Format"): blocks of 32 KiB; records of checksum, size, type and
// bytes.
LogEnd FindLogEnd(absl::string_view bytes);

// OK if no log in `directory` has a commit behind a record that is not whole.
// Every commit is synced before the next is written, so such a record was
// acknowledged once, and no power cut did it.
//
// DATA_LOSS: there is one; the message names the file, the place and what to
// do. Other errors are those of reading.
absl::Status CheckLogs(const std::string& directory);

// Where the MANIFEST that is current in `directory` has to be cut so that
// RocksDB, which refuses one with a garbled end, opens it.
struct TornManifest {
  std::string path;
  uint64_t num_sound_bytes = 0;
};

// nullopt if its end is whole; and if something whole follows behind what is
// not, as then more than the end is damaged and RocksDB must say so.
//
// DATA_LOSS: there are tables, and more than half of it is not whole, which no
// power cut does.
absl::StatusOr<std::optional<TornManifest>> FindTornManifest(
    const std::string& directory);

}  // namespace evenlight

#endif  // EVENLIGHT_STORAGE_LOG_CHECK_H_
