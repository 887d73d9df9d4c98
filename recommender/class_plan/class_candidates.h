// The candidates of every learner of a class, and those that the class shares.

#ifndef EVENLIGHT_RECOMMENDER_CLASS_PLAN_CLASS_CANDIDATES_H_
#define EVENLIGHT_RECOMMENDER_CLASS_PLAN_CLASS_CANDIDATES_H_

#include <vector>

#include "recommender/class_plan/phase_rule.h"
#include "recommender/class_plan/planned_learner.h"
#include "recommender/ranking/policy.h"

namespace evenlight {

inline constexpr size_t kMaxClassCandidates = 200;

struct ClassCandidates {
  // In the order of positions, each once: at most kMaxClassCandidates, and
  // those that AddShared() was given.
  std::vector<ResourceIndex> shared;
  // By learner, what they need soonest first. Empty only if nothing at all is
  // eligible for them.
  std::vector<std::vector<ResourceIndex>> own;
};

// Each learner's own are their next steps and reviews; where both are few,
// whatever they have not tried; where none of it has a gain, resources of the
// kcs with the highest expected rise; nothing that `rule` does not take. Whom
// the rule leaves nothing with a gain does not follow it: `learners` say so
// then. Shared is the union; what more learners need sooner stays if there are
// too many.
ClassCandidates FindClassCandidates(PlannedLearners learners,
                                    const RankingPolicy& policy,
                                    const PhaseRule& rule = PhaseRule());

// Adds what is not there yet.
void AddShared(absl::Span<const ResourceIndex> resources,
               ClassCandidates& candidates);

// Adds of each learner what takes at most `max_minutes`: for a list that holds
// no more, on which all that was found may be too long.
void AddShort(PlannedLearners learners, const RankingPolicy& policy,
              const PhaseRule& rule, float max_minutes,
              ClassCandidates& candidates);

// The column of `resource` in what is shared; -1 if it is not there.
int32_t ColumnOf(const ClassCandidates& candidates, ResourceIndex resource);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_CLASS_PLAN_CLASS_CANDIDATES_H_
