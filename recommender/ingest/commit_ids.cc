#include "recommender/ingest/commit_ids.h"

#include "core/status_macros.h"

namespace evenlight {

using Outcome = CommitResult::Outcome;

absl::StatusOr<CommitIds> CommitIds::Find(
    const TrackStore& track, const TenantId& tenant,
    absl::Span<Exposure* const> exposures,
    absl::Span<Submission* const> submissions, int64_t last_sequence) {
  std::vector<const Event*> events;
  for (const Exposure* exposure : exposures) events.push_back(&exposure->event);
  for (const Submission* submission : submissions) {
    for (const Event& event : submission->events) events.push_back(&event);
  }
  std::vector<EventId> ids;
  ids.reserve(events.size());
  for (const Event* event : events) ids.push_back(event->id);

  CommitIds result(last_sequence);
  ASSIGN_OR_RETURN(result.stored_, track.FindEvents(tenant, ids));
  result.used_.reserve(events.size());
  for (const Event& stored : result.stored_) {
    result.used_.emplace(stored.id, &stored);
  }
  return result;
}

bool CommitIds::Take(Event& event) {
  if (!used_.try_emplace(event.id, &event).second) return false;
  event.sequence = ++last_sequence_;
  return true;
}

void CommitIds::Take(Submission& submission) {
  std::vector<CommitResult>& results = submission.results;
  results.assign(submission.events.size(), CommitResult());
  bool has_conflict = false;
  for (size_t row = 0; row < results.size(); ++row) {
    results[row].outcome = Classify(submission.events[row]);
    has_conflict |= results[row].outcome == Outcome::kConflict;
  }
  const bool is_refused = has_conflict && submission.all_or_nothing;
  for (size_t row = 0; row < results.size(); ++row) {
    Event& event = submission.events[row];
    CommitResult& result = results[row];
    if (result.outcome == Outcome::kConflict) continue;
    if (result.outcome == Outcome::kAccepted && !is_refused) {
      event.sequence = ++last_sequence_;
    }
    result.sequence = used_.find(event.id)->second->sequence;
  }
  if (!is_refused) return;
  for (size_t row = 0; row < results.size(); ++row) {
    if (results[row].outcome != Outcome::kAccepted) continue;
    used_.erase(submission.events[row].id);
  }
}

// A new id is used from here on, with sequence 0 until it is given one.
Outcome CommitIds::Classify(Event& event) {
  const auto [used, is_new] = used_.try_emplace(event.id, &event);
  if (is_new) {
    event.sequence = 0;
    return Outcome::kAccepted;
  }
  return HaveSameContent(*used->second, event) ? Outcome::kDuplicate
                                               : Outcome::kConflict;
}

}  // namespace evenlight
