#include "recommender/state/state_columns_io.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>
#include <initializer_list>
#include <limits>
#include <type_traits>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/status_macros.h"
#include "evenlight/storage/v1/model_records.pb.h"

namespace evenlight {
namespace {

using google::protobuf::RepeatedField;
using storage::v1::KcColumns;
using storage::v1::ResourceColumns;

// --- Columns ---

// Also tells -0 from 0: what is decoded is the same bit by bit.
template <typename T>
bool IsZero(T value) {
  if constexpr (std::is_floating_point_v<T>) {
    return std::bit_cast<uint32_t>(value) == 0;
  } else {
    return value == 0;
  }
}

// Writes value(row) for each row, nothing if all are 0.
template <typename Rows, typename T, typename Value>
void SetColumn(const Rows& rows, RepeatedField<T>& column, Value value) {
  const auto first = std::find_if(rows.begin(), rows.end(), [&](const auto& r) {
    return !IsZero<T>(value(r));
  });
  if (first == rows.end()) return;
  column.Reserve(static_cast<int>(rows.size()));
  for (const auto& row : rows) column.AddAlreadyReserved(value(row));
}

template <typename T>
T At(const RepeatedField<T>& column, int row) {
  return column.empty() ? T{} : column[row];
}

// The sizes of columns fit `num_rows` keys.
struct ColumnSize {
  absl::string_view field;
  int size;
  int values_per_row = 1;
};

absl::Status CheckSizes(int num_rows,
                        std::initializer_list<ColumnSize> columns) {
  for (const ColumnSize& column : columns) {
    if (column.size == 0) continue;
    if (column.size != int64_t{num_rows} * column.values_per_row) {
      return BrokenState(
          column.field,
          absl::StrCat("has ", column.size, " values for ", num_rows, " keys"));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckIncreasing(absl::string_view field,
                             const RepeatedField<uint64_t>& keys) {
  const auto unordered =
      std::adjacent_find(keys.begin(), keys.end(), std::greater_equal<>());
  if (unordered == keys.end()) return absl::OkStatus();
  return BrokenState(field, "is not increasing");
}

bool AreFinite(const RepeatedField<float>& values) {
  return std::all_of(values.begin(), values.end(),
                     [](float value) { return std::isfinite(value); });
}

int32_t PackFlags(const ResourceState& resource) {
  return (static_cast<int32_t>(resource.last_outcome) + 1) |
         resource.is_viewed << 2 | resource.is_completed << 3 |
         resource.is_bookmarked << 4 | resource.is_dismissed << 5 |
         static_cast<int32_t>(resource.dismiss_reason) << 6 |
         resource.stars << 9;
}

bool UnpackFlags(int32_t flags, ResourceState& resource) {
  const int32_t outcome = flags & 3;
  const int32_t reason = flags >> 6 & 7;
  const int32_t stars = flags >> 9;
  if (outcome > 2 || stars < 0 || stars > 5 ||
      reason > static_cast<int32_t>(DismissReason::kAlreadyKnown)) {
    return false;
  }
  resource.last_outcome = static_cast<Outcome>(outcome - 1);
  resource.is_viewed = flags >> 2 & 1;
  resource.is_completed = flags >> 3 & 1;
  resource.is_bookmarked = flags >> 4 & 1;
  resource.is_dismissed = flags >> 5 & 1;
  resource.dismiss_reason = static_cast<DismissReason>(reason);
  resource.stars = static_cast<int8_t>(stars);
  return true;
}

absl::Status CheckKcs(const KcColumns& columns) {
  RETURN_IF_ERROR(CheckSizes(
      columns.keys_size(),
      {{"kcs.num_correct", columns.num_correct_size()},
       {"kcs.num_incorrect", columns.num_incorrect_size()},
       {"kcs.run", columns.run_size()},
       {"kcs.last_answer", columns.last_answer_size()},
       {"kcs.recent", columns.recent_size()},
       {"kcs.averages", columns.averages_size(), kAverageRates.size()},
       {"kcs.residual_average", columns.residual_average_size()},
       {"kcs.p_known", columns.p_known_size()},
       {"kcs.age", columns.age_size()},
       {"kcs.correction", columns.correction_size()}}));
  RETURN_IF_ERROR(CheckIncreasing("kcs.keys", columns.keys()));
  if (!AreFinite(columns.averages()))
    return BrokenState("kcs.averages", "is out of its range");
  if (!AreFinite(columns.residual_average())) {
    return BrokenState("kcs.residual_average", "is out of its range");
  }
  return absl::OkStatus();
}

absl::Status DecodeKc(const KcColumns& columns, int row, const Ages& ages,
                      const LearnerState& state, KcState& kc) {
  kc.kc = KcKey{columns.keys(row)};
  kc.num_correct = At(columns.num_correct(), row);
  kc.num_incorrect = At(columns.num_incorrect(), row);
  kc.run = At(columns.run(), row);
  if (!AreCounts(kc.num_correct, kc.num_incorrect, kc.run)) {
    return BrokenState("kcs counts", "is out of its range");
  }
  if (!UnpackOutcomes(At(columns.recent(), row), kc.recent)) {
    return BrokenState("kcs.recent", "is out of its range");
  }
  for (size_t rate = 0; rate < kc.averages.size(); ++rate) {
    kc.averages[rate] =
        At(columns.averages(), row * static_cast<int>(kAverageRates.size()) +
                                   static_cast<int>(rate));
  }
  kc.last_answer = At(columns.last_answer(), row) - 1;
  if (kc.last_answer < -1 || kc.last_answer >= state.num_answers()) {
    return BrokenState("kcs.last_answer", "is out of its range");
  }
  kc.last_time = ages.Decode(At(columns.age(), row));
  kc.residual_average = At(columns.residual_average(), row);
  kc.p_known = At(columns.p_known(), row);
  if (!(kc.p_known >= 0 && kc.p_known <= 1))
    return BrokenState("kcs.p_known", "is out of its range");
  kc.correction = At(columns.correction(), row);
  if (!IsCorrection(kc.correction)) {
    return BrokenState("kcs.correction", "is not in [-1, 1]");
  }
  return absl::OkStatus();
}

absl::Status DecodeKcHidden(const KcColumns& columns, LearnerState& state) {
  const auto size = static_cast<size_t>(columns.hidden_size());
  if (size != 0 && size != state.kcs.size() * state.hidden.size()) {
    return BrokenState(
        "kcs.hidden",
        absl::StrCat("has ", size, " values for ", state.kcs.size(),
                     " keys and ", state.hidden.size(), " units"));
  }
  if (!AreFinite(columns.hidden())) {
    return BrokenState("kcs.hidden", "is not finite");
  }
  state.kc_hidden.assign(columns.hidden().begin(), columns.hidden().end());
  return absl::OkStatus();
}

absl::Status CheckResources(const ResourceColumns& columns) {
  if (columns.keys_size() > kMaxResourceStates) {
    return BrokenState("resources.keys", "is out of its range");
  }
  RETURN_IF_ERROR(
      CheckSizes(columns.keys_size(),
                 {{"resources.num_correct", columns.num_correct_size()},
                  {"resources.num_incorrect", columns.num_incorrect_size()},
                  {"resources.last_answer", columns.last_answer_size()},
                  {"resources.flags", columns.flags_size()},
                  {"resources.age", columns.age_size()},
                  {"resources.events_since", columns.events_since_size()}}));
  return CheckIncreasing("resources.keys", columns.keys());
}

absl::Status DecodeResource(const ResourceColumns& columns, int row,
                            const Ages& ages, const LearnerState& state,
                            ResourceState& resource) {
  resource.resource = ResourceKey{columns.keys(row)};
  resource.num_correct = At(columns.num_correct(), row);
  resource.num_incorrect = At(columns.num_incorrect(), row);
  if (!AreCounts(resource.num_correct, resource.num_incorrect, 0)) {
    return BrokenState("resources counts", "is out of its range");
  }
  resource.last_answer = At(columns.last_answer(), row) - 1;
  if (resource.last_answer < -1 ||
      resource.last_answer >= state.num_answers()) {
    return BrokenState("resources.last_answer", "is out of its range");
  }
  const int64_t events_since = At(columns.events_since(), row);
  if (events_since < 0 || events_since > state.num_events) {
    return BrokenState("resources.events_since", "is out of its range");
  }
  resource.last_event = state.num_events - events_since;
  resource.last_time = ages.Decode(At(columns.age(), row));
  if (!UnpackFlags(At(columns.flags(), row), resource)) {
    return BrokenState("resources.flags", "is out of its range");
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status BrokenState(absl::string_view field, absl::string_view what) {
  return absl::DataLossError(
      absl::StrCat("learner state field ", field, " ", what));
}

bool AreCounts(int32_t num_correct, int32_t num_incorrect, int32_t run) {
  return num_correct >= 0 && num_incorrect >= 0 &&
         num_correct <= std::numeric_limits<int32_t>::max() - num_incorrect &&
         run <= num_correct && run >= -num_incorrect;
}

void EncodeKcs(const LearnerState& state, const Ages& ages,
               KcColumns& columns) {
  const std::vector<KcState>& kcs = state.kcs;
  columns.mutable_keys()->Reserve(static_cast<int>(kcs.size()));
  for (const KcState& kc : kcs) {
    columns.add_keys(static_cast<uint64_t>(kc.kc));
    columns.mutable_averages()->Add(kc.averages.begin(), kc.averages.end());
  }
  SetColumn(kcs, *columns.mutable_num_correct(),
            [](const KcState& kc) { return kc.num_correct; });
  SetColumn(kcs, *columns.mutable_num_incorrect(),
            [](const KcState& kc) { return kc.num_incorrect; });
  SetColumn(kcs, *columns.mutable_run(),
            [](const KcState& kc) { return kc.run; });
  SetColumn(kcs, *columns.mutable_last_answer(),
            [](const KcState& kc) { return kc.last_answer + 1; });
  SetColumn(kcs, *columns.mutable_recent(),
            [](const KcState& kc) { return PackOutcomes(kc.recent); });
  SetColumn(kcs, *columns.mutable_residual_average(),
            [](const KcState& kc) { return kc.residual_average; });
  SetColumn(kcs, *columns.mutable_p_known(),
            [](const KcState& kc) { return kc.p_known; });
  SetColumn(kcs, *columns.mutable_age(),
            [&](const KcState& kc) { return ages.Encode(kc.last_time); });
  SetColumn(kcs, *columns.mutable_correction(),
            [](const KcState& kc) { return kc.correction; });
  columns.mutable_hidden()->Add(state.kc_hidden.begin(), state.kc_hidden.end());
}

void EncodeResources(const LearnerState& state, const Ages& ages,
                     ResourceColumns& columns) {
  const std::vector<ResourceState>& resources = state.resources;
  columns.mutable_keys()->Reserve(static_cast<int>(resources.size()));
  for (const ResourceState& resource : resources) {
    columns.add_keys(static_cast<uint64_t>(resource.resource));
  }
  SetColumn(resources, *columns.mutable_num_correct(),
            [](const ResourceState& r) { return r.num_correct; });
  SetColumn(resources, *columns.mutable_num_incorrect(),
            [](const ResourceState& r) { return r.num_incorrect; });
  SetColumn(resources, *columns.mutable_last_answer(),
            [](const ResourceState& r) { return r.last_answer + 1; });
  SetColumn(resources, *columns.mutable_flags(), PackFlags);
  SetColumn(resources, *columns.mutable_age(),
            [&](const ResourceState& r) { return ages.Encode(r.last_time); });
  SetColumn(
      resources, *columns.mutable_events_since(),
      [&](const ResourceState& r) { return state.num_events - r.last_event; });
}

absl::Status DecodeKcs(const KcColumns& columns, const Ages& ages,
                       LearnerState& state) {
  RETURN_IF_ERROR(CheckKcs(columns));
  state.kcs.resize(columns.keys_size());
  for (int row = 0; row < columns.keys_size(); ++row) {
    RETURN_IF_ERROR(DecodeKc(columns, row, ages, state, state.kcs[row]));
  }
  return DecodeKcHidden(columns, state);
}

absl::Status DecodeResources(const ResourceColumns& columns, const Ages& ages,
                             LearnerState& state) {
  RETURN_IF_ERROR(CheckResources(columns));
  state.resources.resize(columns.keys_size());
  for (int row = 0; row < columns.keys_size(); ++row) {
    RETURN_IF_ERROR(
        DecodeResource(columns, row, ages, state, state.resources[row]));
  }
  return absl::OkStatus();
}

}  // namespace evenlight
