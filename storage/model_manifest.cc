#include "storage/model_manifest.h"

#include <limits>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/digest.h"
#include "core/status_macros.h"
#include "evenlight/storage/v1/model_records.pb.h"
#include "storage/keys.h"
#include "storage/sealed_bytes.h"

namespace evenlight {
namespace {

absl::Status CheckFormatAndTenant(const storage::v1::ModelManifest& record,
                                  const TenantId& tenant,
                                  const std::string& path) {
  if (record.format_version() > kManifestFormatVersion) {
    return absl::FailedPreconditionError(
        absl::StrCat(path, " has format ", record.format_version(),
                     "; this build reads up to ", kManifestFormatVersion));
  }
  if (record.format_version() < kOldestManifestFormatVersion) {
    return absl::FailedPreconditionError(absl::StrCat(
        path, " has format ", record.format_version(), "; this build reads ",
        kOldestManifestFormatVersion, " and later: train anew"));
  }
  if (record.tenant() != tenant) {
    return absl::FailedPreconditionError(absl::StrCat(
        path, " is of tenant ", record.tenant(), ", not ", tenant));
  }
  return absl::OkStatus();
}

}  // namespace

std::string EncodeManifest(const TenantId& tenant,
                           const ModelVersionSummary& summary,
                           const ModelFiles& files) {
  storage::v1::ModelManifest record;
  record.set_format_version(kManifestFormatVersion);
  record.set_tenant(tenant);
  record.set_version(summary.version);
  record.set_data_time_us(ToMicros(summary.data_time));
  record.set_num_events(summary.num_events);
  record.set_last_sequence(summary.last_sequence);
  record.set_seed(summary.seed);
  record.set_vector_target(summary.vector_target);
  for (const auto& [name, bytes] : files) {
    storage::v1::ModelFile* file = record.add_files();
    file->set_name(name);
    file->set_size_bytes(static_cast<int64_t>(bytes.size()));
    file->set_sha256(Sha256Hex(bytes));
  }
  return Seal(record.SerializeAsString());
}

absl::StatusOr<Manifest> DecodeManifest(absl::string_view sealed,
                                        const TenantId& tenant,
                                        const std::string& path) {
  const std::optional<absl::string_view> bytes = Unseal(sealed);
  if (!bytes) {
    return absl::DataLossError(
        absl::StrCat(path, " does not have its checksum"));
  }
  storage::v1::ModelManifest record;
  if (bytes->size() > std::numeric_limits<int32_t>::max() ||
      !record.ParseFromArray(bytes->data(), static_cast<int>(bytes->size()))) {
    return absl::DataLossError(absl::StrCat(path, " does not parse"));
  }
  RETURN_IF_ERROR(CheckFormatAndTenant(record, tenant, path));
  Manifest manifest;
  manifest.summary.version = record.version();
  manifest.summary.data_time = FromMicros(record.data_time_us());
  manifest.summary.num_events = record.num_events();
  manifest.summary.vector_target = record.vector_target();
  manifest.summary.last_sequence = record.last_sequence();
  manifest.summary.seed = record.seed();
  for (const storage::v1::ModelFile& file : record.files()) {
    if (!IsModelFileName(file.name())) {
      return absl::DataLossError(
          absl::StrCat(path, " names a file ", file.name()));
    }
    manifest.files.push_back({file.name(), file.size_bytes(), file.sha256()});
  }
  return manifest;
}

absl::Status VerifyFile(const ManifestFile& file, absl::string_view bytes,
                        const std::string& path) {
  if (static_cast<int64_t>(bytes.size()) != file.size_bytes) {
    return absl::DataLossError(absl::StrCat(
        path, " has ", bytes.size(), " bytes instead of ", file.size_bytes));
  }
  if (Sha256Hex(bytes) != file.sha256) {
    return absl::DataLossError(
        absl::StrCat(path, " does not have its checksum"));
  }
  return absl::OkStatus();
}

bool IsModelFileName(absl::string_view name) {
  return !name.empty() && name[0] != '.' && name != kManifestName &&
         name != "report" && !absl::StrContains(name, '/') &&
         name.find('\0') == absl::string_view::npos;
}

}  // namespace evenlight
