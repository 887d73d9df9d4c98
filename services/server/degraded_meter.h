// Counts the answers that were made from less than there should be, by cause.

#ifndef EVENLIGHT_SERVICES_SERVER_DEGRADED_METER_H_
#define EVENLIGHT_SERVICES_SERVER_DEGRADED_METER_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace evenlight {

// Why an answer says that it is degraded.
enum class DegradedCause {
  kNoModel,      // None serves the tenant.
  kSwitchedOff,  // The operator left a stage or source out.
  kNoTime,       // The budget was used up before a stage or source.
  kFailed,       // A stage or source failed.
  kNotRecorded,  // The list could not be queued for the disk.
  kOther,
};

// The label of each cause in metrics, by its value.
inline constexpr std::array<const char*, 6> kDegradedCauseNames = {
    "no_model", "switched_off", "no_time", "failed", "not_recorded", "other"};

// What a list that is not recorded says; the other reasons are the pipeline's.
inline constexpr char kNotRecordedReason[] =
    "the list is not recorded: too many wait to be, or the disk takes no "
    "writes";

// The cause that `reason`, a sentence of `degraded_reasons`, tells.
DegradedCause CauseOf(absl::string_view reason);

// Thread-safe.
class DegradedMeter {
 public:
  using Counts = std::array<int64_t, kDegradedCauseNames.size()>;

  // Counts one answer with these reasons, of which there may be none: once for
  // each cause among them.
  void Count(absl::Span<const std::string> reasons);
  void CountCause(DegradedCause cause) {
    ++counts_[static_cast<size_t>(cause)];
  }

  // Answers since the start, by cause.
  Counts Read() const;

 private:
  std::array<std::atomic<int64_t>, kDegradedCauseNames.size()> counts_{};
};

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_SERVER_DEGRADED_METER_H_
