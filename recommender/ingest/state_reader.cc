#include "recommender/ingest/state_reader.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/time/time.h"
#include "core/interaction.h"
#include "core/log.h"
#include "core/status_macros.h"
#include "recommender/state/fold.h"
#include "recommender/state/state_io.h"

namespace evenlight {
namespace {

LearnerState EmptyState(const ModelSet& models) {
  LearnerState state;
  state.model_version = models.version;
  return state;
}

}  // namespace

StateReader::StateReader(Database* database, Committer* committer)
    : committer_(committer), track_(database), states_(database) {}

absl::StatusOr<LearnerState> StateReader::Read(const TenantId& tenant,
                                               const LearnerId& learner,
                                               const ModelSet& models) const {
  ASSIGN_OR_RETURN(const auto stored, states_.Get(tenant, learner));
  if (!stored.has_value()) return EmptyState(models);
  return Current(tenant, learner, models, *stored);
}

absl::StatusOr<std::vector<LearnerState>> StateReader::ReadMany(
    const TenantId& tenant, absl::Span<const LearnerId> learners,
    const ModelSet& models) const {
  ASSIGN_OR_RETURN(const auto stored, states_.MultiGet(tenant, learners));
  std::vector<LearnerState> states;
  states.reserve(learners.size());
  for (size_t row = 0; row < learners.size(); ++row) {
    if (!stored[row].has_value()) {
      states.push_back(EmptyState(models));
      continue;
    }
    ASSIGN_OR_RETURN(LearnerState state,
                     Current(tenant, learners[row], models, *stored[row]));
    states.push_back(std::move(state));
  }
  return states;
}

absl::StatusOr<LearnerState> StateReader::Current(
    const TenantId& tenant, const LearnerId& learner, const ModelSet& models,
    const StoredLearnerState& stored) const {
  if (stored.is_damaged()) {
    Log(LogLevel::kError, "state_damaged",
        {{"tenant", tenant}, {"problem", "the record does not parse"}});
  } else if (!stored.is_stale && stored.model_version == models.version) {
    absl::StatusOr<LearnerState> state = DecodeState(stored.state);
    if (state.ok()) return state;
    Log(LogLevel::kError, "state_damaged",
        {{"tenant", tenant}, {"problem", state.status().ToString()}});
  }
  return Refold(tenant, learner, models, stored);
}

absl::StatusOr<LearnerState> StateReader::Refold(
    const TenantId& tenant, const LearnerId& learner, const ModelSet& models,
    const StoredLearnerState& stored) const {
  ++num_refolds_;
  LearnerState state = EmptyState(models);
  int64_t last_sequence = 0;
  RETURN_IF_ERROR(track_.List(
      tenant, {ActorKind::kLearner, learner}, {absl::InfinitePast(), ""},
      {absl::InfiniteFuture(), ""}, [&](const Event& event) {
        if (!IsFolded(event.verb)) return true;
        Fold(models.tracing, ToInteraction(event), state);
        last_sequence = std::max(last_sequence, event.sequence);
        return true;
      }));
  if (last_sequence < stored.last_sequence) {
    Log(LogLevel::kError, "track_shorter_than_state",
        {{"tenant", tenant},
         {"track_sequence", last_sequence},
         {"state_sequence", stored.last_sequence}});
  } else if (committer_ != nullptr) {
    committer_->SubmitState(tenant, learner,
                            {.is_stale = false,
                             .last_sequence = last_sequence,
                             .model_version = models.version,
                             .state = EncodeState(state)});
  }
  return state;
}

}  // namespace evenlight
