// `evenlight verify`: reads every byte of a data, backup or model directory and
// says what is wrong, where, and what to do. Changes nothing.

#ifndef EVENLIGHT_SERVICES_CLI_VERIFY_H_
#define EVENLIGHT_SERVICES_CLI_VERIFY_H_

#include <string>

#include "services/cli/console.h"

namespace evenlight {

struct VerifyOptions {
  std::string directory;
  // Of a data directory: refolds states. Empty: `models` beside it, if there.
  std::string model_dir;
};

// Prints a line per finding (of a kind, the first 20) and a summary. Returns 0
// if nothing was found, else 1.
int Verify(const VerifyOptions& options, const Console& console);

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_CLI_VERIFY_H_
