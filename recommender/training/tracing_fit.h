// Fits tracing models to tracks and replays them: what the training job and the
// experiment have in common.

#ifndef EVENLIGHT_RECOMMENDER_TRAINING_TRACING_FIT_H_
#define EVENLIGHT_RECOMMENDER_TRAINING_TRACING_FIT_H_

#include <cstdint>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/types/span.h"
#include "recommender/evaluation/tracing_metrics.h"
#include "recommender/models/tracing_model.h"
#include "recommender/training/dataset.h"
#include "recommender/training/lrh_trainer.h"

namespace evenlight {

// The kcs and questions answered in `parts`, by id, with their shares of right
// answers: a kc's is shrunken by 5 answers of the mean of all, a question's by
// 5 of the mean of its kcs. BKT parameters are defaults, LR-H is not trained.
TracingParams CountAnswersByKc(absl::Span<const TrackPart> parts,
                               const IdTables& ids);

// BKT parameters for `model`, by kc row.
std::vector<BktParams> FitBktTo(const TracingModel& model,
                                absl::Span<const TrackPart> parts,
                                int num_threads);

// A model whose predictions come from BKT, from one that may also have LR-H.
TracingModel WithoutLrh(const TracingModel& model);

// `model` with these weights.
TracingModel WithLrh(const TracingModel& model, LrhWeights weights);

// What baselines predict: the mean share of right answers of the question, of
// its kcs, and of all answers. What `model` does not know takes the next.
float PredictByQuestionMean(const TracingModel& model,
                            const Interaction& interaction);
float PredictByKcMean(const TracingModel& model,
                      const Interaction& interaction);
float PredictByMean(const TracingModel& model, const Interaction& interaction);

// What was said of `answer`, the one after `answers_so_far` of `part`. It is to
// an unseen question if `model` does not know that.
Prediction PredictionOf(const TracingModel& model, const TrackPart& part,
                        int64_t answers_so_far, const Interaction& answer,
                        float p_correct);

// What `model` says of every answer of `parts` from `from` on, before it is
// given; in their order, equal for any number of threads.
std::vector<Prediction> PredictAnswers(const TracingModel& model,
                                       absl::Span<const TrackPart> parts,
                                       int num_threads);

// The same of a function that needs no state; no question counts as unseen.
std::vector<Prediction> PredictAnswersBy(
    absl::FunctionRef<float(const Interaction&)> predict,
    absl::Span<const TrackPart> parts);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_TRAINING_TRACING_FIT_H_
