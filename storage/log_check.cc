#include "storage/log_check.h"

#include <rocksdb/file_checksum.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "core/status_macros.h"
#include "storage/durable_file.h"

namespace evenlight {
namespace {

constexpr uint64_t kBlockBytes = 32'768;
constexpr uint64_t kHeaderBytes = 7;  // Checksum 4, size 2, type 1.
// Of a record with all of a commit, and of one with its first part.
constexpr uint8_t kFull = 1;
constexpr uint8_t kFirst = 2;
constexpr uint8_t kLast = 4;  // And 3, a part between.

uint8_t ByteAt(absl::string_view bytes, uint64_t place) {
  return static_cast<uint8_t>(bytes[place]);
}

uint32_t LittleEndian(absl::string_view bytes) {
  uint32_t number = 0;
  for (size_t place = bytes.size(); place > 0; --place) {
    number = number << 8 | ByteAt(bytes, place - 1);
  }
  return number;
}

uint32_t Crc32c(absl::string_view bytes) {
  const std::unique_ptr<rocksdb::FileChecksumGenerator> generator =
      rocksdb::GetFileChecksumGenCrc32cFactory()->CreateFileChecksumGenerator(
          {});
  generator->Update(bytes.data(), bytes.size());
  generator->Finalize();
  uint32_t crc = 0;  // Given with the greatest byte first.
  for (const char byte : generator->GetChecksum()) {
    crc = crc << 8 | static_cast<uint8_t>(byte);
  }
  return crc;
}

// As the log stores it: so that a checksum over bytes that hold checksums stays
// a good one.
uint32_t Masked(uint32_t crc) { return (crc >> 15 | crc << 17) + 0xa282ead8u; }

// The size of the whole record that begins at `place`, 0 if none does.
uint64_t RecordBytesAt(absl::string_view bytes, uint64_t place) {
  const uint64_t block_end = (place / kBlockBytes + 1) * kBlockBytes;
  if (place + kHeaderBytes > bytes.size()) return 0;
  const uint64_t size = kHeaderBytes + LittleEndian(bytes.substr(place + 4, 2));
  const uint8_t type = ByteAt(bytes, place + 6);
  if (type < kFull || type > kLast || place + size > block_end ||
      place + size > bytes.size()) {
    return 0;
  }
  const absl::string_view checked = bytes.substr(place + 6, size - 6);
  return Masked(Crc32c(checked)) == LittleEndian(bytes.substr(place, 4)) ? size
                                                                         : 0;
}

bool BeginsCommit(absl::string_view bytes, uint64_t place) {
  if (place + kHeaderBytes > bytes.size()) return false;
  const uint8_t type = ByteAt(bytes, place + 6);
  return (type == kFull || type == kFirst) &&
         RecordBytesAt(bytes, place) > kHeaderBytes;
}

absl::Status CheckLog(const std::string& path) {
  ASSIGN_OR_RETURN(const std::string bytes, ReadFile(path));
  const LogEnd end = FindLogEnd(bytes);
  if (!end.later_commit.has_value()) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat(
      "log ", path, " is damaged at byte ", end.num_sound_bytes,
      ", and commits that were acknowledged follow from byte ",
      *end.later_commit, " on: restore a backup or, to go on without them, ",
      "`truncate -s ", end.num_sound_bytes, " ", path,
      "` and remove the logs with greater numbers"));
}

bool HasTables(const std::string& directory) {
  std::error_code error;
  for (const auto& entry :
       std::filesystem::directory_iterator(directory, error)) {
    if (entry.path().extension() == ".sst") return true;
  }
  return false;
}

}  // namespace

LogEnd FindLogEnd(absl::string_view bytes) {
  LogEnd end;
  uint64_t place = 0;
  while (place < bytes.size()) {
    const uint64_t left = kBlockBytes - place % kBlockBytes;
    if (left < kHeaderBytes) {  // Filled up: no record begins here.
      place += left;
      continue;
    }
    const uint64_t size = RecordBytesAt(bytes, place);
    if (size == 0) break;
    place += size;
  }
  end.num_sound_bytes = std::min<uint64_t>(place, bytes.size());
  // A damaged size hides where the next record begins: look everywhere.
  for (place = end.num_sound_bytes + 1; place < bytes.size(); ++place) {
    if (!BeginsCommit(bytes, place)) continue;
    end.later_commit = place;
    break;
  }
  return end;
}

absl::Status CheckLogs(const std::string& directory) {
  std::error_code error;
  std::filesystem::directory_iterator entry(directory, error);
  for (; !error && entry != std::filesystem::directory_iterator();
       entry.increment(error)) {
    if (entry->path().extension() != ".log") continue;
    const absl::Status status = CheckLog(entry->path().string());
    // The process that holds the directory may just have removed it.
    if (!absl::IsNotFound(status)) RETURN_IF_ERROR(status);
  }
  if (!error) return absl::OkStatus();
  return absl::ErrnoToStatus(error.value(),
                             absl::StrCat("cannot list ", directory));
}

absl::StatusOr<std::optional<TornManifest>> FindTornManifest(
    const std::string& directory) {
  const absl::StatusOr<std::string> current =
      ReadFile(absl::StrCat(directory, "/CURRENT"));
  if (!current.ok()) return std::nullopt;
  const std::string path =
      absl::StrCat(directory, "/", absl::StripSuffix(*current, "\n"));
  const absl::StatusOr<std::string> bytes = ReadFile(path);
  if (!bytes.ok()) return std::nullopt;
  const LogEnd end = FindLogEnd(*bytes);
  if (end.num_sound_bytes == 0 || end.num_sound_bytes == bytes->size() ||
      end.later_commit.has_value()) {
    return std::nullopt;
  }
  // What was written last is the lesser part of it once there are tables: with
  // less than half RocksDB may open, and hold next to nothing.
  // Zeros behind the end are room that the file system made.
  const uint64_t size = bytes->find_last_not_of('\0') + 1;
  if (HasTables(directory) && 2 * end.num_sound_bytes < size) {
    return absl::DataLossError(absl::StrCat(path, " is damaged at byte ",
                                            end.num_sound_bytes,
                                            ": restore a backup"));
  }
  return TornManifest{path, end.num_sound_bytes};
}

}  // namespace evenlight
