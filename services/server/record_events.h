// What becomes of the events of one request: which are fit to be committed, and
// the result of each after the commit. No network, no thread.

#ifndef EVENLIGHT_SERVICES_SERVER_RECORD_EVENTS_H_
#define EVENLIGHT_SERVICES_SERVER_RECORD_EVENTS_H_

#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "core/event.h"
#include "google/protobuf/repeated_field.h"
#include "recommender/ingest/committer.h"
#include "services/server/convert_event.h"
#include "services/server/field_violations.h"
#include "storage/track_store.h"

namespace evenlight {

namespace v1 {
class EventResult;
}

// The events of a request after validation.
struct CheckedEvents {
  // Why each event of the request is refused; OK if it is not.
  std::vector<absl::Status> refusals;
  // The others, in order.
  std::vector<Event> events;
  // Of `events`: the client named no kcs, those of the resource were taken.
  std::vector<bool> has_kcs_of_resource;
  // Of all events.
  FieldViolations violations;

  bool is_all_good() const { return violations.empty(); }
};

// Refuses a request with no events, or with more than kMaxEventsPerCall.
absl::Status CheckNumEvents(int num_events);

CheckedEvents CheckEvents(
    const google::protobuf::RepeatedPtrField<v1::Event>& events,
    const EventContext& context);

// Turns conflicts into duplicates where an event differs from the recorded one
// only in kcs that were taken from its resource: an editor changed the resource
// in between, the client sent the same. Such events get the recorded kcs.
//
// DATA_LOSS: a record is damaged.
absl::Status ForgiveChangedResources(const TrackStore& track,
                                     const TenantId& tenant,
                                     CheckedEvents* checked,
                                     std::vector<CommitResult>* results);

// True if an id was used for other content.
bool HasConflict(absl::Span<const CommitResult> results);

// The error of an event whose id was used for other content.
absl::Status ReusedIdError(const FieldPath& event, absl::string_view event_id);

// The results of a whole request, in its order: refusals, and `results` of
// `checked.events`. They stay below 3 MiB together: errors after the first MiB
// have no details, only the message.
std::vector<v1::EventResult> ResultsOf(const CheckedEvents& checked,
                                       absl::Span<const CommitResult> results);

// OK unless a result is a conflict; names every reused id then. Nothing of the
// request was refused.
absl::Status CheckNoConflict(const CheckedEvents& checked,
                             absl::Span<const CommitResult> results);

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_SERVER_RECORD_EVENTS_H_
