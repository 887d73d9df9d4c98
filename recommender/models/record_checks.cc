#include "recommender/models/record_checks.h"

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"

namespace evenlight {

absl::Status RecordChecks::Broken(absl::string_view field,
                                  absl::string_view what) const {
  return absl::DataLossError(absl::StrCat(file_, " field ", field, " ", what));
}

absl::Status RecordChecks::Size(absl::string_view field, int64_t size,
                                int64_t expected) const {
  if (size == expected) return absl::OkStatus();
  return Broken(field, absl::StrCat("has size ", size, ", not ", expected));
}

absl::Status RecordChecks::Within(absl::string_view field,
                                  absl::Span<const float> values, float min,
                                  float max) const {
  for (const float value : values) {
    // Also false for NaN.
    if (value >= min && value <= max) continue;
    return Broken(field, absl::StrCat("holds ", value, ", not in [", min, ", ",
                                      max, "]"));
  }
  return absl::OkStatus();
}

absl::Status RecordChecks::Distinct(absl::string_view field,
                                    const std::vector<std::string>& ids) const {
  absl::flat_hash_set<absl::string_view> seen;
  seen.reserve(ids.size());
  for (const std::string& id : ids) {
    if (!seen.insert(id).second) {
      return Broken(field, absl::StrCat("holds ", id, " twice"));
    }
  }
  return absl::OkStatus();
}

}  // namespace evenlight
