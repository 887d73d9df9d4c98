// The track in the order of commit, which only tests ask for.

#ifndef EVENLIGHT_TESTS_STORAGE_EVENTS_BY_SEQUENCE_H_
#define EVENLIGHT_TESTS_STORAGE_EVENTS_BY_SEQUENCE_H_

#include <algorithm>
#include <vector>

#include "absl/status/statusor.h"
#include "core/status_macros.h"
#include "storage/track_store.h"

namespace evenlight {

inline absl::StatusOr<std::vector<Event>> EventsBySequence(
    Database& database, const TenantId& tenant) {
  std::vector<Event> events;
  RETURN_IF_ERROR(
      TrackStore(&database).ListAll(tenant, [&](const Event& event) {
        events.push_back(event);
        return true;
      }));
  std::sort(events.begin(), events.end(), [](const Event& a, const Event& b) {
    return a.sequence < b.sequence;
  });
  return events;
}

}  // namespace evenlight

#endif  // EVENLIGHT_TESTS_STORAGE_EVENTS_BY_SEQUENCE_H_
