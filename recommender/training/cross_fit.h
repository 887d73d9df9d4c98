// LR-H's log-odds of examples by weights that did not see their learner: what
// the residual is trained against.

#ifndef EVENLIGHT_RECOMMENDER_TRAINING_CROSS_FIT_H_
#define EVENLIGHT_RECOMMENDER_TRAINING_CROSS_FIT_H_

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "recommender/training/lrh_trainer.h"

namespace evenlight {

// Cuts the learners into four groups by a seeded hash of their number and
// predicts each group by LR-H trained on the other three, for
// `options.max_epochs` without validation. `learner_of_part` is by
// LrhExample::part. Equal for any number of threads.
std::vector<float> CrossFitLogOdds(absl::Span<const LrhExample> examples,
                                   absl::Span<const int32_t> learner_of_part,
                                   const LrhTrainOptions& options,
                                   int num_threads);

// The log-odds of examples by `weights`.
std::vector<float> LogOddsOf(const LrhWeights& weights,
                             absl::Span<const LrhExample> examples);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_TRAINING_CROSS_FIT_H_
