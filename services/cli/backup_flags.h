// The flags of `evenlight backup`, `restore` and `verify`. Only main.cc
// includes it, as flags.h.

#ifndef EVENLIGHT_SERVICES_CLI_BACKUP_FLAGS_H_
#define EVENLIGHT_SERVICES_CLI_BACKUP_FLAGS_H_

#include <functional>
#include <memory>

#include "services/cli/backup.h"
#include "services/cli/flags.h"
#include "services/cli/verify.h"

namespace evenlight {

// What the command line says of them.
struct BackupLine {
  OfflineBackupOptions backup;
  RestoreOptions restore;
  VerifyOptions verify;
};

inline void AddBackup(CLI::App* app, BackupLine* line,
                      std::function<std::unique_ptr<Client>()> open,
                      std::function<int(const Console&)>* run) {
  CLI::App* sub =
      Sub(app, "backup", "Back up the data and the models of all tenants",
          "Asks the running server, which makes the backup in the "
          "backup.directory of its\nconfiguration while it serves. With "
          "--data_dir: of a stopped server, here.\nBackups in one directory "
          "share what did not change; each is whole by itself.\n"
          "Example: evenlight backup\n"
          "Example: evenlight backup --data_dir data/db --model_dir "
          "data/models --to /backup/evenlight --keep 14\n"
          "Cron:    40 2 * * * evenlight --json backup "
          ">>/var/log/evenlight-backup.log 2>&1");
  OfflineBackupOptions* backup = &line->backup;
  CLI::Option* data = sub->add_option("--data_dir", backup->data_dir,
                                      "The database of a stopped server");
  CLI::Option* to =
      sub->add_option("--to", backup->to, "The directory of all backups")
          ->needs(data);
  data->needs(to);
  sub->add_option("--model_dir", backup->model_dir, "Its models")->needs(data);
  sub->add_option("--keep", backup->keep,
                  "Backups to keep, this one counted; default 7")
      ->check(CLI::Range(1, 1000))
      ->needs(data);
  sub->add_option("--max_mib_per_second", backup->max_mib_per_second,
                  "Default: as fast as it can")
      ->check(CLI::Range(1, 100'000))
      ->needs(data);
  sub->callback([line, open = std::move(open), run] {
    *run = [line, open](const Console& console) {
      return line->backup.data_dir.empty()
                 ? BackUpServer(open().get(), console)
                 : BackUpDirectory(line->backup, console);
    };
  });
}

inline void AddRestore(CLI::App* app, BackupLine* line,
                       std::function<int(const Console&)>* run) {
  CLI::App* sub = Sub(
      app, "restore", "Write a backup to a new directory, to be served",
      "Checks every byte that it copies. All is there at the end, or nothing.\n"
      "Example: evenlight restore --from /backup/evenlight --to restored");
  sub->add_option("--from", line->restore.from, "The directory of all backups")
      ->required();
  sub->add_option("--to", line->restore.to,
                  "Missing or empty; gets `db` and `models`")
      ->required();
  sub->add_option("--id", line->restore.id, "Which; default the newest")
      ->check(CLI::PositiveNumber);
  sub->callback([line, run] {
    *run = [line](const Console& console) {
      return Restore(line->restore, console);
    };
  });
}

inline void AddVerify(CLI::App* app, BackupLine* line,
                      std::function<int(const Console&)>* run) {
  CLI::App* sub =
      Sub(app, "verify",
          "Read every byte of a data, backup or model directory; change none",
          "Of data: the checksum of every block, every key and record, the log "
          "against its\nindexes, sequences without gaps, and every learner's "
          "state against a refold of the\nlog. A line per finding says what, "
          "where, what to do, and whether the service\nsurvives it. A data "
          "directory must not be held by a server.\n"
          "Exit codes: 0 nothing found, 1 findings, 2 usage.\n"
          "Example: evenlight verify /backup/evenlight\n"
          "Example: evenlight verify data/db --model_dir data/models");
  sub->add_option("directory", line->verify.directory,
                  "What `restore` made, a data, backup or model directory")
      ->required();
  sub->add_option("--model_dir", line->verify.model_dir,
                  "The models that made the states; default `models` beside "
                  "the data directory");
  sub->callback([line, run] {
    *run = [line](const Console& console) {
      return Verify(line->verify, console);
    };
  });
}

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_CLI_BACKUP_FLAGS_H_
