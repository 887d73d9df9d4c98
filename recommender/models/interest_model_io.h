// The bytes of the factorisation half of a ModelSet: its file `factors.pb`.

#ifndef EVENLIGHT_RECOMMENDER_MODELS_INTEREST_MODEL_IO_H_
#define EVENLIGHT_RECOMMENDER_MODELS_INTEREST_MODEL_IO_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "recommender/models/interest_model.h"

namespace evenlight {

inline constexpr char kFactorsFile[] = "factors.pb";

// The most factors that DecodeInterest() takes. Far above what is trained; it
// keeps a broken record from asking for a Gram matrix beyond memory.
inline constexpr int kMaxNumFactors = 1024;

// Equal parameters give equal bytes.
std::string EncodeInterest(const InterestParams& params);

// What is returned meets the preconditions of InterestModel. Factors of format
// 1 are brought into their eigenbasis.
//
// DATA_LOSS: as DecodeModelSet(); or the spectrum is not that of the factors,
// or the format is newer than this build.
absl::StatusOr<InterestParams> DecodeInterest(absl::string_view bytes);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_MODELS_INTEREST_MODEL_IO_H_
