// Scans whose visitor may find a fault, which every store needs.

#ifndef EVENLIGHT_STORAGE_SCAN_H_
#define EVENLIGHT_STORAGE_SCAN_H_

#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/ids.h"
#include "storage/database.h"

namespace evenlight {

// As Database::Scan(), but `visit` may also end it with a status, which is then
// returned; and it ends with that of CheckAwaited() soon after nobody waits for
// it any more.
absl::Status ScanRange(const Database& database, Family family,
                       absl::string_view begin, absl::string_view end,
                       absl::FunctionRef<absl::StatusOr<bool>(
                           absl::string_view key, absl::string_view value)>
                           visit);

// The tenants that have a key in `family`, in order. Reads one key of each.
absl::StatusOr<std::vector<TenantId>> TenantsIn(const Database& database,
                                                Family family);

}  // namespace evenlight

#endif  // EVENLIGHT_STORAGE_SCAN_H_
