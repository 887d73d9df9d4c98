// How strongly a learner engaged with a resource, as the factorisation sees
// it. The same function trains and serves.

#ifndef EVENLIGHT_RECOMMENDER_STATE_ENGAGEMENT_H_
#define EVENLIGHT_RECOMMENDER_STATE_ENGAGEMENT_H_

#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/time/time.h"
#include "core/ids.h"
#include "recommender/state/learner_state.h"

namespace evenlight {

// The confidence c = 1 + alpha * strength of implicit feedback (Hu, Koren &
// Volinsky, ICDM 2008, section 4), in (1, 4]; alpha halves with every half year
// that the last event with the resource is older than `newest`, the learner's
// last event: the learner's own clock, so that a state says the same whenever
// it is read. Without real times nothing decays. Its order is
//
//   viewed < answered < completed < bookmarked or rated 4 and more.
//
// 0, which is "leave it out", without any of these; also after a rating of 1 or
// 2 and after a dismissal as not interesting, whatever else was done with it.
// A dismissal as too hard, too easy or known says nothing about interest.
float EngagementWeight(const ResourceState& resource,
                       absl::Time newest = absl::InfinitePast());

// The most recent engagements that count for a learner's factors; each costs
// some d multiplications for d factors.
inline constexpr int kMaxEngagements = 512;

// What a learner's factors are folded in from: the latest kMaxEngagements
// resources with a weight that the model knows, the latest first. They live as
// long as `state`.
std::vector<const ResourceState*> LatestEngagements(
    const LearnerState& state, absl::FunctionRef<bool(ResourceKey)> is_known);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_STATE_ENGAGEMENT_H_
