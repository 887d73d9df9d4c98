// Which of the shared candidates serves which learner of a class, and how well.

#ifndef EVENLIGHT_RECOMMENDER_CLASS_PLAN_CLASS_GAINS_H_
#define EVENLIGHT_RECOMMENDER_CLASS_PLAN_CLASS_GAINS_H_

#include <vector>

#include "absl/types/span.h"
#include "recommender/class_plan/class_candidates.h"
#include "recommender/class_plan/gain.h"
#include "recommender/ranking/policy.h"

namespace evenlight {

// A resource serves a learner if it gives so much of the best there is for
// them; with less they would mostly wait for the others, or lack what it builds
// on.
inline constexpr float kServedShare = 0.5f;

// The best that there is for one learner among the shared candidates and all of
// their own, also those that the class does not share.
struct OwnBest {
  // The first of their own if nothing has a gain; kNone if nothing is eligible.
  ResourceIndex resource = ResourceIndex::kNone;
  float gain = 0;  // In kcs; see Gain().
};

// How gains of a class are worked out.
struct GainRules {
  const PhaseRule& rule;
  float served_share = kServedShare;          // Of their own best, [0, 1].
  absl::Span<const ResourceIndex> pins = {};  // Their own gate, no rule.
};

struct ClassGains {
  // [num_learners x num_shared], in kcs; 0 where the resource does not serve
  // the learner: less than kMinGain, or than the served share of their own
  // best.
  GainMatrix served;
  std::vector<OwnBest> best;  // By learner.
};

ClassGains ComputeClassGains(PlannedLearners learners,
                             const ClassCandidates& candidates,
                             const RankingPolicy& policy,
                             const GainRules& rules);

// [num_learners x num_shared]; 1 where the resource is eligible for the
// learner, else 0.
GainMatrix EligibilityOf(PlannedLearners learners,
                         const ClassCandidates& candidates,
                         const GainRules& rules);

// For how many learners `resource` is eligible.
int32_t NumEligible(PlannedLearners learners, ResourceIndex resource,
                    const GainRules& rules);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_CLASS_PLAN_CLASS_GAINS_H_
