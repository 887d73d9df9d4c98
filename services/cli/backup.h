// `evenlight backup` and `evenlight restore`.

#ifndef EVENLIGHT_SERVICES_CLI_BACKUP_H_
#define EVENLIGHT_SERVICES_CLI_BACKUP_H_

#include <cstdint>
#include <string>

#include "absl/time/time.h"
#include "services/cli/client.h"
#include "services/cli/console.h"

namespace evenlight {

// The longest that a server may take for a backup.
inline constexpr absl::Duration kBackupTimeout = absl::Hours(12);

// A backup by a server that is stopped.
struct OfflineBackupOptions {
  std::string data_dir;
  std::string model_dir;  // Empty: none is backed up.
  std::string to;         // The directory of all backups.
  int keep = 7;
  int max_mib_per_second = 0;  // 0: as fast as it can.
};

// Asks the running server, which alone may read its directory.
int BackUpServer(Client* client, const Console& console);

// Takes the lock of the data directory: one that a server holds is refused.
int BackUpDirectory(const OfflineBackupOptions& options,
                    const Console& console);

struct RestoreOptions {
  std::string from;  // The directory of all backups.
  std::string to;    // Missing or empty.
  int64_t id = 0;    // 0: the newest.
};

int Restore(const RestoreOptions& options, const Console& console);

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_CLI_BACKUP_H_
