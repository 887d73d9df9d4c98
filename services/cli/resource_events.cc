#include "services/cli/resource_events.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "core/interaction.h"
#include "core/status_macros.h"
#include "evenlight/v1/event.pb.h"
#include "recommender/models/tracing_model.h"
#include "recommender/state/engagement.h"
#include "recommender/state/fold.h"
#include "services/interop/json_lines.h"
#include "services/interop/parse.h"

namespace evenlight {
namespace {

using Tracks = std::map<LearnerId, std::vector<Interaction>>;
using ResourceIds = absl::flat_hash_map<ResourceKey, ResourceId>;

// Sets what engagement depends on. False: the event says nothing of it.
bool SetVerb(const v1::Event& message, Event& event) {
  switch (message.verb_case()) {
    case v1::Event::kViewed:
      event.verb = Verb::kViewed;
      return true;
    case v1::Event::kAttended:
      event.verb = Verb::kAttended;
      return true;
    case v1::Event::kCompleted:
      event.verb = Verb::kCompleted;
      return true;
    case v1::Event::kAnswered:
      event.verb = Verb::kAnswered;
      event.score = message.answered().has_score()
                        ? message.answered().score()
                        : (message.answered().correct() ? 1.0f : 0.0f);
      return true;
    case v1::Event::kRated:
      event.verb = Verb::kRated;
      event.stars = message.rated().stars();
      return true;
    case v1::Event::kBookmarked:
      event.verb = Verb::kBookmarked;
      return true;
    case v1::Event::kDismissed:
      event.verb = Verb::kDismissed;
      event.dismiss_reason =
          static_cast<DismissReason>(message.dismissed().reason());
      return true;
    default:
      return false;
  }
}

// `message` as an event; a verb kUnspecified for one that says nothing of
// engagement.
absl::StatusOr<Event> ToEvent(const v1::Event& message, int64_t line) {
  Event event;
  absl::string_view actor = message.actor();
  if (!absl::ConsumePrefix(&actor, "learners/")) {
    if (absl::StartsWith(actor, "teachers/")) return event;
    return absl::InvalidArgumentError(absl::StrCat(
        "actor ", QuotedValue(actor), " is not learners/{learner}"));
  }
  RETURN_IF_ERROR(CheckId("learner", actor));
  event.actor.id = std::string(actor);
  if (!message.has_event_time()) {
    return absl::InvalidArgumentError("has no event_time");
  }
  event.time = absl::FromUnixSeconds(message.event_time().seconds()) +
               absl::Nanoseconds(message.event_time().nanos());
  event.time_is_order = message.time_is_order();
  // Lines without ids keep the order of the file where times are equal.
  event.id = message.event_id().empty()
                 ? absl::StrCat("line", 1'000'000'000'000 + line)
                 : message.event_id();
  absl::string_view resource = message.resource();
  if (resource.empty()) return event;
  if (!absl::ConsumePrefix(&resource, "resources/")) {
    return absl::InvalidArgumentError(absl::StrCat(
        "resource ", QuotedValue(resource), " is not resources/{resource}"));
  }
  RETURN_IF_ERROR(CheckId("resource", resource));
  event.resource = std::string(resource);
  (void)SetVerb(message, event);
  return event;
}

// In the order of folding, no position twice.
void SortTrack(std::vector<Interaction>& track) {
  std::sort(track.begin(), track.end(),
            [](const Interaction& a, const Interaction& b) {
              return a.position < b.position;
            });
  track.erase(std::unique(track.begin(), track.end(),
                          [](const Interaction& a, const Interaction& b) {
                            return a.position == b.position;
                          }),
              track.end());
}

SplitEngagements SplitTrack(const std::vector<Interaction>& track,
                            absl::Time split_time, const ResourceIds& ids) {
  // Engagements do not depend on a model.
  static const TracingModel* const kNoModel = new TracingModel;
  SplitEngagements engagements;
  absl::flat_hash_map<ResourceKey, absl::Time> last;
  LearnerState state;
  size_t next = 0;
  for (; next < track.size() && track[next].position.time < split_time;
       ++next) {
    Fold(*kNoModel, track[next], state);
    last[track[next].resource] = track[next].position.time;
  }
  for (const ResourceState& resource : state.resources) {
    const float weight = EngagementWeight(resource, state.last.time);
    if (!(weight > 0)) continue;
    engagements.before[ids.at(resource.resource)] = {
        weight, last.at(resource.resource)};
  }
  LearnerState later = state;
  for (; next < track.size(); ++next) Fold(*kNoModel, track[next], later);
  for (const ResourceState& resource : later.resources) {
    if (EngagementWeight(resource, later.last.time) > 0 &&
        !last.contains(resource.resource)) {
      engagements.after.push_back(ids.at(resource.resource));
    }
  }
  return engagements;
}

}  // namespace

ResourceEvents ReadResourceEvents(std::istream* in, absl::Time split_time) {
  ResourceEvents events;
  Tracks tracks;
  ResourceIds ids;
  LineReader reader(in);
  while (reader.Next()) {
    v1::Event message;
    const absl::Status parsed = ParseJsonLine(reader, &message);
    const absl::StatusOr<Event> event =
        parsed.ok() ? ToEvent(message, reader.line()) : parsed;
    if (!event.ok()) {
      events.refused.push_back(reader.Refuse(event.status().message()));
      continue;
    }
    if (event->verb == Verb::kUnspecified) continue;
    if (event->time_is_order) ++events.num_order_only;
    const Interaction interaction = ToInteraction(*event);
    ids.try_emplace(interaction.resource, event->resource);
    const auto [first, is_new] =
        events.first_used.try_emplace(event->resource, event->time);
    if (!is_new) first->second = std::min(first->second, event->time);
    tracks[event->actor.id].push_back(interaction);
  }
  for (auto& [learner, track] : tracks) {
    SortTrack(track);
    events.learners[learner] = SplitTrack(track, split_time, ids);
  }
  return events;
}

}  // namespace evenlight
