// How a model's loss moved while it learnt.

#ifndef EVENLIGHT_RECOMMENDER_TRAINING_LEARNING_CURVE_H_
#define EVENLIGHT_RECOMMENDER_TRAINING_LEARNING_CURVE_H_

#include <vector>

namespace evenlight {

// Mean log losses, in nats per answer. That of training is of the predictions
// made while learning, before each step.
struct EpochLoss {
  int epoch = 0;  // From 1.
  double train = 0;
  double validation = 0;  // NaN without validation.
};

using LearningCurve = std::vector<EpochLoss>;

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_TRAINING_LEARNING_CURVE_H_
