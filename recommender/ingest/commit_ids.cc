#include "recommender/ingest/commit_ids.h"

#include <optional>
#include <utility>

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
  ASSIGN_OR_RETURN(auto found, track.FindIds(tenant, ids));

  CommitIds result(last_sequence);
  result.used_.reserve(events.size());
  for (size_t row = 0; row < events.size(); ++row) {
    if (!found[row].has_value()) continue;
    result.used_.emplace(events[row]->id, *std::move(found[row]));
  }
  return result;
}

bool CommitIds::Take(Event& event) {
  const auto [used, is_new] = used_.try_emplace(event.id);
  if (!is_new) return false;
  event.sequence = ++last_sequence_;
  used->second = {ContentDigest(event), event.sequence};
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
    UsedEventId& used = used_.find(event.id)->second;
    if (result.outcome == Outcome::kAccepted && !is_refused) {
      event.sequence = used.sequence = ++last_sequence_;
    }
    result.sequence = used.sequence;
  }
  if (!is_refused) return;
  for (size_t row = 0; row < results.size(); ++row) {
    if (results[row].outcome != Outcome::kAccepted) continue;
    used_.erase(submission.events[row].id);
  }
}

// A new id is used from here on, with sequence 0 until it is given one.
Outcome CommitIds::Classify(const Event& event) {
  std::string digest = ContentDigest(event);
  const auto [used, is_new] = used_.try_emplace(event.id);
  if (is_new) {
    used->second.content_digest = std::move(digest);
    return Outcome::kAccepted;
  }
  return used->second.content_digest == digest ? Outcome::kDuplicate
                                               : Outcome::kConflict;
}

}  // namespace evenlight
