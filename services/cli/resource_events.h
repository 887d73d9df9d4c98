// Event lines as `evenlight evaluate resources` reads them: who engaged with
// what before a moment, and with what else after it.

#ifndef EVENLIGHT_SERVICES_CLI_RESOURCE_EVENTS_H_
#define EVENLIGHT_SERVICES_CLI_RESOURCE_EVENTS_H_

#include <cstdint>
#include <istream>
#include <map>
#include <vector>

#include "absl/time/time.h"
#include "core/ids.h"
#include "services/interop/line_reader.h"

namespace evenlight {

// One learner's engagements, weighted as in training and serving
// (EngagementWeight()), by resource.
struct SplitEngagements {
  struct Before {
    float weight = 0;
    absl::Time last;  // Of the events with it before the split.
  };

  std::map<ResourceId, Before> before;
  // Neither met nor engaged with before.
  std::vector<ResourceId> after;
};

struct ResourceEvents {
  std::map<LearnerId, SplitEngagements> learners;
  std::map<ResourceId, absl::Time> first_used;  // By anybody.
  std::vector<RefusedRow> refused;
  int64_t num_order_only = 0;  // Events whose times only keep the order.
};

// Reads evenlight.v1.Event lines. Events of teachers and of lists that were
// shown say nothing of engagement and are left out; an event id counts once.
ResourceEvents ReadResourceEvents(std::istream* in, absl::Time split_time);

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_CLI_RESOURCE_EVENTS_H_
