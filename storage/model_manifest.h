// MANIFEST of a model version: which files it has and their checksums, under a
// checksum of its own. The bytes are those of evenlight.storage.v1
// .ModelManifest behind one line with their SHA-256.

#ifndef EVENLIGHT_STORAGE_MODEL_MANIFEST_H_
#define EVENLIGHT_STORAGE_MODEL_MANIFEST_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/ids.h"
#include "storage/model_directory.h"

namespace evenlight {

// What this build writes, and the oldest that it reads.
inline constexpr int kManifestFormatVersion = 2;
inline constexpr int kOldestManifestFormatVersion = 1;

inline constexpr char kManifestName[] = "MANIFEST";

struct ManifestFile {
  std::string name;
  int64_t size_bytes = 0;
  std::string sha256;
};

struct Manifest {
  ModelVersionSummary summary;
  std::vector<ManifestFile> files;
};

std::string EncodeManifest(const TenantId& tenant,
                           const ModelVersionSummary& summary,
                           const ModelFiles& files);

// `path` is for messages.
//
// DATA_LOSS: the bytes are damaged.
// FAILED_PRECONDITION: the format is newer or too old, or the tenant another.
absl::StatusOr<Manifest> DecodeManifest(absl::string_view bytes,
                                        const TenantId& tenant,
                                        const std::string& path);

// DATA_LOSS: `bytes` are not what `file` says; the message names `path`.
absl::Status VerifyFile(const ManifestFile& file, absl::string_view bytes,
                        const std::string& path);

// True for a plain name that is neither hidden nor one of our own.
bool IsModelFileName(absl::string_view name);

}  // namespace evenlight

#endif  // EVENLIGHT_STORAGE_MODEL_MANIFEST_H_
