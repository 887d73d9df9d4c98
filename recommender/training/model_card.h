// What a training run found, for people: a Markdown page beside the model.

#ifndef EVENLIGHT_RECOMMENDER_TRAINING_MODEL_CARD_H_
#define EVENLIGHT_RECOMMENDER_TRAINING_MODEL_CARD_H_

#include <string>

#include "recommender/training/train_report.h"

namespace evenlight {

// Data, models tried and why one was chosen, metrics beside baselines, weights
// of the score, gates, notes.
std::string ModelCard(const TrainReport& report);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_TRAINING_MODEL_CARD_H_
