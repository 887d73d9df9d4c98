#include "services/server/degraded_meter.h"

#include "absl/strings/match.h"

namespace evenlight {

DegradedCause CauseOf(absl::string_view reason) {
  if (reason == "no model is serving") return DegradedCause::kNoModel;
  if (reason == kNotRecordedReason) return DegradedCause::kNotRecorded;
  if (absl::EndsWith(reason, " is switched off")) {
    return DegradedCause::kSwitchedOff;
  }
  if (absl::StartsWith(reason, "no time was left for ")) {
    return DegradedCause::kNoTime;
  }
  if (absl::StrContains(reason, " failed: ")) return DegradedCause::kFailed;
  return DegradedCause::kOther;
}

void DegradedMeter::Count(absl::Span<const std::string> reasons) {
  std::array<bool, kDegradedCauseNames.size()> is_cause{};
  for (const std::string& reason : reasons) {
    is_cause[static_cast<size_t>(CauseOf(reason))] = true;
  }
  for (size_t cause = 0; cause < is_cause.size(); ++cause) {
    if (is_cause[cause]) ++counts_[cause];
  }
}

DegradedMeter::Counts DegradedMeter::Read() const {
  Counts counts{};
  for (size_t cause = 0; cause < counts.size(); ++cause) {
    counts[cause] = counts_[cause];
  }
  return counts;
}

}  // namespace evenlight
