// What corrects a trained tracing model's probabilities: straightened for all
// learners, and the step of each learner's own correction.

#ifndef EVENLIGHT_RECOMMENDER_TRAINING_CALIBRATION_H_
#define EVENLIGHT_RECOMMENDER_TRAINING_CALIBRATION_H_

#include "absl/types/span.h"
#include "recommender/evaluation/tracing_metrics.h"
#include "recommender/models/tracing_model.h"
#include "recommender/training/dataset.h"

namespace evenlight {

// Above this calibration error, over 15 bins, probabilities are straightened.
inline constexpr double kMaxCalibrationError = 0.012;

// The slope, above 0, and bias of the predictions' log-odds with the highest
// likelihood (Platt 1999), under a penalty worth one answer that draws them to
// {1, 0}: finite also if all answers are right, and never a higher log loss
// than before. {1, 0} for no predictions.
Calibration FitPlatt(absl::Span<const Prediction> predictions);

// FitPlatt() of what `model`, without its own calibration, says of `parts`,
// which it was not trained on. {1, 0} if the calibration error there is at most
// kMaxCalibrationError already, if the gain is within the noise of few answers,
// or if the model is not trained: BKT's predictions are not calibrated.
Calibration FitCalibration(const TracingModel& model,
                           absl::Span<const TrackPart> parts, int num_threads);

// Of .02, .05, .1 and .2, the rate with the lowest log loss on `parts` among
// those that lower it by more than two standard errors; 0 if none does or the
// model is not trained.
float ChooseCorrectionRate(const TracingModel& model,
                           absl::Span<const TrackPart> parts, int num_threads);

// `model` with these.
TracingModel WithCalibration(const TracingModel& model,
                             Calibration calibration);
TracingModel WithCorrectionRate(const TracingModel& model, float rate);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_TRAINING_CALIBRATION_H_
