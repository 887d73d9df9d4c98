// The source of what learners with a similar history went on with.

#ifndef EVENLIGHT_RECOMMENDER_CANDIDATES_SIMILAR_LEARNERS_H_
#define EVENLIGHT_RECOMMENDER_CANDIDATES_SIMILAR_LEARNERS_H_

#include <vector>

#include "recommender/candidates/source.h"
#include "recommender/state/learner_interest.h"

namespace evenlight {

// Proposes the resources in scope of the highest InterestIn(); ties by
// position. An exact scan. By neighbours only what has a score above 0 is
// proposed: the rest has nothing in common with what the learner did. Nothing
// if `interest` is not known.
void ProposeSimilarLearners(const SourceInput& input,
                            const LearnerInterest& interest,
                            std::vector<Candidate>& candidates);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_CANDIDATES_SIMILAR_LEARNERS_H_
