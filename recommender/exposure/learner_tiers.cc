#include "recommender/exposure/learner_tiers.h"

#include <optional>

#include "core/log.h"
#include "core/status_macros.h"

namespace evenlight {
namespace {

// A correction of the roster holds from the next hour on.
constexpr absl::Duration kRememberedFor = absl::Hours(1);

}  // namespace

absl::StatusOr<Tier> TierOf(const RosterStore& roster, const TenantId& tenant,
                            const LearnerId& learner) {
  ASSIGN_OR_RETURN(const std::optional<Person> person,
                   roster.GetPerson(tenant, {ActorKind::kLearner, learner}));
  if (!person.has_value()) return Tier::kUnspecified;
  SchoolId id = person->school;
  if (id.empty() && !person->classes.empty()) {
    ASSIGN_OR_RETURN(const std::optional<SchoolClass> first,
                     roster.GetClass(tenant, person->classes.front()));
    if (first.has_value()) id = first->school;
  }
  if (id.empty()) return Tier::kUnspecified;
  ASSIGN_OR_RETURN(const std::optional<School> school,
                   roster.GetSchool(tenant, id));
  const bool is_known =
      school.has_value() && school->tier <= Tier::kTeachingPoint;
  return is_known ? school->tier : Tier::kUnspecified;
}

Tier LearnerTiers::Of(const TenantId& tenant, const LearnerId& learner,
                      absl::Time now) {
  const std::pair key(tenant, learner);
  {
    const MutexLock lock(mu_);
    const auto found = remembered_.find(key);
    if (found != remembered_.end() &&
        now - found->second.since < kRememberedFor) {
      return found->second.tier;
    }
  }
  const absl::StatusOr<Tier> tier = TierOf(roster_, tenant, learner);
  if (!tier.ok()) {
    Log(LogLevel::kError, "tier_not_read",
        {{"tenant", tenant},
         {"learner", learner},
         {"problem", tier.status().ToString()}});
  }
  const Remembered fresh = {now, tier.value_or(Tier::kUnspecified)};
  const MutexLock lock(mu_);
  if (remembered_.size() >= kMaxRemembered) remembered_.clear();
  remembered_[key] = fresh;
  return fresh.tier;
}

}  // namespace evenlight
