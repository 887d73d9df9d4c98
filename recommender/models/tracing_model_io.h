// The bytes of the tracing half of a ModelSet: its file `tracing.pb`.

#ifndef EVENLIGHT_RECOMMENDER_MODELS_TRACING_MODEL_IO_H_
#define EVENLIGHT_RECOMMENDER_MODELS_TRACING_MODEL_IO_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "recommender/models/tracing_model.h"

namespace evenlight {

inline constexpr char kTracingFile[] = "tracing.pb";

// Equal parameters give equal bytes.
std::string EncodeTracing(const TracingParams& params);

// What is returned meets the preconditions of TracingModel.
//
// DATA_LOSS: as DecodeModelSet().
absl::StatusOr<TracingParams> DecodeTracing(absl::string_view bytes);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_MODELS_TRACING_MODEL_IO_H_
