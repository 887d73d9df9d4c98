// Pushes as the bytes of evenlight.storage.v1 records, and back.

#ifndef EVENLIGHT_STORAGE_PUSH_RECORDS_H_
#define EVENLIGHT_STORAGE_PUSH_RECORDS_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/ids.h"
#include "storage/push_store.h"

namespace evenlight {

// Without the sequence, which the key holds.
std::string EncodePush(const StoredPush& push);

// DATA_LOSS: the bytes do not parse; the message names tenant and sequence.
absl::StatusOr<StoredPush> DecodePush(const TenantId& tenant, int64_t sequence,
                                      absl::string_view bytes);

}  // namespace evenlight

#endif  // EVENLIGHT_STORAGE_PUSH_RECORDS_H_
