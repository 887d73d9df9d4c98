// The columns of a stored state: its blocks of kcs and of resources, and the
// small values that they share with the learner's own fields. Part of
// state_io.h.

#ifndef EVENLIGHT_RECOMMENDER_STATE_STATE_COLUMNS_IO_H_
#define EVENLIGHT_RECOMMENDER_STATE_STATE_COLUMNS_IO_H_

#include <array>
#include <cstddef>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "recommender/state/learner_state.h"

namespace evenlight {

namespace storage::v1 {
class KcColumns;
class ResourceColumns;
}  // namespace storage::v1

// DATA_LOSS, naming the field of LearnerStateColumns.
absl::Status BrokenState(absl::string_view field, absl::string_view what);

// Outcomes as digits of base 3, the newest lowest.
template <size_t kSize>
int32_t PackOutcomes(const std::array<Outcome, kSize>& outcomes) {
  int32_t packed = 0;
  for (size_t age = kSize; age-- > 0;) {
    packed = packed * 3 + static_cast<int32_t>(outcomes[age]) + 1;
  }
  return packed;
}

// False if `packed` is no such number.
template <size_t kSize>
bool UnpackOutcomes(int32_t packed, std::array<Outcome, kSize>& outcomes) {
  if (packed < 0) return false;
  for (Outcome& outcome : outcomes) {
    outcome = static_cast<Outcome>(packed % 3 - 1);
    packed /= 3;
  }
  return packed == 0;
}

// Times as ages from the last event: small numbers, and 0 for InfinitePast.
// Immutable.
class Ages {
 public:
  explicit Ages(int64_t last_time_us)
      : base_(static_cast<uint64_t>(last_time_us)) {}

  uint64_t Encode(absl::Time time) const {
    if (time == absl::InfinitePast()) return 0;
    return base_ - static_cast<uint64_t>(absl::ToUnixMicros(time)) + 1;
  }
  absl::Time Decode(uint64_t age) const {
    if (age == 0) return absl::InfinitePast();
    return absl::FromUnixMicros(static_cast<int64_t>(base_ - (age - 1)));
  }

 private:
  uint64_t base_;  // Unsigned, so that no bytes can make it overflow.
};

// True for counts that can be added, and a run that they allow.
bool AreCounts(int32_t num_correct, int32_t num_incorrect, int32_t run);

// True if a learner's own correction can be this.
inline bool IsCorrection(float value) { return value >= -1 && value <= 1; }

// Write `state.kcs`, with their recurrent states, and `state.resources`.
void EncodeKcs(const LearnerState& state, const Ages& ages,
               storage::v1::KcColumns& columns);
void EncodeResources(const LearnerState& state, const Ages& ages,
                     storage::v1::ResourceColumns& columns);

// Read them into `state`, whose counts of events and answers are set, and
// `hidden` is.
//
// DATA_LOSS: sizes disagree, keys are not increasing, or a value is out of its
// range; `state` is then of no use.
absl::Status DecodeKcs(const storage::v1::KcColumns& columns, const Ages& ages,
                       LearnerState& state);
absl::Status DecodeResources(const storage::v1::ResourceColumns& columns,
                             const Ages& ages, LearnerState& state);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_STATE_STATE_COLUMNS_IO_H_
