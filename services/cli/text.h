// Values of the API as a person reads them.

#ifndef EVENLIGHT_SERVICES_CLI_TEXT_H_
#define EVENLIGHT_SERVICES_CLI_TEXT_H_

#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"

namespace evenlight {

// `resources/r1` as `r1`.
inline absl::string_view IdOf(absl::string_view name) {
  const size_t slash = name.rfind('/');
  return slash == absl::string_view::npos ? name : name.substr(slash + 1);
}

// A field's path without the element of the request that it begins with, whose
// place means nothing to a person: `events[3].resource` as `resource`.
inline absl::string_view FieldInElement(absl::string_view field) {
  const size_t begin = field.find_first_not_of("abcdefghijklmnopqrstuvwxyz_");
  if (begin == absl::string_view::npos || begin == 0 || field[begin] != '[') {
    return field;
  }
  const size_t end = field.find_first_not_of("0123456789", begin + 1);
  if (end == absl::string_view::npos || field[end] != ']') return field;
  return absl::StripPrefix(field.substr(end + 1), ".");
}

// `RESOURCE_KIND_VIDEO` without its prefix, in lower case: `video`.
inline std::string WordOf(absl::string_view name, absl::string_view prefix) {
  return absl::AsciiStrToLower(absl::StripPrefix(name, prefix));
}

// A google.protobuf.Timestamp to the second, `2026-01-01T00:00:00Z`.
template <typename Timestamp>
std::string TextOfTime(const Timestamp& timestamp) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ",
                          absl::FromUnixSeconds(timestamp.seconds()),
                          absl::UTCTimeZone());
}

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_CLI_TEXT_H_
