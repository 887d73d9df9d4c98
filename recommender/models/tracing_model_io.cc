#include "recommender/models/tracing_model_io.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/status_macros.h"
#include "evenlight/storage/v1/model_records.pb.h"
#include "recommender/models/record_checks.h"

namespace evenlight {
namespace {

using storage::v1::ResidualRecord;
using storage::v1::TracingRecord;
using Floats = google::protobuf::RepeatedField<float>;

constexpr int kNumBktParams = 5;

// Far above what is worth serving: a learner's state has as many floats per kc.
constexpr int32_t kMaxResidualSize = 512;
constexpr int32_t kMaxResidualRows = 1 << 24;
// Wider than training makes them, narrow enough that no prediction overflows.
constexpr float kMaxWeight = 1e4f;
constexpr float kMinScale = 1e-3f;
constexpr float kMaxScale = 1e7f;

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

bool HasLrh(const TracingRecord& record) {
  return record.kc_weights_size() > 0;
}

absl::Status CheckSizeWithin(const std::string& field, int32_t size,
                             int32_t min, int32_t max) {
  if (size >= min && size <= max) return absl::OkStatus();
  return RecordChecks(kTracingFile)
      .Broken(field,
              absl::StrCat("is ", size, ", not in [", min, ", ", max, "]"));
}

ResidualShape ShapeOf(const ResidualRecord& record) {
  ResidualShape shape;
  shape.num_kcs = record.num_kcs();
  shape.num_questions = record.num_questions();
  shape.kc_dim = record.kc_dim();
  shape.question_dim = record.question_dim();
  shape.num_units = record.num_units();
  shape.num_features = record.num_features();
  shape.has_kc_gru = record.has_kc_gru();
  return shape;
}

// Bounds come first: only then can the number of values be counted.
absl::Status ValidateShape(const TracingRecord& record) {
  const RecordChecks check(kTracingFile);
  const ResidualRecord& residual = record.residual();
  RETURN_IF_ERROR(
      check.Size("residual.num_kcs", residual.num_kcs(), record.kcs_size()));
  if (residual.num_questions() != 0) {
    RETURN_IF_ERROR(check.Size("residual.num_questions",
                               residual.num_questions(),
                               record.questions_size()));
  }
  RETURN_IF_ERROR(CheckSizeWithin("residual.num_kcs", residual.num_kcs(), 1,
                                  kMaxResidualRows));
  RETURN_IF_ERROR(CheckSizeWithin(
      "residual.num_questions", residual.num_questions(), 0, kMaxResidualRows));
  RETURN_IF_ERROR(CheckSizeWithin("residual.kc_dim", residual.kc_dim(), 0,
                                  kMaxResidualSize));
  RETURN_IF_ERROR(CheckSizeWithin(
      "residual.question_dim", residual.question_dim(), 0, kMaxResidualSize));
  RETURN_IF_ERROR(CheckSizeWithin("residual.num_units", residual.num_units(), 1,
                                  kMaxResidualSize));
  return CheckSizeWithin("residual.num_features", residual.num_features(), 0,
                         kNumLrhShared);
}

absl::Status ValidateResidual(const TracingRecord& record) {
  if (!record.has_residual()) return absl::OkStatus();
  const RecordChecks check(kTracingFile);
  if (!HasLrh(record)) {
    return check.Broken("residual", "has no LR-H to correct");
  }
  RETURN_IF_ERROR(ValidateShape(record));
  const ResidualRecord& residual = record.residual();
  RETURN_IF_ERROR(check.Size("residual.values", residual.values_size(),
                             NumValues(ShapeOf(residual))));
  RETURN_IF_ERROR(check.Size("residual.feature_mean",
                             residual.feature_mean_size(),
                             residual.num_features()));
  RETURN_IF_ERROR(check.Size("residual.feature_scale",
                             residual.feature_scale_size(),
                             residual.num_features()));
  RETURN_IF_ERROR(check.Within("residual.values", residual.values(),
                               -kMaxWeight, kMaxWeight));
  RETURN_IF_ERROR(
      check.Finite("residual.feature_mean", residual.feature_mean()));
  return check.Within("residual.feature_scale", residual.feature_scale(),
                      kMinScale, kMaxScale);
}

absl::Status ValidateCorrections(const TracingRecord& record) {
  const RecordChecks check(kTracingFile);
  if (record.has_calibration()) {
    RETURN_IF_ERROR(check.Within("calibration.slope",
                                 record.calibration().slope(), kMinScale,
                                 kMaxWeight));
    RETURN_IF_ERROR(check.Within("calibration.bias",
                                 record.calibration().bias(), -kMaxWeight,
                                 kMaxWeight));
  }
  return check.Within("correction_rate", record.correction_rate(), 0, 1);
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

ResidualWeights ToResidual(const TracingRecord& record) {
  if (!record.has_residual()) return {};
  const ResidualRecord& residual = record.residual();
  return {ShapeOf(residual), ToVector(residual.values()),
          ToVector(residual.feature_mean()),
          ToVector(residual.feature_scale())};
}

void AddResidual(const ResidualWeights& weights, TracingRecord& record) {
  if (weights.empty()) return;
  ResidualRecord& residual = *record.mutable_residual();
  const ResidualShape& shape = weights.shape;
  residual.set_num_kcs(shape.num_kcs);
  residual.set_num_questions(shape.num_questions);
  residual.set_kc_dim(shape.kc_dim);
  residual.set_question_dim(shape.question_dim);
  residual.set_num_units(shape.num_units);
  residual.set_num_features(shape.num_features);
  residual.set_has_kc_gru(shape.has_kc_gru);
  Append(weights.values, *residual.mutable_values());
  Append(weights.feature_mean, *residual.mutable_feature_mean());
  Append(weights.feature_scale, *residual.mutable_feature_scale());
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
  params.residual = ToResidual(record);
  if (record.has_calibration()) {
    params.calibration = {record.calibration().slope(),
                          record.calibration().bias()};
  }
  params.correction_rate = record.correction_rate();
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
  AddResidual(params.residual, record);
  if (params.calibration != Calibration()) {
    record.mutable_calibration()->set_slope(params.calibration.slope);
    record.mutable_calibration()->set_bias(params.calibration.bias);
  }
  record.set_correction_rate(params.correction_rate);
  return record.SerializeAsString();
}

absl::StatusOr<TracingParams> DecodeTracing(absl::string_view bytes) {
  TracingRecord record;
  if (bytes.size() > std::numeric_limits<int32_t>::max() ||
      !record.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return absl::DataLossError("tracing.pb does not parse");
  }
  RETURN_IF_ERROR(ValidateSizes(record));
  RETURN_IF_ERROR(ValidateValues(record));
  RETURN_IF_ERROR(ValidateResidual(record));
  RETURN_IF_ERROR(ValidateCorrections(record));
  TracingParams params = ToParams(record);
  const RecordChecks check(kTracingFile);
  RETURN_IF_ERROR(check.Distinct("kcs", params.kcs));
  RETURN_IF_ERROR(check.Distinct("questions", params.questions));
  return params;
}

}  // namespace evenlight
