// Finds the weights of the 2GRU residual by backpropagation through time. What
// they do is recommender/models/residual.h.

#ifndef EVENLIGHT_RECOMMENDER_TRAINING_RESIDUAL_TRAINER_H_
#define EVENLIGHT_RECOMMENDER_TRAINING_RESIDUAL_TRAINER_H_

#include <cstdint>
#include <functional>

#include "absl/types/span.h"
#include "recommender/models/residual.h"
#include "recommender/training/learning_curve.h"
#include "recommender/training/lrh_trainer.h"

namespace evenlight {

struct ResidualTrainOptions {
  ResidualShape shape;
  float learning_rate = 5e-3f;
  float dropout = 0.25f;           // Of the inputs of layers.
  float question_dropout = 0.1f;   // Of a question's free vector.
  float question_penalty = 1e-4f;  // L2 on parameters of questions.
  int max_epochs = 16;
  // The learning rate falls linearly so that it would be 0 after so many
  // epochs; 0: `max_epochs`. Fitting anew for the epochs that validation chose
  // keeps the schedule.
  int schedule_epochs = 0;
  // Epochs without a better validation loss that end it, from half of
  // `max_epochs` on: often the first few learn nothing.
  int patience = 2;
  int64_t seed = 1;
  int num_threads = 1;
  // Called during and after each epoch. May be empty.
  std::function<void(double done)> progress;
};

struct ResidualFit {
  ResidualWeights weights;
  int num_epochs = 0;  // After which `weights` were taken; 0: no residual
                       // helps, and `weights` are empty.
  LearningCurve curve;
};

// Answers in order: those of one part are a sequence that starts from zero
// states; those with several kcs move each kc's state. `offsets` are LR-H's
// log-odds of each example, which the network corrects; they must come from
// weights that did not see the example (cross_fit.h), or nothing is learnt.
struct ResidualData {
  absl::Span<const LrhExample> examples;
  absl::Span<const float> offsets;  // Of the same length; empty: all 0.
};

// Minimises log loss by Adam (Kingma & Ba, ICLR 2015), and by AdaGrad for
// parameters of questions that are rare, over mini-batches of sequences,
// gradients clipped to norm 5. A batch is cut into chunks that do not depend on
// the number of threads, and their gradients are added in chunk order: equal
// bytes for any number of threads, on one kind of machine (Eigen cuts products
// by the sizes of its caches), build and vector target.
//
// With validation examples the weights are those of the epoch with the lowest
// log loss on them; epoch 0, LR-H alone, counts too if there are offsets.
// Without, all `max_epochs` are done.
ResidualFit TrainResidual(const ResidualData& train,
                          const ResidualData& validation,
                          const ResidualTrainOptions& options);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_TRAINING_RESIDUAL_TRAINER_H_
