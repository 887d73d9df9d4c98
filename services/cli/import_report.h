// What became of the rows of an import.

#ifndef EVENLIGHT_SERVICES_CLI_IMPORT_REPORT_H_
#define EVENLIGHT_SERVICES_CLI_IMPORT_REPORT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "core/log.h"
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

// Writes the refused rows to the file that `options` name, as CSV with the
// columns line, reason, row; removes an older one if there are none.
//
// UNAVAILABLE: the file cannot be written.
absl::Status WriteRefused(const ImportOptions& options, ImportReport* report);

// Ends an import: writes the refused rows, prints the figures, and returns the
// exit code. `status` is what stopped the import, if anything did.
int FinishImport(const ImportOptions& options, const absl::Status& status,
                 ImportReport* report, const Console& console);

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_CLI_IMPORT_REPORT_H_
