#include "recommender/ingest/state_changes.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "core/interaction.h"
#include "core/status_macros.h"
#include "recommender/state/fold.h"
#include "recommender/state/state_io.h"

namespace evenlight {
namespace {

// A learner's state on its way from one commit to the next.
struct Next {
  std::optional<StoredLearnerState> state;
  bool is_changed = false;
  bool needs_catch_up = false;
};

void CatchUp(const StoredLearnerState& caught_up, const ModelSet& models,
             Next& next) {
  if (!next.state.has_value() || caught_up == *next.state) return;
  // A damaged record has seen no event since: that would have mended it.
  const bool has_all = next.state->is_damaged() ||
                       caught_up.last_sequence == next.state->last_sequence;
  if (has_all && caught_up.model_version == models.version) {
    next = {caught_up, /*is_changed=*/true, /*needs_catch_up=*/false};
  } else {
    // An event or a model came in between: whoever refolded must do it again.
    next.needs_catch_up = next.state->is_stale;
  }
}

// Sets `state` to what new events can be folded into; false if there is nothing
// but the log.
bool LoadBase(const std::optional<StoredLearnerState>& stored,
              const ModelSet& models, LearnerState& state) {
  state.model_version = models.version;
  if (!stored.has_value()) return true;
  if (stored->is_stale || stored->model_version != models.version) return false;
  absl::StatusOr<LearnerState> decoded = DecodeState(stored->state);
  if (!decoded.ok()) return false;
  state = *std::move(decoded);
  return true;
}

// Folds `events` into the stored bytes; false if they do not come in order.
bool FoldInto(const ModelSet& models, std::vector<const Event*> events,
              std::optional<StoredLearnerState>& stored) {
  LearnerState state;
  if (!LoadBase(stored, models, state)) return false;
  std::sort(events.begin(), events.end(), [](const Event* a, const Event* b) {
    return PositionOf(*a) < PositionOf(*b);
  });
  if (PositionOf(*events.front()) <= state.last) return false;
  for (const Event* event : events) {
    Fold(models.tracing, ToInteraction(*event), state);
  }
  if (!stored.has_value()) stored.emplace();
  stored->model_version = models.version;
  stored->state = EncodeState(state);
  return true;
}

void Apply(const StateChange& change, const ModelSet& models, Next& next) {
  for (const StoredLearnerState* state : change.caught_up) {
    CatchUp(*state, models, next);
  }
  if (change.events.empty()) return;
  const int64_t last_sequence = change.events.back()->sequence;
  if (!FoldInto(models, change.events, next.state)) {
    // One that was stale before is waited for already, unless by its damage.
    next.needs_catch_up |= !next.state->is_stale || next.state->is_damaged();
    next.state->is_stale = true;
  }
  next.state->last_sequence = last_sequence;
  next.is_changed = true;
}

}  // namespace

absl::StatusOr<std::vector<LearnerId>> AddStates(
    const LearnerStateStore& states, const TenantId& tenant,
    const ModelSet& models, StateChanges changes, WriteBatch* batch) {
  std::vector<LearnerId> learners;
  learners.reserve(changes.size());
  for (const auto& [learner, change] : changes) learners.push_back(learner);
  ASSIGN_OR_RETURN(auto stored, states.MultiGet(tenant, learners));

  std::vector<LearnerId> need_catch_up;
  size_t row = 0;
  for (const auto& [learner, change] : changes) {
    Next next;
    next.state = std::move(stored[row++]);
    Apply(change, models, next);
    if (next.is_changed) states.Put(tenant, learner, *next.state, batch);
    if (next.needs_catch_up) need_catch_up.push_back(learner);
  }
  return need_catch_up;
}

}  // namespace evenlight
