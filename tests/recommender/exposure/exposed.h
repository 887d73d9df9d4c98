#ifndef EVENLIGHT_TESTS_RECOMMENDER_EXPOSURE_EXPOSED_H_
#define EVENLIGHT_TESTS_RECOMMENDER_EXPOSURE_EXPOSED_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "core/event.h"

namespace evenlight {

// A Monday.
inline const absl::Time kExposedNow = absl::FromCivil(
    absl::CivilSecond(2026, 3, 2, 8, 0, 0), absl::UTCTimeZone());

// What a list of these resources, best first, leaves on the track.
inline Event Exposed(const EventId& id, const LearnerId& learner,
                     const std::vector<ResourceId>& resources,
                     absl::Time time = kExposedNow) {
  Event event;
  event.id = id;
  event.actor = {ActorKind::kLearner, learner};
  event.time = time;
  event.verb = Verb::kRecommended;
  event.list = id;
  for (const ResourceId& resource : resources) {
    event.listed.push_back(
        {resource, static_cast<int32_t>(event.listed.size()) + 1, 1});
  }
  return event;
}

}  // namespace evenlight

#endif  // EVENLIGHT_TESTS_RECOMMENDER_EXPOSURE_EXPOSED_H_
