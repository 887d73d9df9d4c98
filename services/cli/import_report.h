// What became of the rows of an import.

#ifndef EVENLIGHT_SERVICES_CLI_IMPORT_REPORT_H_
#define EVENLIGHT_SERVICES_CLI_IMPORT_REPORT_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "core/log.h"
#include "services/cli/client.h"
#include "services/cli/console.h"
#include "services/cli/import.h"
#include "services/interop/line_reader.h"

namespace evenlight {

struct ImportReport {
  int64_t num_accepted = 0;
  int64_t num_duplicate = 0;  // Known before, with the same content.
  std::vector<RefusedRow> refused;
  std::vector<LogField> more;  // Figures of one format.
};

// Sends what the file says and fills the report; an error stops the import.
using SendFile = std::function<absl::Status(Client*, ImportReport*)>;

// Runs an import: calls `send` with a client that retries, prints the figures
// and returns the exit code. Refused rows, if there are any, are written to the
// file that `options` name, as CSV with the columns line, reason, row. If there
// are none, the file of an earlier import is removed, but only from its default
// place: what the user named is never deleted.
//
// kExitUsage, before anything is done: refused rows would go to the input.
int RunImport(const ImportOptions& options, Client* client,
              const Console& console, const SendFile& send);

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_CLI_IMPORT_REPORT_H_
