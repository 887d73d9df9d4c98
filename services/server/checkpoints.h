// Read-only copies of the live database for training and backup, beside its
// directory, each deleted after a day.

#ifndef EVENLIGHT_SERVICES_SERVER_CHECKPOINTS_H_
#define EVENLIGHT_SERVICES_SERVER_CHECKPOINTS_H_

#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/clock.h"
#include "core/mutex.h"
#include "services/server/name_maker.h"
#include "storage/database.h"

namespace evenlight {

inline constexpr absl::Duration kCheckpointLife = absl::Hours(24);

struct Checkpoint {
  std::string directory;  // Absolute.
  absl::Time expire_time;
};

// Thread-safe.
class Checkpoints {
 public:
  // All outlive it. Copies go to `<data_dir>_checkpoints/`, on the filesystem
  // of the database, so that they share its files.
  Checkpoints(Database* database, const std::string& data_dir,
              const Clock* clock, NameMaker* names);

  // Makes a copy, after deleting those that are too old.
  //
  // UNAVAILABLE: the disk refused.
  absl::StatusOr<Checkpoint> Create() ABSL_LOCKS_EXCLUDED(mu_);

  // Deletes copies that are older than kCheckpointLife. Nothing else in the
  // directory is touched.
  void DeleteExpired() ABSL_LOCKS_EXCLUDED(mu_);

 private:
  void DeleteExpiredLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  Database& database_;
  const std::string directory_;
  const Clock& clock_;
  NameMaker& names_;
  Mutex mu_;  // One copy or deletion at a time, over its I/O: they are rare.
};

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_SERVER_CHECKPOINTS_H_
