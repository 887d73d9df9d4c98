// How well predicted answers match given ones: the measures by which tracing
// models are compared. Pure functions; sums are in double.

#ifndef EVENLIGHT_RECOMMENDER_EVALUATION_TRACING_METRICS_H_
#define EVENLIGHT_RECOMMENDER_EVALUATION_TRACING_METRICS_H_

#include <cstdint>
#include <limits>
#include <vector>

#include "absl/types/span.h"

namespace evenlight {

// What a model said of one answer before it was given.
struct Prediction {
  float p_correct = 0;  // [0, 1]
  bool is_correct = false;
  int32_t learner = 0;  // Predictions of one learner are next to each other.
  int64_t number = 0;   // Of the learner's answers, from 0.
  // No model of the comparison was trained on an answer to the question.
  bool is_unseen_question = false;
};

// The probability that a right answer was predicted higher than a wrong one,
// ties counting half (Mann-Whitney, by ranks). NaN if all answers are equal:
// they cannot tell.
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

// Auc() of each learner's first `num_first` answers, all learners together.
// NaN as there.
double FirstAnswersAuc(absl::Span<const Prediction> predictions,
                       int64_t num_first = 5);

// Auc() of answers to unseen questions. NaN as there.
double UnseenQuestionAuc(absl::Span<const Prediction> predictions);

// The mean of Auc() over learners with right and wrong answers: how well one
// learner's answers are told apart, whatever the differences between learners.
// NaN if there is no such learner.
double MeanLearnerAuc(absl::Span<const Prediction> predictions);

// One of equal intervals of p, for a reliability diagram.
struct ReliabilityBin {
  int64_t num_answers = 0;
  double mean_p = 0;         // 0 if empty.
  double share_correct = 0;  // 0 if empty.
};
std::vector<ReliabilityBin> Reliability(
    absl::Span<const Prediction> predictions, int num_bins = 15);

// NaN is what the answers cannot tell: any of the AUCs.
struct TracingMetrics {
  static constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

  int64_t num_answers = 0;
  double auc = kUnknown;
  // Standard error; Hanley & McNeil, Radiology 1982. NaN as `auc`.
  double auc_error = kUnknown;
  double accuracy = 0;
  double log_loss = 0;
  double log_loss_error = 0;  // Standard error, learners being independent.
  double calibration_error = 0;
  double first_answers_auc = kUnknown;
  int64_t num_unseen_answers = 0;  // To unseen questions.
  double unseen_question_auc = kUnknown;
  double learner_auc = kUnknown;
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
