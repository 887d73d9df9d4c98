#include "services/interop/parse.h"

#include <cmath>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "core/ids.h"
#include "core/status_macros.h"

namespace evenlight {
namespace {

absl::Status Wrong(absl::string_view field, absl::string_view text,
                   absl::string_view expected) {
  return absl::InvalidArgumentError(
      absl::StrCat(field, " ", QuotedValue(text), " is not ", expected));
}

}  // namespace

std::string QuotedValue(absl::string_view text) {
  constexpr size_t kMaxShown = 40;
  const bool is_cut = text.size() > kMaxShown;
  return absl::StrCat("\"", absl::CHexEscape(text.substr(0, kMaxShown)),
                      is_cut ? "..." : "", "\"");
}

absl::StatusOr<int64_t> ParseInteger(absl::string_view field,
                                     absl::string_view text) {
  int64_t value = 0;
  if (!absl::SimpleAtoi(text, &value)) {
    return Wrong(field, text, "a whole number");
  }
  return value;
}

absl::StatusOr<int32_t> ParseIntegerIn(absl::string_view field,
                                       absl::string_view text, int32_t least,
                                       int32_t greatest) {
  int32_t value = 0;
  if (!absl::SimpleAtoi(text, &value) || value < least || value > greatest) {
    return Wrong(
        field, text,
        absl::StrCat("a whole number in [", least, ", ", greatest, "]"));
  }
  return value;
}

absl::StatusOr<bool> ParseBool(absl::string_view field,
                               absl::string_view text) {
  const std::string lower = absl::AsciiStrToLower(text);
  if (lower == "1" || lower == "true") return true;
  if (lower == "0" || lower == "false") return false;
  return Wrong(field, text, "0, 1, true or false");
}

absl::StatusOr<absl::Time> ParseTime(absl::string_view field,
                                     absl::string_view text) {
  absl::Time time;
  double seconds = 0;
  std::string error;
  if (absl::SimpleAtod(text, &seconds) && std::isfinite(seconds)) {
    // Through whole microseconds: a double holds them until the year 2255.
    time = absl::UnixEpoch() + absl::Seconds(seconds);
  } else if (!absl::ParseTime(absl::RFC3339_full, text, &time, &error)) {
    return Wrong(field, text, "a time: RFC 3339 or Unix seconds");
  }
  if (time < absl::UnixEpoch() ||
      time >= absl::FromCivil(absl::CivilYear(10000), absl::UTCTimeZone())) {
    return Wrong(field, text, "a time from 1970 to 9999");
  }
  return absl::FromUnixMicros(
      absl::ToUnixMicros(time + absl::Nanoseconds(500)));
}

absl::Status CheckId(absl::string_view field, absl::string_view id) {
  if (IsValidId(id)) return absl::OkStatus();
  return Wrong(field, id, absl::StrCat("an id: ", kIdRule));
}

}  // namespace evenlight
