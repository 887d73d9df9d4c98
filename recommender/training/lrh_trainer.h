// Finds the weights of LR-H by stochastic gradient descent. What they score is
// recommender/models/lrh.h.

#ifndef EVENLIGHT_RECOMMENDER_TRAINING_LRH_TRAINER_H_
#define EVENLIGHT_RECOMMENDER_TRAINING_LRH_TRAINER_H_

#include <array>
#include <cstdint>
#include <functional>
#include <vector>

#include "absl/types/span.h"
#include "recommender/models/lrh.h"
#include "recommender/models/tracing_model.h"
#include "recommender/training/dataset.h"
#include "recommender/training/learning_curve.h"

namespace evenlight {

// One answer and what was known before it.
struct LrhExample {
  LrhInput input;
  bool is_correct = false;
  int32_t part = 0;  // Of the parts it was made from.
};

// Replays `parts` through Fold() and Features(): the code that serves. In their
// order, equal for any number of threads. If there are more than `max_examples`
// answers, about so many of them, spread evenly; each takes some 400 bytes.
std::vector<LrhExample> MakeExamples(const TracingModel& model,
                                     absl::Span<const TrackPart> parts,
                                     int64_t max_examples, int num_threads);

// Which columns are learnt, 1 or 0; the weights of others stay 0.
struct LrhColumns {
  std::array<float, kNumLrhShared> shared{};
  std::array<float, kNumLrhSlopes> slopes{};
};

LrhColumns AllColumns();

// Best-LR after Gervet et al., JEDM 2020: questions, kcs, and counts only.
LrhColumns BestLrColumns();

struct LrhTrainOptions {
  LrhColumns columns = AllColumns();
  int32_t num_questions = 0;
  int32_t num_kcs = 0;
  int max_epochs = 12;
  int64_t seed = 1;
  // Called after each epoch. May be empty.
  std::function<void(double done)> progress;
};

struct LrhFit {
  LrhWeights weights;
  LrhWeights squares;   // AdaGrad's accumulators at the same moment.
  int num_epochs = 0;   // After which `weights` were taken.
  LearningCurve curve;  // Of all epochs, those after `num_epochs` too.
};

// One step against the gradient of the loss of `example`, on the columns of
// `options`.
void LearnOnline(const LrhExample& example, const LrhColumns& columns,
                 LrhFit& fit);

// The minimizer of log loss + (1e-4 / 2) |weights|^2 over each example's
// columns that are not 0, by AdaGrad (Duchi, Hazan & Singer, JMLR 2011), one
// example at a time in an order shuffled by `seed`. Sequential, so that it is
// repeatable. The weights of an epoch are the mean of those at 64 moments of it
// (Polyak & Juditsky, SIAM J. Control Optim. 1992), which no single late
// example moves much: better by .0003 AUC and .001 calibration error on three
// data sets.
//
// With validation examples, the weights are those of the epoch with the lowest
// log loss on them, and learning ends after three epochs without a better one.
// Log loss, not AUC: serving uses the probabilities, and on assist2009 it costs
// no AUC and calibrates better. Without validation examples all `max_epochs`
// are done.
LrhFit TrainLrh(absl::Span<const LrhExample> examples,
                absl::Span<const LrhExample> validation,
                const LrhTrainOptions& options);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_TRAINING_LRH_TRAINER_H_
