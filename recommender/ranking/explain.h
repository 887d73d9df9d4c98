// One plain sentence that says why a resource is proposed, in English or
// Chinese. It claims nothing that the learner's state does not hold.

#ifndef EVENLIGHT_RECOMMENDER_RANKING_EXPLAIN_H_
#define EVENLIGHT_RECOMMENDER_RANKING_EXPLAIN_H_

#include <string>

#include "core/recommendation.h"
#include "recommender/state/learner_view.h"

namespace evenlight {

// The kc that carries a resource for this learner: for kReview one that is due
// or, of an old mistake, not mastered; else one that is not mastered and ready.
// Falls back to the first; kNone if the resource has none.
KcIndex CarryingKc(const LearnerView& view, ResourceIndex resource,
                   Reason reason);

// Its title, or its id if it has none.
std::string TitleOf(const Catalog& catalog, KcIndex kc);
std::string TitleOf(const Catalog& catalog, ResourceIndex resource);

// The sentence. `popular_grade` is the grade whose popularity carried a
// kPopular resource; 0 if it was that of all learners.
std::string Explain(const LearnerView& view, ResourceIndex resource,
                    Reason reason, int32_t popular_grade,
                    ReasonLanguage language);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_RANKING_EXPLAIN_H_
