// The source of reviews: what was mastered and is fading, and old mistakes.

#ifndef EVENLIGHT_RECOMMENDER_CANDIDATES_REVIEW_H_
#define EVENLIGHT_RECOMMENDER_CANDIDATES_REVIEW_H_

#include <vector>

#include "recommender/candidates/source.h"

namespace evenlight {

// Proposes questions of mastered kcs whose recall fell below kDueRecall, the
// most forgotten kc first, each kc giving one question in turn: unmet ones
// before those to be repeated. After them, old mistakes on kcs that are not
// mastered, the oldest first. Where only the order of events is known nothing
// fades and only mistakes are left. Finds every such question if there are no
// more than the limit.
void ProposeReview(const SourceInput& input,
                   std::vector<Candidate>& candidates);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_CANDIDATES_REVIEW_H_
