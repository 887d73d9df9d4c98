#include "recommender/ingest/commit_builder.h"

#include <algorithm>
#include <memory>

#include "absl/container/btree_map.h"
#include "core/status_macros.h"
#include "recommender/ingest/commit_ids.h"
#include "recommender/ingest/state_changes.h"

namespace evenlight {
namespace {

bool ChangesState(const Event& event) {
  return event.actor.kind == ActorKind::kLearner && IsFolded(event.verb);
}

bool AreAllNew(const std::vector<CommitResult>& results) {
  return std::all_of(
      results.begin(), results.end(), [](const CommitResult& result) {
        return result.outcome == CommitResult::Outcome::kAccepted &&
               result.sequence > 0;
      });
}

}  // namespace

CommitBuilder::CommitBuilder(Database* database, const ModelRegistry* registry)
    : registry_(*registry),
      track_(database),
      lists_(database),
      states_(database) {}

absl::StatusOr<BuiltCommit> CommitBuilder::Build(CommitWork& work) {
  absl::btree_map<TenantId, Share> shares;
  for (Exposure& exposure : work.exposures) {
    shares[exposure.tenant].exposures.push_back(&exposure);
  }
  for (Submission& submission : work.submissions) {
    shares[submission.tenant].submissions.push_back(&submission);
  }
  for (CaughtUpState& state : work.caught_up) {
    shares[state.tenant].caught_up.push_back(&state);
  }
  BuiltCommit commit;
  for (const auto& [tenant, share] : shares) {
    const absl::Status status = AddShare(tenant, share, commit);
    if (!status.ok()) {
      last_sequences_.clear();  // Read again: tenants before this one moved on.
      return status;
    }
  }
  return commit;
}

absl::Status CommitBuilder::AddShare(const TenantId& tenant, const Share& share,
                                     BuiltCommit& commit) {
  ASSIGN_OR_RETURN(const int64_t last_sequence, LastSequence(tenant));
  ASSIGN_OR_RETURN(CommitIds ids,
                   CommitIds::Find(track_, tenant, share.exposures,
                                   share.submissions, last_sequence));
  for (Exposure* exposure : share.exposures) {
    if (!ids.Take(exposure->event)) continue;
    track_.Append(tenant, exposure->event, &commit.batch);
    lists_.Put(tenant, *exposure->list, &commit.batch);
  }

  StateChanges changes;
  for (const CaughtUpState* state : share.caught_up) {
    changes[state->learner].caught_up.push_back(&state->state);
  }
  for (Submission* submission : share.submissions) {
    ids.Take(*submission);
    if (AreAllNew(submission->results)) {
      commit.batch.Append(submission->attached);
    }
    for (size_t row = 0; row < submission->events.size(); ++row) {
      const Event& event = submission->events[row];
      const CommitResult& result = submission->results[row];
      if (result.outcome != CommitResult::Outcome::kAccepted) continue;
      if (result.sequence == 0) continue;  // All or nothing: nothing.
      track_.Append(tenant, event, &commit.batch);
      if (ChangesState(event)) changes[event.actor.id].events.push_back(&event);
    }
  }
  const std::shared_ptr<const ModelSet> models = registry_.Serving(tenant);
  ASSIGN_OR_RETURN(const std::vector<LearnerId> need_catch_up,
                   AddStates(states_, tenant, *models, changes, &commit.batch));
  for (const LearnerId& learner : need_catch_up) {
    commit.need_catch_up.emplace_back(tenant, learner);
  }
  last_sequences_[tenant] = ids.last_sequence();
  return absl::OkStatus();
}

absl::StatusOr<int64_t> CommitBuilder::LastSequence(
    const TenantId& tenant) const {
  const auto known = last_sequences_.find(tenant);
  if (known != last_sequences_.end()) return known->second;
  return track_.LastSequence(tenant);
}

}  // namespace evenlight
