// Whether what lies under a key is what docs/storage_format.md says.

#ifndef EVENLIGHT_STORAGE_CHECK_ENTRIES_H_
#define EVENLIGHT_STORAGE_CHECK_ENTRIES_H_

#include <array>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "storage/database.h"
#include "storage/finding.h"

namespace evenlight {

// DATA_LOSS: the key is none that keys.h makes, or the value does not parse;
// never crashes on any bytes.
absl::Status CheckEntry(Family family, absl::string_view key,
                        absl::string_view value);

// Entries by family.
using NumEntries = std::array<int64_t, kFamilyNames.size()>;

// Reads every entry once, and reports those that CheckEntry() refuses and what
// cannot be read.
NumEntries CheckEntries(const Database& database, Report report);

}  // namespace evenlight

#endif  // EVENLIGHT_STORAGE_CHECK_ENTRIES_H_
