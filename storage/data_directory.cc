#include "storage/data_directory.h"

#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "core/clock.h"
#include "evenlight/storage/v1/records.pb.h"
#include "storage/rocks_database.h"

namespace evenlight {

absl::StatusOr<int> CheckFormat(const std::string& directory,
                                absl::string_view bytes) {
  storage::v1::FormatRecord format;
  if (!format.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return absl::DataLossError(
        absl::StrCat("format record of ", directory, " does not parse"));
  }
  if (format.format_version() > RocksDatabase::kFormatVersion) {
    return absl::FailedPreconditionError(
        absl::StrCat("data directory ", directory, " has format ",
                     format.format_version(), "; this build reads up to ",
                     RocksDatabase::kFormatVersion, ": use a newer build"));
  }
  if (format.format_version() < RocksDatabase::kOldestFormatVersion) {
    return absl::FailedPreconditionError(absl::StrCat(
        "data directory ", directory, " has format ", format.format_version(),
        "; this build reads from ", RocksDatabase::kOldestFormatVersion,
        " on: open it with an older build first"));
  }
  return format.format_version();
}

std::string NewFormatBytes() {
  storage::v1::FormatRecord format;
  format.set_format_version(RocksDatabase::kFormatVersion);
  format.set_create_time_us(absl::ToUnixMicros(SystemClock().Now()));
  return format.SerializeAsString();
}

std::string UpgradedFormatBytes(absl::string_view bytes) {
  storage::v1::FormatRecord format;
  format.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
  format.set_format_version(RocksDatabase::kFormatVersion);
  return format.SerializeAsString();
}

bool HasDatabase(const std::string& directory) {
  std::error_code ignored;
  return std::filesystem::exists(directory + "/CURRENT", ignored);
}

absl::Status CheckNoOrphans(const std::string& directory) {
  std::error_code ignored;
  for (const auto& file :
       std::filesystem::directory_iterator(directory, ignored)) {
    const std::string extension = file.path().extension().string();
    if (extension == ".sst" || extension == ".log") {
      return absl::DataLossError(absl::StrCat(
          "data directory ", directory, " holds ",
          file.path().filename().string(), " but its file CURRENT is missing"));
    }
  }
  return absl::OkStatus();
}

}  // namespace evenlight
