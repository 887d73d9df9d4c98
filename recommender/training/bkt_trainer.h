// Finds the parameters of Bayesian Knowledge Tracing by expectation
// maximisation. What they do is recommender/models/bkt.h.

#ifndef EVENLIGHT_RECOMMENDER_TRAINING_BKT_TRAINER_H_
#define EVENLIGHT_RECOMMENDER_TRAINING_BKT_TRAINER_H_

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "recommender/models/bkt.h"
#include "recommender/models/tracing_model.h"
#include "recommender/training/dataset.h"

namespace evenlight {

// The answers on one kc, learner by learner, each learner's in order. Sequence
// s is is_correct[begin[s] .. begin[s + 1]).
struct KcAnswers {
  std::vector<int64_t> begin = {0};
  std::vector<uint8_t> is_correct;
};

// By kc row of `model`. An answer to a question with several kcs counts for
// each of them.
std::vector<KcAnswers> GroupByKc(const TracingModel& model,
                                 absl::Span<const TrackPart> parts);

// The parameters that explain `answers` best: Baum-Welch with scaled
// forward-backward (Corbett & Anderson, UMUAI 1994, with forgetting), under
// priors worth one observation each, until the likelihood stands still. No
// iteration makes the posterior less likely. Slip, guess and forgetting stay
// below 0.5, so that "known" keeps its meaning. No answers give the defaults.
BktParams FitBkt(const KcAnswers& answers, int max_iterations = 100);

// The same for many kcs, in their order; equal for any number of threads.
std::vector<BktParams> TrainBkt(absl::Span<const KcAnswers> kcs,
                                int num_threads);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_TRAINING_BKT_TRAINER_H_
