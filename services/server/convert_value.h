// Values that occur in many messages: times, durations, enumerations, texts.
// Each function adds a violation at `path` for what is wrong, and returns
// something harmless then.

#ifndef EVENLIGHT_SERVICES_SERVER_CONVERT_VALUE_H_
#define EVENLIGHT_SERVICES_SERVER_CONVERT_VALUE_H_

#include <cstdint>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "core/resource.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/repeated_field.h"
#include "google/protobuf/timestamp.pb.h"
#include "services/server/field_violations.h"

namespace evenlight {

// The time in whole microseconds; from 1970 to 9999.
absl::Time ToTime(const google::protobuf::Timestamp& timestamp,
                  const FieldPath& path, FieldViolations* violations);
google::protobuf::Timestamp ToTimestamp(absl::Time time);

// Values of an enumeration that a repeated field may have.
inline constexpr int kMaxEnumerated = 16;

// A time as messages show it: `2026-01-01T00:00:00Z`.
std::string FormatUtc(absl::Time time);

// Time spent in whole microseconds, in [0, 24 h].
absl::Duration ToTimeSpent(const google::protobuf::Duration& duration,
                           const FieldPath& path, FieldViolations* violations);
google::protobuf::Duration ToDuration(absl::Duration duration);

// Checks that `text` has between `min` and `max` characters (code points).
void CheckText(absl::string_view text, int min, int max, const FieldPath& path,
               FieldViolations* violations);

// Checks a BCP 47 tag by its form; empty is fine.
void CheckLanguage(absl::string_view tag, const FieldPath& path,
                   FieldViolations* violations);

// Checks that `value` is in [low, high].
template <typename T>
void CheckRange(T value, T low, T high, const FieldPath& path,
                FieldViolations* violations) {
  if (value >= low && value <= high) return;  // Not so for nan.
  violations->Add(path,
                  absl::StrCat(value, " is not in [", low, ", ", high, "]"));
}

// Checks how many elements a repeated field has. False if it is wrong.
bool CheckCount(int count, int min, int max, const FieldPath& path,
                FieldViolations* violations);

// A page size as the API says: 0 means 100, larger than 1000 is 1000.
int ToPageSize(int32_t page_size, FieldViolations* violations);

// The ids in names of one collection, each once, in the order of first use.
std::vector<std::string> ToIds(
    absl::string_view collection,
    const google::protobuf::RepeatedPtrField<std::string>& names,
    const FieldPath& parent, absl::string_view field, int max_count,
    FieldViolations* violations);

// Accessibility features, at most kMaxEnumerated, as a set of bits, and back.
AccessibilitySet ToAccessibility(
    const google::protobuf::RepeatedField<int>& features,
    const FieldPath& parent, absl::string_view field,
    FieldViolations* violations);
void FromAccessibility(AccessibilitySet features,
                       google::protobuf::RepeatedField<int>* out);

// A phase; a number that this build does not know is a violation.
Phase ToPhase(int phase, const FieldPath& path, FieldViolations* violations);

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_SERVER_CONVERT_VALUE_H_
