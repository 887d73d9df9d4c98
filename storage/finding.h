// One fault that a check of a directory found.

#ifndef EVENLIGHT_STORAGE_FINDING_H_
#define EVENLIGHT_STORAGE_FINDING_H_

#include <string>

#include "absl/functional/function_ref.h"

namespace evenlight {

struct Finding {
  std::string where;  // The file, or the family and the key.
  std::string what;
  std::string to_do;
  // The service serves on without wrong answers and without acknowledged events
  // lost; what is named is made anew or left out.
  bool is_survivable = false;
};

// What to do where acknowledged data is gone.
inline constexpr char kRestoreABackup[] =
    "restore the newest backup that verifies; clients send again what came "
    "after it";

using Report = absl::FunctionRef<void(const Finding&)>;

}  // namespace evenlight

#endif  // EVENLIGHT_STORAGE_FINDING_H_
