// Bytes behind one line with their SHA-256, as small files have that say what
// other files must be: `tail -c +66 FILE | sha256sum` agrees with the line.

#ifndef EVENLIGHT_STORAGE_SEALED_BYTES_H_
#define EVENLIGHT_STORAGE_SEALED_BYTES_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace evenlight {

std::string Seal(absl::string_view bytes);

// What Seal() was given, as a view into `sealed`; nullopt if a byte changed.
std::optional<absl::string_view> Unseal(absl::string_view sealed);

}  // namespace evenlight

#endif  // EVENLIGHT_STORAGE_SEALED_BYTES_H_
