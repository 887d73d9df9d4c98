#include "storage/learner_state_store.h"

#include <utility>

#include "core/status_macros.h"
#include "storage/keys.h"
#include "storage/records.h"
#include "storage/scan.h"

namespace evenlight {
namespace {

StoredLearnerState Decode(const TenantId& tenant, const LearnerId& learner,
                          absl::string_view bytes) {
  absl::StatusOr<StoredLearnerState> state =
      DecodeLearnerState(tenant, learner, bytes);
  if (state.ok()) return *std::move(state);
  StoredLearnerState damaged;
  damaged.is_stale = true;
  return damaged;
}

}  // namespace

void LearnerStateStore::Put(const TenantId& tenant, const LearnerId& learner,
                            const StoredLearnerState& state,
                            WriteBatch* batch) const {
  batch->Put(Family::kLearnerState, IdKey(tenant, learner),
             EncodeLearnerState(state));
}

absl::StatusOr<std::optional<StoredLearnerState>> LearnerStateStore::Get(
    const TenantId& tenant, const LearnerId& learner) const {
  ASSIGN_OR_RETURN(
      const std::optional<std::string> value,
      database_.Get(Family::kLearnerState, IdKey(tenant, learner)));
  if (!value.has_value()) return std::optional<StoredLearnerState>();
  return std::optional<StoredLearnerState>(Decode(tenant, learner, *value));
}

absl::StatusOr<std::vector<std::optional<StoredLearnerState>>>
LearnerStateStore::MultiGet(const TenantId& tenant,
                            absl::Span<const LearnerId> learners) const {
  std::vector<std::string> keys;
  keys.reserve(learners.size());
  for (const LearnerId& learner : learners) {
    keys.push_back(IdKey(tenant, learner));
  }
  ASSIGN_OR_RETURN(const auto values,
                   database_.MultiGet(Family::kLearnerState, keys));
  std::vector<std::optional<StoredLearnerState>> states(learners.size());
  for (size_t k = 0; k < learners.size(); ++k) {
    if (!values[k]) continue;
    states[k] = Decode(tenant, learners[k], *values[k]);
  }
  return states;
}

absl::Status LearnerStateStore::List(
    const TenantId& tenant, const LearnerId& from,
    absl::FunctionRef<bool(const LearnerId&, const StoredLearnerState&)> visit)
    const {
  const std::string prefix = TenantPrefix(tenant);
  return ScanRange(database_, Family::kLearnerState, IdKey(tenant, from),
                   PrefixEnd(prefix),
                   [&](absl::string_view key,
                       absl::string_view value) -> absl::StatusOr<bool> {
                     const LearnerId learner(key.substr(prefix.size()));
                     return visit(learner, Decode(tenant, learner, value));
                   });
}

}  // namespace evenlight
