// The model versions of one tenant on disk: `<model_dir>/<tenant>/<version>/`,
// each a set of files under a MANIFEST with their checksums.
//
// It publishes, lists and verifies bytes; what they mean is
// recommender/models/model_set_io.h, which version serves is
// recommender/lifecycle.

#ifndef EVENLIGHT_STORAGE_MODEL_DIRECTORY_H_
#define EVENLIGHT_STORAGE_MODEL_DIRECTORY_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "core/ids.h"

namespace evenlight {

// Contents by file name. Names have no slash.
using ModelFiles = std::map<std::string, std::string>;

// What a version says of itself.
struct ModelVersionSummary {
  int64_t version = 0;
  absl::Time publish_time = absl::UnixEpoch();  // Of the directory.
  absl::Time data_time = absl::UnixEpoch();     // Newest event trained on.
  int64_t num_events = 0;
  // Commit sequence of the last event trained on: it was trained on those until
  // then, whatever their times. 0: not known.
  int64_t last_sequence = 0;
  int64_t seed = 0;
  // The vector target it was trained with, for example `AVX3`: files are equal
  // to the byte only between runs with the same one.
  std::string vector_target;
  absl::Status status;  // Of the MANIFEST only; the files are not read.
};

// The sole right to publish for one tenant, until destroyed. One thread.
class TrainLock {
 public:
  explicit TrainLock(int descriptor) : descriptor_(descriptor) {}
  ~TrainLock();
  TrainLock(const TrainLock&) = delete;
  TrainLock& operator=(const TrainLock&) = delete;

 private:
  const int descriptor_;
};

inline constexpr int kMaxRefusedReports = 10;

// The tenants that have a directory in `model_dir`, in order.
std::vector<TenantId> TenantsWithModels(const std::string& model_dir);

// Thread-safe; other processes may publish meanwhile.
class ModelDirectory {
 public:
  // Nothing is made until the first Publish() or Pin().
  ModelDirectory(std::string model_dir, TenantId tenant);

  // `<model_dir>/<tenant>`.
  const std::string& path() const { return path_; }

  // Takes the lock that one trainer per tenant holds; the kernel frees it when
  // the process ends, however it ends.
  //
  // UNAVAILABLE: another process holds it.
  absl::StatusOr<std::unique_ptr<TrainLock>> Lock() const;

  // Writes a version greater than any other and returns its number: to a
  // temporary directory, synced, then renamed. A kill at any moment leaves the
  // earlier versions whole. `report` goes to report/, outside the checksums.
  // Deletes temporary directories that a killed trainer left; the caller holds
  // Lock().
  absl::StatusOr<int64_t> Publish(const ModelFiles& files,
                                  const ModelFiles& report,
                                  const ModelVersionSummary& summary) const;

  // Keeps the report of a run that published nothing as
  // `<path>/refused/<number>.json`, numbered upwards, and deletes all but the
  // last `kMaxRefusedReports`. The caller holds Lock().
  absl::Status KeepRefused(absl::string_view report) const;

  // All versions, newest first; also those with a broken MANIFEST. Empty if
  // nothing was published.
  absl::StatusOr<std::vector<ModelVersionSummary>> List() const;

  // Reads a version and verifies every file against the MANIFEST.
  //
  // NOT_FOUND: there is no such version.
  // DATA_LOSS: a file is missing or damaged; the message names it.
  // FAILED_PRECONDITION: the format is newer, or the tenant another.
  absl::StatusOr<ModelFiles> Load(int64_t version) const;

  // The version that the operator chose to serve; nullopt: the newest.
  absl::StatusOr<std::optional<int64_t>> Pinned() const;

  // Sets or lifts the pin, atomically and durably.
  absl::Status Pin(std::optional<int64_t> version) const;

 private:
  const std::string path_;
  const TenantId tenant_;
};

}  // namespace evenlight

#endif  // EVENLIGHT_STORAGE_MODEL_DIRECTORY_H_
