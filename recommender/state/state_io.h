// The bytes of a LearnerState, as they lie in storage.

#ifndef EVENLIGHT_RECOMMENDER_STATE_STATE_IO_H_
#define EVENLIGHT_RECOMMENDER_STATE_STATE_IO_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "recommender/state/learner_state.h"

namespace evenlight {

// Equal states give equal bytes. For assist2009 the median is below 1 KB.
// `state` is a fold: its times are whole microseconds and none is after
// `state.last`.
std::string EncodeState(const LearnerState& state);

// DecodeState(EncodeState(s)) is s, bit by bit. What the last release wrote is
// read too; docs/storage_format.md has the versions.
//
// DATA_LOSS: the bytes are no state, or of a newer format; never crashes on any
// bytes.
absl::StatusOr<LearnerState> DecodeState(absl::string_view bytes);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_STATE_STATE_IO_H_
