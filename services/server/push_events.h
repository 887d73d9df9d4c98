// What a version of a push leaves on the track, when it is made and when it
// arrives.

#ifndef EVENLIGHT_SERVICES_SERVER_PUSH_EVENTS_H_
#define EVENLIGHT_SERVICES_SERVER_PUSH_EVENTS_H_

#include <cstdint>
#include <vector>

#include "absl/time/time.h"
#include "core/event.h"
#include "storage/push_store.h"

namespace evenlight {

// One ASSIGNED event of the teacher for each resource that `before` does not
// have (all, if it is null), and one PUSHED event of each learner with the
// whole list. At the version's update time; their ids are fingerprints of push,
// sequence, and resource or learner. All name the push as their list.
std::vector<Event> EventsOf(const StoredPush& push, const StoredPush* before,
                            int64_t catalog_version);

// The DELIVERED event of `learner`, to whom the version was sent, at `now`. Its
// id is a fingerprint of push, sequence and learner, so that there is one.
Event DeliveredEvent(const StoredPush& push, const LearnerId& learner,
                     absl::Time now);

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_SERVER_PUSH_EVENTS_H_
