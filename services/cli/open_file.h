// Opens the file that a subcommand was given.

#ifndef EVENLIGHT_SERVICES_CLI_OPEN_FILE_H_
#define EVENLIGHT_SERVICES_CLI_OPEN_FILE_H_

#include <fstream>
#include <string>

#include "absl/status/statusor.h"

namespace evenlight {

// NOT_FOUND: the file cannot be opened; the message names it.
absl::StatusOr<std::ifstream> OpenFile(const std::string& path);

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_CLI_OPEN_FILE_H_
