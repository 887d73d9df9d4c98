#include "recommender/models/tracing_model_io.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "core/status_macros.h"
#include "evenlight/storage/v1/model_records.pb.h"
#include "recommender/models/record_checks.h"

namespace evenlight {
namespace {

using storage::v1::TracingRecord;
using Floats = google::protobuf::RepeatedField<float>;

constexpr int kNumBktParams = 5;

template <typename Range>
void Append(const Range& values, Floats& field) {
  field.Add(values.begin(), values.end());
}

std::vector<float> ToVector(const Floats& values) {
  return {values.begin(), values.end()};
}

// Sizes are checked on the record: ToParams() relies on them.
absl::Status ValidateSizes(const TracingRecord& record) {
  const RecordChecks check(kTracingFile);
  const int64_t num_kcs = record.kcs_size();
  const int64_t num_questions = record.questions_size();
  RETURN_IF_ERROR(
      check.Size("bkt", record.bkt_size(), num_kcs * kNumBktParams));
  RETURN_IF_ERROR(
      check.Size("kc_p_correct", record.kc_p_correct_size(), num_kcs));
  RETURN_IF_ERROR(check.Size("question_p_correct",
                             record.question_p_correct_size(), num_questions));
  RETURN_IF_ERROR(check.Size("shared_weights", record.shared_weights_size(),
                             kNumLrhShared));

  // An untrained LR-H has none of these.
  if (record.question_weights_size() == 0 && record.kc_weights_size() == 0 &&
      record.kc_slopes_size() == 0) {
    return absl::OkStatus();
  }
  RETURN_IF_ERROR(check.Size("question_weights", record.question_weights_size(),
                             num_questions));
  RETURN_IF_ERROR(check.Size("kc_weights", record.kc_weights_size(), num_kcs));
  return check.Size("kc_slopes", record.kc_slopes_size(),
                    num_kcs * kNumLrhSlopes);
}

absl::Status ValidateValues(const TracingRecord& record) {
  const RecordChecks check(kTracingFile);
  RETURN_IF_ERROR(check.Within("bkt", record.bkt(), 0, 1));
  RETURN_IF_ERROR(check.Within("kc_p_correct", record.kc_p_correct(), 0, 1));
  RETURN_IF_ERROR(
      check.Within("question_p_correct", record.question_p_correct(), 0, 1));
  RETURN_IF_ERROR(
      check.Within("mean_p_correct", record.mean_p_correct(), 0, 1));
  RETURN_IF_ERROR(check.Finite("bias", {record.bias()}));
  RETURN_IF_ERROR(check.Finite("question_weights", record.question_weights()));
  RETURN_IF_ERROR(check.Finite("kc_weights", record.kc_weights()));
  RETURN_IF_ERROR(check.Finite("shared_weights", record.shared_weights()));
  return check.Finite("kc_slopes", record.kc_slopes());
}

LrhWeights ToLrh(const TracingRecord& record) {
  LrhWeights lrh;
  lrh.bias = record.bias();
  lrh.questions = ToVector(record.question_weights());
  lrh.kcs = ToVector(record.kc_weights());
  std::copy(record.shared_weights().begin(), record.shared_weights().end(),
            lrh.shared.begin());
  lrh.slopes = ToVector(record.kc_slopes());
  return lrh;
}

TracingParams ToParams(const TracingRecord& record) {
  TracingParams params;
  params.kcs.assign(record.kcs().begin(), record.kcs().end());
  params.bkt.reserve(params.kcs.size());
  const float* p = record.bkt().data();
  for (int kc = 0; kc < record.kcs_size(); ++kc, p += kNumBktParams) {
    params.bkt.push_back({p[0], p[1], p[2], p[3], p[4]});
  }
  params.kc_p_correct = ToVector(record.kc_p_correct());
  params.questions.assign(record.questions().begin(), record.questions().end());
  params.question_p_correct = ToVector(record.question_p_correct());
  params.mean_p_correct = record.mean_p_correct();
  params.lrh = ToLrh(record);
  return params;
}

}  // namespace

std::string EncodeTracing(const TracingParams& params) {
  TracingRecord record;
  record.mutable_kcs()->Add(params.kcs.begin(), params.kcs.end());
  for (const BktParams& bkt : params.bkt) {
    const float values[kNumBktParams] = {bkt.p_init, bkt.p_learn, bkt.p_forget,
                                         bkt.p_slip, bkt.p_guess};
    record.mutable_bkt()->Add(std::begin(values), std::end(values));
  }
  record.mutable_questions()->Add(params.questions.begin(),
                                  params.questions.end());
  Append(params.question_p_correct, *record.mutable_question_p_correct());
  Append(params.kc_p_correct, *record.mutable_kc_p_correct());
  record.set_mean_p_correct(params.mean_p_correct);
  record.set_bias(params.lrh.bias);
  Append(params.lrh.questions, *record.mutable_question_weights());
  Append(params.lrh.kcs, *record.mutable_kc_weights());
  Append(params.lrh.shared, *record.mutable_shared_weights());
  Append(params.lrh.slopes, *record.mutable_kc_slopes());
  return record.SerializeAsString();
}

absl::StatusOr<TracingParams> DecodeTracing(absl::string_view bytes) {
  TracingRecord record;
  if (!record.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return absl::DataLossError("tracing.pb does not parse");
  }
  RETURN_IF_ERROR(ValidateSizes(record));
  RETURN_IF_ERROR(ValidateValues(record));
  TracingParams params = ToParams(record);
  const RecordChecks check(kTracingFile);
  RETURN_IF_ERROR(check.Distinct("kcs", params.kcs));
  RETURN_IF_ERROR(check.Distinct("questions", params.questions));
  return params;
}

}  // namespace evenlight
