// The data of a tenant for a job that reads all of it: a checkpoint that the
// server makes, or the directory of a server that is stopped.

#ifndef EVENLIGHT_SERVICES_CLI_OFFLINE_DATABASE_H_
#define EVENLIGHT_SERVICES_CLI_OFFLINE_DATABASE_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "services/cli/client.h"
#include "services/cli/console.h"
#include "storage/database.h"

namespace evenlight {

// Removes its checkpoint, if it asked for one, when it is destroyed.
class OfflineDatabase {
 public:
  // `data_dir` empty: asks the server of `tenant`, on whose machine this runs.
  //
  // NOT_FOUND: there is no database in `data_dir`.
  // FAILED_PRECONDITION: a server holds it.
  // Otherwise what the server or the disk says.
  static absl::StatusOr<std::unique_ptr<OfflineDatabase>> Open(
      const std::string& data_dir, const std::string& tenant,
      const Connect& connect, const Console& console);

  ~OfflineDatabase();
  OfflineDatabase(const OfflineDatabase&) = delete;
  OfflineDatabase& operator=(const OfflineDatabase&) = delete;

  Database* database() const { return database_.get(); }

  // Where the server looks for models; empty if none was asked.
  const std::string& model_dir() const { return model_dir_; }

 private:
  OfflineDatabase() = default;

  absl::Status OpenCheckpoint(const std::string& tenant, const Connect& connect,
                              const Console& console);
  absl::Status OpenDirectory(const std::string& data_dir);

  std::string checkpoint_;  // Empty: the user's own directory.
  std::string model_dir_;
  std::unique_ptr<Database> database_;
};

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_CLI_OFFLINE_DATABASE_H_
