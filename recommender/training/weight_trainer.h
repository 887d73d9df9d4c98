// Score weights from what learners took up of the lists they were shown.
//
// What stands first is taken up more often for standing there. So the place has
// a bias of its own in training; in serving, where the order is to be found, it
// is fixed and falls away. Pairwise logistic regression: over pairs of one list
// of which i was taken up and j was not,
//
//   minimise over beta >= 0, theta:
//     sum over lists of the mean over its pairs of
//         log(1 + exp(-(eta_i - eta_j)))
//     + lambda/2 |beta - (beta.h / h.h) h|^2 + mu/2 |theta|^2,
//   eta_i = beta . x_i + theta_place(i),
//
// x the parts, h the hand-set weights, theta the log odds that a place adds.
// The penalty is 0 for every multiple of h: a part that never varies keeps its
// share. What a learner takes up on the whole cancels in a pair, so that lists
// of busy and of idle learners count alike: the conditional logistic likelihood
// of pairs (Chamberlain, REStud 1980). Position as a bias of a click model:
// Richardson, Dominowska & Ragno, WWW 2007; as a term of training alone: Haldar
// et al., KDD 2020. Solved by projected Newton steps (Bertsekas, SIAM J.
// Control 1982). The objective is convex; equal input gives equal bytes.

#ifndef EVENLIGHT_RECOMMENDER_TRAINING_WEIGHT_TRAINER_H_
#define EVENLIGHT_RECOMMENDER_TRAINING_WEIGHT_TRAINER_H_

#include <array>

#include "absl/types/span.h"
#include "core/recommendation.h"
#include "recommender/training/exposure_log.h"

namespace evenlight {

// Places with a bias of their own; deeper ones share the last.
inline constexpr int kNumPlaces = 20;

struct WeightOptions {
  // lambda. A list curves the loss by some 0.02 along a weight, so that the
  // hand-set ones count as about 250 lists.
  double regularization = 5;
  // mu. Small: what it takes from the places goes to the order they had.
  double place_regularization = 0.1;
};

// lambda at which the direction is that of h and only its scale is fitted:
// what learnt weights are compared with.
inline constexpr double kHandSetOnly = 1e9;

struct WeightFit {
  // beta / scale: each >= 0; they add up to 1, or all are 0 if no part makes
  // anything more likely to be taken up.
  ScoreParts weights{};
  double scale = 0;                         // Log odds per 1 of the score.
  std::array<double, kNumPlaces> places{};  // theta, above the first place's.
};

// `hand_set` has weights >= 0, not all 0. A list without both outcomes says
// nothing.
WeightFit FitWeights(absl::Span<const ExposedList> lists,
                     const ScoreParts& hand_set, const WeightOptions& options);

// The mean over its pairs of the negative log likelihood, in nats. `list` has
// both outcomes.
double PairLoss(const WeightFit& fit, const ExposedList& list);

// NDCG of what was taken up in `list`, in [0, 1], if `weights` alone ordered
// what was shown. Each gain is divided by the odds that its place added, of
// `places`: else the order that was shown would win for having been shown
// (Joachims, Swaminathan & Schnabel, WSDM 2017). Ties stand in the worst order.
double TakenUpNdcg(const ScoreParts& weights,
                   const std::array<double, kNumPlaces>& places,
                   const ExposedList& list);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_TRAINING_WEIGHT_TRAINER_H_
