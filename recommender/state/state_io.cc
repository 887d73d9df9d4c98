#include "recommender/state/state_io.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "absl/strings/str_cat.h"
#include "core/status_macros.h"
#include "evenlight/storage/v1/model_records.pb.h"
#include "recommender/state/state_columns_io.h"

namespace evenlight {
namespace {

using storage::v1::LearnerStateColumns;
using Floats = google::protobuf::RepeatedField<float>;

// 2 added corrections and recurrent states; a state of 1 has none.
constexpr int kFormatVersion = 2;
constexpr int kOldestFormatVersion = 1;

Ages AgesOf(const LearnerStateColumns& columns) {
  return Ages(columns.last_time_us());
}

void EncodeAverages(const LearnerState& state, LearnerStateColumns& columns) {
  if (state.num_correct == 0 && state.num_incorrect == 0) return;  // 0s.
  columns.mutable_averages()->Add(state.averages.begin(), state.averages.end());
  columns.mutable_residual_averages()->Add(state.residual_averages.begin(),
                                           state.residual_averages.end());
}

// Leaves `averages` alone if the column was left out.
template <size_t kSize>
absl::Status DecodeAverages(absl::string_view field, const Floats& column,
                            std::array<float, kSize>& averages) {
  if (column.empty()) return absl::OkStatus();
  if (column.size() != static_cast<int>(kSize)) {
    return BrokenState(field, "has the wrong size");
  }
  for (const float average : column) {
    if (!std::isfinite(average)) return BrokenState(field, "is not finite");
  }
  std::copy(column.begin(), column.end(), averages.begin());
  return absl::OkStatus();
}

void EncodeLastAnswer(const LearnerState& state, LearnerStateColumns& columns) {
  columns.set_last_question(static_cast<uint64_t>(state.last_question));
  for (const KcKey kc : state.last_kcs) {
    columns.add_last_kcs(static_cast<uint64_t>(kc));
  }
  columns.set_same_question_run(state.same_question_run);
  columns.set_last_answer_age(AgesOf(columns).Encode(state.last_answer_time));
}

absl::Status DecodeLastAnswer(const LearnerStateColumns& columns,
                              LearnerState& state) {
  state.last_question = ResourceKey{columns.last_question()};
  for (const uint64_t kc : columns.last_kcs()) {
    state.last_kcs.push_back(KcKey{kc});
  }
  state.same_question_run = columns.same_question_run();
  if (state.same_question_run < 0 ||
      state.same_question_run > state.num_answers()) {
    return BrokenState("same_question_run", "is out of its range");
  }
  state.last_answer_time = AgesOf(columns).Decode(columns.last_answer_age());
  return absl::OkStatus();
}

absl::Status DecodeCounts(const LearnerStateColumns& columns,
                          LearnerState& state) {
  state.num_events = columns.num_events();
  state.num_correct = columns.num_correct();
  state.num_incorrect = columns.num_incorrect();
  state.run = columns.run();
  if (state.num_events < 0 ||
      !AreCounts(state.num_correct, state.num_incorrect, state.run)) {
    return BrokenState("counts", "are out of their range");
  }
  if (!UnpackOutcomes(columns.recent(), state.recent)) {
    return BrokenState("recent", "is out of its range");
  }
  RETURN_IF_ERROR(
      DecodeAverages("averages", columns.averages(), state.averages));
  return DecodeAverages("residual_averages", columns.residual_averages(),
                        state.residual_averages);
}

absl::Status CheckFormat(int32_t version) {
  if (version >= kOldestFormatVersion && version <= kFormatVersion) {
    return absl::OkStatus();
  }
  return BrokenState(
      "format_version",
      absl::StrCat("is ", version, "; this build reads ", kOldestFormatVersion,
                   " to ", kFormatVersion));
}

void EncodeCorrections(const LearnerState& state,
                       LearnerStateColumns& columns) {
  columns.set_correction(state.correction);
  columns.mutable_hidden()->Add(state.hidden.begin(), state.hidden.end());
}

// `kcs` of the columns are decoded after it: they need the number of units.
absl::Status DecodeCorrections(const LearnerStateColumns& columns,
                               LearnerState& state) {
  state.correction = columns.correction();
  if (!IsCorrection(state.correction)) {
    return BrokenState("correction", "is not in [-1, 1]");
  }
  state.hidden.assign(columns.hidden().begin(), columns.hidden().end());
  if (!std::all_of(state.hidden.begin(), state.hidden.end(),
                   [](float value) { return std::isfinite(value); })) {
    return BrokenState("hidden", "is not finite");
  }
  return absl::OkStatus();
}

absl::Status DecodeOlder(const LearnerStateColumns& columns,
                         LearnerState& state) {
  const auto& older = columns.older_resources();
  if (older.size() > kMaxOlderResources) {
    return BrokenState("older_resources", "has too many values");
  }
  if (std::adjacent_find(older.begin(), older.end(), std::greater_equal<>()) !=
      older.end()) {
    return BrokenState("older_resources", "is not increasing");
  }
  state.older_resources.assign(older.begin(), older.end());
  return absl::OkStatus();
}

}  // namespace

std::string EncodeState(const LearnerState& state) {
  LearnerStateColumns columns;
  columns.set_format_version(kFormatVersion);
  columns.set_model_version(state.model_version);
  if (state.last.time != absl::InfinitePast()) {
    columns.set_last_time_us(absl::ToUnixMicros(state.last.time));
  }
  columns.set_last_event_id(state.last.id);
  columns.set_num_events(state.num_events);
  columns.set_num_correct(state.num_correct);
  columns.set_num_incorrect(state.num_incorrect);
  columns.set_run(state.run);
  columns.set_recent(PackOutcomes(state.recent));
  EncodeAverages(state, columns);
  EncodeLastAnswer(state, columns);
  EncodeCorrections(state, columns);
  EncodeKcs(state, AgesOf(columns), *columns.mutable_kcs());
  EncodeResources(state, AgesOf(columns), *columns.mutable_resources());
  columns.mutable_older_resources()->Add(state.older_resources.begin(),
                                         state.older_resources.end());
  return columns.SerializeAsString();
}

absl::StatusOr<LearnerState> DecodeState(absl::string_view bytes) {
  LearnerStateColumns columns;
  if (bytes.size() > std::numeric_limits<int32_t>::max() ||
      !columns.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return absl::DataLossError("learner state does not parse");
  }
  RETURN_IF_ERROR(CheckFormat(columns.format_version()));
  LearnerState state;
  state.model_version = columns.model_version();
  if (columns.has_last_time_us()) {
    state.last.time = absl::FromUnixMicros(columns.last_time_us());
  }
  state.last.id = columns.last_event_id();
  RETURN_IF_ERROR(DecodeCounts(columns, state));
  RETURN_IF_ERROR(DecodeLastAnswer(columns, state));
  RETURN_IF_ERROR(DecodeCorrections(columns, state));
  const Ages ages = AgesOf(columns);
  RETURN_IF_ERROR(DecodeKcs(columns.kcs(), ages, state));
  RETURN_IF_ERROR(DecodeResources(columns.resources(), ages, state));
  RETURN_IF_ERROR(DecodeOlder(columns, state));
  return state;
}

}  // namespace evenlight
