// The bytes of a ModelSet: what storage/model_directory.h keeps.

#ifndef EVENLIGHT_RECOMMENDER_MODELS_MODEL_SET_IO_H_
#define EVENLIGHT_RECOMMENDER_MODELS_MODEL_SET_IO_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "recommender/models/model_set.h"

namespace evenlight {

// The files `tracing.pb`, `factors.pb` and, if weights were learnt for a phase,
// `ranker.pb`. Equal models give equal bytes.
std::map<std::string, std::string> EncodeModelSet(const ModelSet& models);

// Without `ranker.pb` no weights were learnt.
//
// DATA_LOSS: another file is missing, or one does not parse, has lengths that
// disagree or a number that is not finite; the message names the file and the
// field.
absl::StatusOr<std::shared_ptr<const ModelSet>> DecodeModelSet(
    int64_t version, const std::map<std::string, std::string>& files);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_MODELS_MODEL_SET_IO_H_
