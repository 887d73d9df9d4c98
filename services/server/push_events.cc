#include "services/server/push_events.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "core/digest.h"
#include "services/server/push_draft.h"

namespace evenlight {
namespace {

// Names may be long; an event id has 64 characters at most.
EventId MakeId(absl::string_view what, const StoredPush& push,
               absl::string_view name) {
  const std::string digest =
      Sha256Hex(absl::StrCat(push.id, "/", push.sequence, "/", name));
  return absl::StrCat(what, "-", digest.substr(0, 40));
}

Event MakeEvent(const StoredPush& push, Verb verb) {
  Event event;
  event.time = push.update_time;
  event.verb = verb;
  event.phase = push.phase;
  event.list = push.id;
  return event;
}

std::vector<ListedResource> ListedOf(const StoredPush& push) {
  std::vector<ListedResource> listed;
  for (const StoredPushedResource& pushed : push.resources) {
    listed.push_back(
        {pushed.resource, static_cast<int32_t>(listed.size()) + 1, 1});
  }
  return listed;
}

}  // namespace

std::vector<Event> EventsOf(const StoredPush& push, const StoredPush* before,
                            int64_t catalog_version) {
  std::vector<Event> events;
  for (const ResourceId& resource : AddedResources(push, before)) {
    Event& event = events.emplace_back(MakeEvent(push, Verb::kAssigned));
    event.id = MakeId("assigned", push, resource);
    event.actor = {ActorKind::kTeacher, push.edited_by};
    event.resource = resource;
    event.class_id = push.class_id;
    if (!push.is_whole_class) event.learners = push.learners;
    event.due_time = push.due_time;
  }
  const std::vector<ListedResource> listed = ListedOf(push);
  for (const LearnerId& learner : push.learners) {
    Event& event = events.emplace_back(MakeEvent(push, Verb::kPushed));
    event.id = MakeId("pushed", push, learner);
    event.actor = {ActorKind::kLearner, learner};
    event.listed = listed;
    event.catalog_version = catalog_version;
  }
  return events;
}

Event DeliveredEvent(const StoredPush& push, const LearnerId& learner,
                     absl::Time now) {
  Event event = MakeEvent(push, Verb::kDelivered);
  event.id = MakeId("delivered", push, learner);
  event.actor = {ActorKind::kLearner, learner};
  event.time = now;
  return event;
}

}  // namespace evenlight
