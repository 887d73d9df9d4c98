#include "services/cli/backup.h"

#include <memory>

#include "absl/strings/str_cat.h"
#include "core/clock.h"
#include "evenlight/v1/admin_service.pb.h"
#include "services/cli/methods.h"
#include "services/cli/text.h"
#include "storage/backup.h"
#include "storage/data_directory.h"
#include "storage/rocks_database.h"

namespace evenlight {
namespace {

absl::StatusOr<std::unique_ptr<RocksDatabase>> OpenOffline(
    const std::string& data_dir) {
  // RocksDB makes what is missing, and a slip of the pen is not a database.
  if (!HasDatabase(data_dir)) {
    return absl::NotFoundError(
        absl::StrCat("there is no database in ", data_dir));
  }
  RocksDatabase::Options options;
  options.directory = data_dir;
  options.keep_format = true;
  absl::StatusOr<std::unique_ptr<RocksDatabase>> database =
      RocksDatabase::Open(options);
  if (!absl::IsFailedPrecondition(database.status())) return database;
  return absl::FailedPreconditionError(absl::StrCat(
      database.status().message(),
      "; `evenlight backup` without --data_dir has the server make a backup"));
}

std::string TextOf(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", time, absl::UTCTimeZone());
}

}  // namespace

int BackUpServer(Client* client, const Console& console) {
  const absl::StatusOr<v1::CreateBackupResponse> made =
      Invoke(client, kCreateBackup, {});
  if (!made.ok()) return console.Fail("backup", made.status());
  console.Figures({{"backup", made->backup()},
                   {"directory", made->directory()},
                   {"created", TextOfTime(made->create_time())},
                   {"new_bytes", made->new_bytes()},
                   {"database_bytes", made->database_bytes()},
                   {"model_files", made->model_files()},
                   {"deleted", made->deleted_backups()}});
  return kExitOk;
}

int BackUpDirectory(const OfflineBackupOptions& options,
                    const Console& console) {
  const auto database = OpenOffline(options.data_dir);
  if (!database.ok()) return console.Fail("backup", database.status());
  BackupOptions backup;
  backup.directory = options.to;
  backup.keep = options.keep;
  backup.max_bytes_per_second = int64_t{options.max_mib_per_second} << 20;
  const absl::StatusOr<NewBackup> made = MakeBackup(
      database->get(), options.model_dir, SystemClock().Now(), backup);
  if (!made.ok()) return console.Fail("backup", made.status());
  console.Figures(
      {{"backup", made->backup.id},
       {"directory", options.to},
       {"created", TextOf(made->backup.create_time)},
       {"new_bytes", made->num_new_bytes},
       {"database_bytes", made->backup.database_bytes},
       {"model_files", static_cast<int64_t>(made->backup.model_files.size())},
       {"deleted", made->num_deleted}});
  return kExitOk;
}

int Restore(const RestoreOptions& options, const Console& console) {
  const absl::StatusOr<Backup> backup =
      RestoreBackup(options.from, options.id, options.to);
  if (!backup.ok()) return console.Fail("restore", backup.status());
  console.Figures(
      {{"backup", backup->id},
       {"created", TextOf(backup->create_time)},
       {"data_dir", RestoredDataPath(options.to)},
       {"model_dir", RestoredModelPath(options.to)},
       {"database_bytes", backup->database_bytes},
       {"model_files", static_cast<int64_t>(backup->model_files.size())}});
  console.err << "serve it: evenlightd --data_dir="
              << RestoredDataPath(options.to)
              << " --model_dir=" << RestoredModelPath(options.to) << std::endl;
  return kExitOk;
}

}  // namespace evenlight
