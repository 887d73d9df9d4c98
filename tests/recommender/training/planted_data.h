// Answers whose law is known, and with it the model that must predict them
// best.

#ifndef EVENLIGHT_TESTS_RECOMMENDER_TRAINING_PLANTED_DATA_H_
#define EVENLIGHT_TESTS_RECOMMENDER_TRAINING_PLANTED_DATA_H_

#include <cstdint>

#include "recommender/models/tracing_model.h"
#include "recommender/training/dataset.h"
#include "recommender/training/residual_trainer.h"

namespace evenlight {

// Learners know their one kc more or less well and questions are more or less
// hard, and nobody learns: LR-H's law, with the log-odds that DifficultyModel()
// has for learners who are all alike. BKT does not tell questions apart, and
// there is nothing in their order for a recurrent network to find.
Dataset DifficultyData(int num_learners, int answers_per_learner, uint64_t seed,
                       float ability_deviation = 1);
TracingModel DifficultyModel(const Dataset& dataset);

// An answer to an even question is right if the one before it was, to an odd
// one if that was wrong, but for one in twelve. A product of a question and the
// past: no sum of features has it, a recurrent network can learn it.
Dataset FlipData(int num_learners, int answers_per_learner, uint64_t seed);

// A residual that is small, and learns fast what the above hold.
ResidualTrainOptions SmallResidual();

}  // namespace evenlight

#endif  // EVENLIGHT_TESTS_RECOMMENDER_TRAINING_PLANTED_DATA_H_
