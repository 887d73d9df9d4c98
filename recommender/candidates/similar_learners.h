// The source of what learners with a similar history went on with: latent
// factors, with the learner's own folded in from their state.

#ifndef EVENLIGHT_RECOMMENDER_CANDIDATES_SIMILAR_LEARNERS_H_
#define EVENLIGHT_RECOMMENDER_CANDIDATES_SIMILAR_LEARNERS_H_

#include <Eigen/Core>
#include <optional>
#include <vector>

#include "recommender/candidates/source.h"

namespace evenlight {

// The learner's factors [num_factors], folded in from their latest engagements
// (recommender/state/engagement.h), never stale. nullopt if the model has no
// factors or knows nothing that the learner engaged with.
std::optional<Eigen::VectorXf> FoldInLearner(const LearnerView& view);

// Proposes the resources in scope with the highest <learner, resource>, those
// newer than the model by their features (ServingSnapshot::FactorsOf()); ties
// by position. An exact scan.
void ProposeSimilarLearners(const SourceInput& input,
                            const Eigen::VectorXf& learner_factors,
                            std::vector<Candidate>& candidates);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_CANDIDATES_SIMILAR_LEARNERS_H_
