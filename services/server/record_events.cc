#include "services/server/record_events.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/status_macros.h"
#include "evenlight/v1/track_service.pb.h"
#include "google/rpc/status.pb.h"
#include "services/server/convert_value.h"
#include "services/server/status_details.h"

namespace evenlight {
namespace {

constexpr size_t kMaxDetailedBytes = 1 << 20;
constexpr char kReusedReason[] = "EVENT_ID_REUSED";

std::string ReusedText(absl::string_view event_id) {
  return absl::StrCat(Quoted(event_id),
                      " was used before for an event with other content");
}

v1::EventResult Refused(const absl::Status& status) {
  v1::EventResult result;
  result.set_outcome(v1::EventResult::OUTCOME_REFUSED);
  *result.mutable_error() = ToRpcStatus(status);
  return result;
}

v1::EventResult FromCommit(const CommitResult& from, int index,
                           const EventId& id) {
  if (from.outcome == CommitResult::Outcome::kConflict) {
    const FieldPath root;
    return Refused(ReusedIdError(FieldPath(root, "events", index), id));
  }
  v1::EventResult result;
  result.set_outcome(from.outcome == CommitResult::Outcome::kAccepted
                         ? v1::EventResult::OUTCOME_ACCEPTED
                         : v1::EventResult::OUTCOME_DUPLICATE);
  result.set_sequence(from.sequence);
  return result;
}

}  // namespace

absl::Status CheckNumEvents(int num_events) {
  FieldViolations violations;
  CheckCount(num_events, 1, kMaxEventsPerCall, FieldPath(FieldPath(), "events"),
             &violations);
  return violations.ToStatus();
}

CheckedEvents CheckEvents(
    const google::protobuf::RepeatedPtrField<v1::Event>& events,
    const EventContext& context) {
  CheckedEvents checked;
  const FieldPath root;
  for (int index = 0; index < events.size(); ++index) {
    FieldViolations violations;
    Event event = ToEvent(events[index], context,
                          FieldPath(root, "events", index), &violations);
    checked.refusals.push_back(violations.ToStatus());
    if (violations.empty()) {
      checked.has_kcs_of_resource.push_back(
          events[index].has_answered() &&
          events[index].answered().knowledge_components().empty());
      checked.events.push_back(std::move(event));
    } else {
      checked.violations.Append(std::move(violations));
    }
  }
  return checked;
}

absl::Status ForgiveChangedResources(const TrackStore& track,
                                     const TenantId& tenant,
                                     CheckedEvents* checked,
                                     std::vector<CommitResult>* results) {
  for (size_t index = 0; index < results->size(); ++index) {
    CommitResult& result = (*results)[index];
    if (result.outcome != CommitResult::Outcome::kConflict ||
        !checked->has_kcs_of_resource[index]) {
      continue;
    }
    Event& event = checked->events[index];
    RETURN_IF_ERROR(track.List(
        tenant, event.actor, PositionOf(event), {absl::InfiniteFuture(), ""},
        [&](const Event& recorded) {
          Event same = event;
          same.kcs = recorded.kcs;
          same.sequence = recorded.sequence;
          if (same == recorded) {
            event.kcs = recorded.kcs;
            result = {CommitResult::Outcome::kDuplicate, recorded.sequence};
          }
          return false;  // It is the first or none.
        }));
  }
  return absl::OkStatus();
}

bool HasConflict(absl::Span<const CommitResult> results) {
  return std::any_of(
      results.begin(), results.end(), [](const CommitResult& result) {
        return result.outcome == CommitResult::Outcome::kConflict;
      });
}

absl::Status ReusedIdError(const FieldPath& event, absl::string_view event_id) {
  FieldViolations violations;
  violations.Add(FieldPath(event, "event_id"), ReusedText(event_id));
  absl::Status status = violations.ToStatus(absl::StatusCode::kAlreadyExists);
  AttachReason(kReusedReason, {{"event_id", event_id}}, &status);
  return status;
}

std::vector<v1::EventResult> ResultsOf(const CheckedEvents& checked,
                                       absl::Span<const CommitResult> results) {
  std::vector<v1::EventResult> all;
  size_t committed = 0;
  size_t num_bytes = 0;
  const auto add = [&](v1::EventResult result) {
    if (num_bytes > kMaxDetailedBytes && result.has_error()) {
      result.mutable_error()->clear_details();
    }
    num_bytes += result.ByteSizeLong();
    all.push_back(std::move(result));
  };
  for (size_t index = 0; index < checked.refusals.size(); ++index) {
    if (!checked.refusals[index].ok()) {
      add(Refused(checked.refusals[index]));
      continue;
    }
    add(FromCommit(results[committed], static_cast<int>(index),
                   checked.events[committed].id));
    ++committed;
  }
  return all;
}

absl::Status CheckNoConflict(const CheckedEvents& checked,
                             absl::Span<const CommitResult> results) {
  FieldViolations violations;
  const FieldPath root;
  EventId first;
  for (size_t index = 0; index < results.size(); ++index) {
    if (results[index].outcome != CommitResult::Outcome::kConflict) continue;
    const EventId& id = checked.events[index].id;
    if (violations.empty()) first = id;
    const FieldPath event(root, "events", static_cast<int>(index));
    violations.Add(FieldPath(event, "event_id"), ReusedText(id));
  }
  if (violations.empty()) return absl::OkStatus();
  absl::Status status = violations.ToStatus(absl::StatusCode::kAlreadyExists);
  AttachReason(kReusedReason, {{"event_id", first}}, &status);
  return status;
}

}  // namespace evenlight
