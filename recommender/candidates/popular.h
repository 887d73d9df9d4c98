// The source of what many learners of the grade use.

#ifndef EVENLIGHT_RECOMMENDER_CANDIDATES_POPULAR_H_
#define EVENLIGHT_RECOMMENDER_CANDIDATES_POPULAR_H_

#include <vector>

#include "recommender/candidates/source.h"

namespace evenlight {

// True if the popularity of `grade` is known; else that of all learners counts.
bool HasGradePopularity(const LearnerView& view, int32_t grade);

// Proposes the most used resources, of the grade if its popularity is known,
// else of the tenant.
void ProposePopular(const SourceInput& input,
                    std::vector<Candidate>& candidates);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_CANDIDATES_POPULAR_H_
