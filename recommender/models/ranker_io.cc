#include "recommender/models/ranker_io.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/status_macros.h"
#include "evenlight/storage/v1/model_records.pb.h"
#include "recommender/models/record_checks.h"

namespace evenlight {
namespace {

using storage::v1::RankerRecord;

constexpr int kRankerFormat = 1;
// Rounding of seven floats is below 1e-6.
constexpr float kSumTolerance = 1e-4f;

absl::Status ReadPhase(const storage::v1::PhaseWeightsRecord& record,
                       LearntWeights& to) {
  const RecordChecks check(kRankerFile);
  const int32_t phase = record.phase();
  if (phase < static_cast<int32_t>(Phase::kPreClass) ||
      phase > static_cast<int32_t>(Phase::kSelfStudy)) {
    return check.Broken("phases.phase",
                        absl::StrCat("holds ", phase, ", which is no phase"));
  }
  if (to[phase].has_value()) {
    return check.Broken("phases.phase",
                        absl::StrCat("holds ", phase, " twice"));
  }
  RETURN_IF_ERROR(
      check.Size("phases.weights", record.weights_size(), kNumScoreParts));
  RETURN_IF_ERROR(check.Within("phases.weights", record.weights(), 0, 1));
  ScoreParts weights;
  std::copy(record.weights().begin(), record.weights().end(), weights.begin());
  const float sum = std::accumulate(weights.begin(), weights.end(), 0.0f);
  if (std::abs(sum - 1) > kSumTolerance) {
    return check.Broken("phases.weights",
                        absl::StrCat("adds up to ", sum, ", not 1"));
  }
  SetWeights(Phase(phase), weights, to);
  return absl::OkStatus();
}

}  // namespace

std::string EncodeRanker(const LearntWeights& weights) {
  RankerRecord record;
  record.set_format_version(kRankerFormat);
  for (int phase = static_cast<int>(Phase::kPreClass);
       phase <= static_cast<int>(Phase::kSelfStudy); ++phase) {
    if (!weights[phase].has_value()) continue;
    auto& to = *record.add_phases();
    to.set_phase(phase);
    to.mutable_weights()->Add(weights[phase]->begin(), weights[phase]->end());
  }
  return record.SerializeAsString();
}

absl::StatusOr<LearntWeights> DecodeRanker(absl::string_view bytes) {
  RankerRecord record;
  if (!record.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return absl::DataLossError(absl::StrCat(kRankerFile, " does not parse"));
  }
  // Every writer sets it: without it the bytes are none of ours.
  if (record.format_version() < 1 || record.format_version() > kRankerFormat) {
    return RecordChecks(kRankerFile)
        .Broken("format_version",
                absl::StrCat("is ", record.format_version(),
                             ", this build reads 1 to ", kRankerFormat));
  }
  LearntWeights weights;
  for (const auto& phase : record.phases()) {
    RETURN_IF_ERROR(ReadPhase(phase, weights));
  }
  return weights;
}

}  // namespace evenlight
