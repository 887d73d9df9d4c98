// How strongly a learner engaged with a resource, as the factorisation sees
// it. The same function trains and serves.

#ifndef EVENLIGHT_RECOMMENDER_STATE_ENGAGEMENT_H_
#define EVENLIGHT_RECOMMENDER_STATE_ENGAGEMENT_H_

#include "recommender/state/learner_state.h"

namespace evenlight {

// The confidence c = 1 + alpha * strength of implicit feedback (Hu, Koren &
// Volinsky, ICDM 2008, section 4), in (1, 4]; its order is
//
//   viewed < answered < completed < bookmarked or rated 4 and more.
//
// 0, which is "leave it out", without any of these; also after a rating of 1 or
// 2 and after a dismissal as not interesting, whatever else was done with it.
// A dismissal as too hard, too easy or known says nothing about interest.
float EngagementWeight(const ResourceState& resource);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_STATE_ENGAGEMENT_H_
