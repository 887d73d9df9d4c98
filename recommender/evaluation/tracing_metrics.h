// How well predicted answers match given ones: the measures by which tracing
// models are compared. Pure functions; sums are in double.

#ifndef EVENLIGHT_RECOMMENDER_EVALUATION_TRACING_METRICS_H_
#define EVENLIGHT_RECOMMENDER_EVALUATION_TRACING_METRICS_H_

#include <cstdint>

#include "absl/types/span.h"

namespace evenlight {

// What a model said of one answer before it was given.
struct Prediction {
  float p_correct = 0;  // [0, 1]
  bool is_correct = false;
  int32_t learner = 0;  // Predictions of one learner are next to each other.
};

// The probability that a right answer was predicted higher than a wrong one,
// ties counting half (Mann-Whitney, by ranks). 0.5 if all answers are equal.
double Auc(absl::Span<const Prediction> predictions);

// The share of answers on whose side of 0.5 the prediction was; 0.5 itself says
// wrong. 0 for no predictions, as with the two below.
double Accuracy(absl::Span<const Prediction> predictions);

// Mean of -log P(the answer), in nats; probabilities are kept within
// [1e-6, 1 - 1e-6].
double LogLoss(absl::Span<const Prediction> predictions);

// Expected calibration error: over `num_bins` equal intervals of p, the mean of
// |mean p - share of right answers|, weighted by answers.
double CalibrationError(absl::Span<const Prediction> predictions,
                        int num_bins = 15);

struct TracingMetrics {
  int64_t num_answers = 0;
  double auc = 0.5;
  double auc_error = 0;  // Standard error; Hanley & McNeil, Radiology 1982.
  double accuracy = 0;
  double log_loss = 0;
  double log_loss_error = 0;  // Standard error, learners being independent.
  double calibration_error = 0;
};

TracingMetrics EvaluateTracing(absl::Span<const Prediction> predictions);

// By how much the log loss of `a` exceeds that of `b`, and the standard error
// of that, learners being independent. Both are of the same answers in the same
// order.
struct LossDifference {
  double mean = 0;
  double standard_error = 0;
};
LossDifference CompareLogLoss(absl::Span<const Prediction> a,
                              absl::Span<const Prediction> b);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_EVALUATION_TRACING_METRICS_H_
