// The source of what is like that which the learner finished or liked.

#ifndef EVENLIGHT_RECOMMENDER_CANDIDATES_SIMILAR_RESOURCES_H_
#define EVENLIGHT_RECOMMENDER_CANDIDATES_SIMILAR_RESOURCES_H_

#include <cstddef>
#include <vector>

#include "recommender/candidates/source.h"
#include "recommender/state/learner_interest.h"

namespace evenlight {

// A larger scope is not looked through.
inline constexpr size_t kMaxLookedThrough = 2'048;

// Proposes the resources in scope that are most like one of LikedResources(),
// by Likeness(), none below kMinLikeness; ties by position. Exact: of a scope
// of more than kMaxLookedThrough resources among those that share a kc with a
// liked one, the first kMaxLookedThrough of them.
//
// What `interest` holds for nothing to this learner, an InterestIn() of 0 or
// less, is left out: the reason stands on that part of the score.
void ProposeSimilarResources(const SourceInput& input,
                             const LearnerInterest& interest,
                             std::vector<Candidate>& candidates);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_CANDIDATES_SIMILAR_RESOURCES_H_
