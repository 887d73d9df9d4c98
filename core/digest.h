// SHA-256, as sha256sum prints it.

#ifndef EVENLIGHT_CORE_DIGEST_H_
#define EVENLIGHT_CORE_DIGEST_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace evenlight {

// 64 lower-case hexadecimal digits.
std::string Sha256Hex(absl::string_view bytes);

// Of a file's content, read in pieces.
//
// NOT_FOUND, PERMISSION_DENIED: the file cannot be opened; the message names
// it.
absl::StatusOr<std::string> Sha256HexOfFile(const std::string& path);

}  // namespace evenlight

#endif  // EVENLIGHT_CORE_DIGEST_H_
