// Whether the log and its two indexes say the same: every event has its id and
// its sequence, sequences have no gaps, and nothing else is there.

#ifndef EVENLIGHT_STORAGE_CHECK_TRACK_H_
#define EVENLIGHT_STORAGE_CHECK_TRACK_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "core/ids.h"
#include "storage/database.h"
#include "storage/finding.h"

namespace evenlight {

// Reads the three families of the log once, and looks up each entry in the
// others. Entries that do not parse are left to CheckEntries(). Returns the
// number of events.
//
// DATA_LOSS: a block cannot be read; what lies behind it was not checked.
absl::StatusOr<int64_t> CheckTrack(const Database& database,
                                   const TenantId& tenant, Report report);

// The same for the sequences of a tenant's pushes.
absl::Status CheckPushSequences(const Database& database,
                                const TenantId& tenant, Report report);

}  // namespace evenlight

#endif  // EVENLIGHT_STORAGE_CHECK_TRACK_H_
