// Predicts answers one after the other as a service would, and measures what
// each costs. The training job, which needs no costs, uses PredictAnswers().

#ifndef EVENLIGHT_RECOMMENDER_TRAINING_TRACING_REPLAY_H_
#define EVENLIGHT_RECOMMENDER_TRAINING_TRACING_REPLAY_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/types/span.h"
#include "core/interaction.h"
#include "recommender/evaluation/tracing_metrics.h"
#include "recommender/models/tracing_model.h"
#include "recommender/training/dataset.h"
#include "recommender/training/lrh_trainer.h"

namespace evenlight {

// A model together with what it keeps of the learner at hand. One thread.
class AnswerPredictor {
 public:
  virtual ~AnswerPredictor() = default;

  // Begins another part: what is kept of the learner is that of a new one.
  virtual void Start() = 0;

  // The probability of a right answer, as of before it is given, and moves past
  // it.
  virtual float PredictAndFold(const Interaction& answer) = 0;

  // Moves past an interaction that is no answer.
  virtual void Fold(const Interaction& other) = 0;

  // What is kept of the learner, as it would be stored; 0 for nothing.
  virtual int64_t StateBytes() const = 0;
};

// The code that serves: PredictAndFold() of `model`, which outlives it.
std::unique_ptr<AnswerPredictor> ServedPredictor(const TracingModel* model);

// A function of the model and the question: PredictByMean() and the like.
using StatelessPredict = float (*)(const TracingModel&, const Interaction&);
std::unique_ptr<AnswerPredictor> StatelessPredictor(const TracingModel* model,
                                                    StatelessPredict predict);

// LR-H whose shared weights go on learning from every answer that it has
// predicted, whosever it is. `model` outlives it and has the weights of `fit`.
std::unique_ptr<AnswerPredictor> OnlinePredictor(const TracingModel* model,
                                                 LrhFit fit);

struct TracingReplay {
  std::vector<Prediction> predictions;
  // Microseconds to predict and fold one answer, by a clock whose own reading
  // (some 0.03) is within. NaN without answers, as is the next.
  double p50_us = 0;
  double p99_us = 0;
  // The median over learners of the most that was kept of one at the end of a
  // part.
  double bytes_per_learner = 0;
};

// Answers of `parts` from `from` on, in their order. Unseen questions are those
// that `base` does not know.
TracingReplay ReplayParts(const TracingModel& base,
                          absl::Span<const TrackPart> parts,
                          AnswerPredictor& predictor);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_TRAINING_TRACING_REPLAY_H_
