#include "services/server/learner_profiles.h"

#include <optional>

#include "core/status_macros.h"

namespace evenlight {

absl::StatusOr<LearnerProfile> ProfileOf(const RosterStore& roster,
                                         const TenantId& tenant,
                                         const LearnerId& learner) {
  LearnerProfile profile;
  profile.id = learner;
  ASSIGN_OR_RETURN(const std::optional<Person> person,
                   roster.GetPerson(tenant, {ActorKind::kLearner, learner}));
  if (!person.has_value()) return profile;
  profile.grade = person->grade;
  profile.language = person->language;
  profile.accessibility_needs = person->accessibility_needs;
  profile.bandwidth_kbps = person->bandwidth_kbps;
  if (profile.grade == 0 && !person->classes.empty()) {
    ASSIGN_OR_RETURN(const std::optional<SchoolClass> first,
                     roster.GetClass(tenant, person->classes.front()));
    if (first.has_value()) profile.grade = first->grade;
  }
  return profile;
}

}  // namespace evenlight
