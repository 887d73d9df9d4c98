// The bytes of the learnt score weights of a ModelSet: its file `ranker.pb`,
// which a version without any does not have.

#ifndef EVENLIGHT_RECOMMENDER_MODELS_RANKER_IO_H_
#define EVENLIGHT_RECOMMENDER_MODELS_RANKER_IO_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "recommender/models/learnt_weights.h"

namespace evenlight {

inline constexpr char kRankerFile[] = "ranker.pb";

// Equal weights give equal bytes.
std::string EncodeRanker(const LearntWeights& weights);

// What is returned meets what learnt_weights.h says.
//
// DATA_LOSS: does not parse, a phase is unknown or there twice, its weights are
// not one per part, in [0, 1] and a share of 1, or the format is newer than
// this build. The message names the field.
absl::StatusOr<LearntWeights> DecodeRanker(absl::string_view bytes);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_MODELS_RANKER_IO_H_
