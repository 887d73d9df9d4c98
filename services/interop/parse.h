// Single values of text formats: numbers, times, ids, with messages that name
// the field and the value.

#ifndef EVENLIGHT_SERVICES_INTEROP_PARSE_H_
#define EVENLIGHT_SERVICES_INTEROP_PARSE_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace evenlight {

// INVALID_ARGUMENT from all: `field` "value" is not ...

absl::StatusOr<int64_t> ParseInteger(absl::string_view field,
                                     absl::string_view text);

// A whole number in [least, greatest].
absl::StatusOr<int32_t> ParseIntegerIn(absl::string_view field,
                                       absl::string_view text, int32_t least,
                                       int32_t greatest);

// `0`, `1`, `true`, `false` in any case.
absl::StatusOr<bool> ParseBool(absl::string_view field, absl::string_view text);

// RFC 3339 or Unix seconds, whole microseconds, from 1970 to 9999.
absl::StatusOr<absl::Time> ParseTime(absl::string_view field,
                                     absl::string_view text);

// OK if `id` IsValidId().
absl::Status CheckId(absl::string_view field, absl::string_view id);

// `text` for a message: in quotes, cut after 40 bytes, control and non-ASCII
// bytes escaped.
std::string QuotedValue(absl::string_view text);

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_INTEROP_PARSE_H_
