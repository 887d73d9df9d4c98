#include "services/server/convert_value.h"

#include <algorithm>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_split.h"
#include "evenlight/v1/event.pb.h"
#include "evenlight/v1/resource.pb.h"
#include "services/server/resource_name.h"

namespace evenlight {
namespace {

constexpr int64_t kMaxSeconds = 253'402'300'799;  // 9999-12-31T23:59:59Z
constexpr absl::Duration kMaxTimeSpent = absl::Hours(24);
constexpr size_t kMaxLanguageBytes = 35;  // BCP 47, section 4.4.1.

bool IsSubtag(absl::string_view subtag) {
  return !subtag.empty() && subtag.size() <= 8 &&
         std::all_of(subtag.begin(), subtag.end(), [](char c) {
           return absl::ascii_isalnum(static_cast<unsigned char>(c));
         });
}

}  // namespace

absl::Time ToTime(const google::protobuf::Timestamp& timestamp,
                  const FieldPath& path, FieldViolations* violations) {
  if (timestamp.seconds() < 0 || timestamp.seconds() > kMaxSeconds ||
      timestamp.nanos() < 0 || timestamp.nanos() > 999'999'999) {
    violations->Add(path, absl::StrCat("seconds ", timestamp.seconds(),
                                       " and nanos ", timestamp.nanos(),
                                       " are no time from 1970 to 9999"));
    return absl::UnixEpoch();
  }
  return absl::FromUnixSeconds(timestamp.seconds()) +
         absl::Microseconds(timestamp.nanos() / 1'000);
}

google::protobuf::Timestamp ToTimestamp(absl::Time time) {
  google::protobuf::Timestamp timestamp;
  const int64_t seconds = absl::ToUnixSeconds(time);
  timestamp.set_seconds(seconds);
  timestamp.set_nanos(static_cast<int32_t>(
      absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(seconds))));
  return timestamp;
}

std::string FormatUtc(absl::Time time) {
  return absl::FormatTime("%Y-%m-%d%ET%H:%M:%SZ", time, absl::UTCTimeZone());
}

absl::Duration ToTimeSpent(const google::protobuf::Duration& duration,
                           const FieldPath& path, FieldViolations* violations) {
  const int64_t seconds = duration.seconds();
  const int32_t nanos = duration.nanos();
  const bool is_valid = seconds >= 0 &&
                        seconds <= absl::ToInt64Seconds(kMaxTimeSpent) &&
                        nanos >= 0 && nanos <= 999'999'999;
  const absl::Duration value =
      is_valid ? absl::Seconds(seconds) + absl::Microseconds(nanos / 1'000)
               : absl::ZeroDuration();
  if (!is_valid || value > kMaxTimeSpent) {
    violations->Add(path, absl::StrCat("seconds ", seconds, " and nanos ",
                                       nanos, " are not in [0, 24 h]"));
    return absl::ZeroDuration();
  }
  return value;
}

google::protobuf::Duration ToDuration(absl::Duration duration) {
  google::protobuf::Duration out;
  const int64_t seconds = absl::ToInt64Seconds(duration);
  out.set_seconds(seconds);
  out.set_nanos(static_cast<int32_t>(
      absl::ToInt64Nanoseconds(duration - absl::Seconds(seconds))));
  return out;
}

void CheckText(absl::string_view text, int min, int max, const FieldPath& path,
               FieldViolations* violations) {
  const auto num_characters = std::count_if(
      text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; });
  if (num_characters >= min && num_characters <= max) return;
  if (num_characters == 0) {
    violations->Add(path, absl::StrCat("is empty; it needs ", min, "-", max,
                                       " characters"));
    return;
  }
  violations->Add(path, absl::StrCat("has ", num_characters,
                                     " characters; at most ", max, " fit"));
}

void CheckLanguage(absl::string_view tag, const FieldPath& path,
                   FieldViolations* violations) {
  if (tag.empty()) return;
  const std::vector<absl::string_view> subtags = absl::StrSplit(tag, '-');
  if (tag.size() <= kMaxLanguageBytes &&
      std::all_of(subtags.begin(), subtags.end(), IsSubtag)) {
    return;
  }
  violations->Add(
      path, absl::StrCat(Quoted(tag),
                         " is not a BCP 47 tag such as `zh-CN`, of at most ",
                         kMaxLanguageBytes, " characters"));
}

bool CheckCount(int count, int min, int max, const FieldPath& path,
                FieldViolations* violations) {
  if (count >= min && count <= max) return true;
  violations->Add(
      path, absl::StrCat("has ", count, " entries; ",
                         min > 0 ? absl::StrCat(min, " to ") : "at most ", max,
                         " are allowed"));
  return false;
}

int ToPageSize(int32_t page_size, FieldViolations* violations) {
  if (page_size < 0) {
    violations->Add(FieldPath(FieldPath(), "page_size"),
                    absl::StrCat(page_size, " is negative"));
  }
  if (page_size <= 0) return 100;
  return std::min(page_size, 1'000);
}

std::vector<std::string> ToIds(
    absl::string_view collection,
    const google::protobuf::RepeatedPtrField<std::string>& names,
    const FieldPath& parent, absl::string_view field, int max_count,
    FieldViolations* violations) {
  std::vector<std::string> ids;
  if (!CheckCount(names.size(), 0, max_count, FieldPath(parent, field),
                  violations)) {
    return ids;
  }
  absl::flat_hash_set<absl::string_view> seen;
  for (int index = 0; index < names.size(); ++index) {
    if (!seen.insert(names[index]).second) continue;
    ids.push_back(IdIn(collection, names[index],
                       FieldPath(parent, field, index), violations));
  }
  return ids;
}

AccessibilitySet ToAccessibility(
    const google::protobuf::RepeatedField<int>& features,
    const FieldPath& parent, absl::string_view field,
    FieldViolations* violations) {
  AccessibilitySet set = 0;
  if (!CheckCount(features.size(), 0, kMaxEnumerated, FieldPath(parent, field),
                  violations)) {
    return set;
  }
  for (int index = 0; index < features.size(); ++index) {
    const int feature = features[index];
    if (feature <= 0 || !v1::AccessibilityFeature_IsValid(feature)) {
      violations->Add(FieldPath(parent, field, index),
                      absl::StrCat(feature, " is no accessibility feature"));
      continue;
    }
    set |= AccessibilitySet{1} << feature;
  }
  return set;
}

void FromAccessibility(AccessibilitySet features,
                       google::protobuf::RepeatedField<int>* out) {
  for (int feature = 1; feature < 32; ++feature) {
    if ((features >> feature & 1) != 0) out->Add(feature);
  }
}

Phase ToPhase(int phase, const FieldPath& path, FieldViolations* violations) {
  if (!v1::Phase_IsValid(phase)) {
    violations->Add(path, absl::StrCat(phase, " is no phase"));
    return Phase::kUnspecified;
  }
  return static_cast<Phase>(phase);
}

}  // namespace evenlight
