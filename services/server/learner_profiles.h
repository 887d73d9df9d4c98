// What the roster says of learners, as ranking needs it.

#ifndef EVENLIGHT_SERVICES_SERVER_LEARNER_PROFILES_H_
#define EVENLIGHT_SERVICES_SERVER_LEARNER_PROFILES_H_

#include "absl/status/statusor.h"
#include "core/ids.h"
#include "core/recommendation.h"
#include "storage/roster_store.h"

namespace evenlight {

// The learner's profile; only its id is set if the roster has no such learner.
// The grade is their own, else that of their first class.
absl::StatusOr<LearnerProfile> ProfileOf(const RosterStore& roster,
                                         const TenantId& tenant,
                                         const LearnerId& learner);

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_SERVER_LEARNER_PROFILES_H_
