// `evenlight evaluate tracing` as a function: tracing models and baselines on
// held-out learners, fold by fold, by the protocol of the field.

#ifndef EVENLIGHT_RECOMMENDER_TRAINING_TRACING_EXPERIMENT_H_
#define EVENLIGHT_RECOMMENDER_TRAINING_TRACING_EXPERIMENT_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "core/answers.h"
#include "recommender/evaluation/tracing_metrics.h"
#include "recommender/training/learning_curve.h"
#include "recommender/training/tracing_fitter.h"

namespace evenlight {

// Models besides those of tracing_fitter.h: shares of right answers of all, of
// the question (the difficulty that is all IRT knows of a new learner), of the
// kcs; and DAS3H, which needs times.
inline constexpr char kMeanModel[] = "mean";
inline constexpr char kQuestionMeanModel[] = "questionmean";
inline constexpr char kKcMeanModel[] = "kcmean";
inline constexpr char kDas3hModel[] = "das3h";

// All that can be asked for, and those of a plain report: without kcmean, and
// without das3h where there are no times.
std::vector<std::string> TracingModelNames();
std::vector<std::string> DefaultTracingModels(bool has_time);

// LR-H, with or without its residual: what is straightened on validation and
// can learn online. All others are baselines.
bool IsLrh(absl::string_view model);

struct TracingExperimentOptions {
  std::vector<std::string> models = DefaultTracingModels(false);
  std::vector<int> folds = {1, 2, 3, 4, 5};
  // A learner's history starts anew every so many answers; 0: never.
  int chunk_size = 200;
  // Also with models that learn while they are tested; see OnlineLearning.
  bool online = false;
  int64_t seed = 1;
  // Folds run side by side; threads that are left work within each.
  int num_threads = 2;
  // Sizes, rates and epochs of what is fitted; its seed, threads and progress
  // are not read.
  TracingFitOptions fit;
  // `done` in [0, 1] never falls. Called by one thread at a time.
  std::function<void(absl::string_view stage, double done)> progress;
};

// What an answer of a tested learner changes besides the learner's state.
enum class OnlineLearning {
  kNo,       // Nothing: weights are frozen.
  kLearner,  // The learner's own correction: what the server does. Its rate is
             // chosen on validation. Of lrh and lrh2gru.
  kShared,   // The weights of all, learner after learner by id. Of lrh.
};

// NaN is what the answers cannot tell, such as the AUC of right answers only.
struct TracingFigures {
  double auc = 0;
  double accuracy = 0;
  double log_loss = 0;
  double calibration_error = 0;    // ECE over 15 bins.
  double first_answers_auc = 0;    // Of each learner's first five.
  double unseen_question_auc = 0;  // Questions that training does not have.
  double learner_auc = 0;          // The mean over learners of each one's.
  // From tracks to a model that can be asked, by one that shares nothing with
  // the other models of the run: lrh's has that of BKT within, which it needs
  // for mastery, and lrh2gru's that of lrh and of its cross-fitting.
  double train_seconds = 0;
  // As TracingReplay has them, one thread; folds run beside each other.
  double p50_us = 0;
  double p99_us = 0;
  double bytes_per_learner = 0;
};

// One model on one fold; fold 0 is the mean over folds.
struct TracingScore {
  std::string model;
  OnlineLearning online = OnlineLearning::kNo;
  int fold = 0;
  // Its probabilities were straightened, as validation asked. Of fold 0: in any
  // fold.
  bool is_calibrated = false;
  // Of lrh2gru: in how many of `num_folds` validation kept the residual. In the
  // others it predicts as lrh does.
  int num_residuals = 0;
  int num_folds = 1;
  int num_threads = 1;  // That fitted it, beside other folds.
  int64_t num_answers = 0;
  int64_t num_unseen_answers = 0;  // What `unseen_question_auc` is of.
  // Of fold 0: means, NaN if a fold's is; but those of `unseen_question_auc`
  // and `learner_auc` are over the folds that have it, NaN if none has.
  TracingFigures figures = {};
  // Of fold 0: standard deviations over the same folds, NaN of one fold.
  TracingFigures deviations = {};
  // Of fold 0: of all its answers.
  std::vector<ReliabilityBin> reliability = {};
  // Empty for fold 0 and for models without epochs.
  LearningCurve curve = {};
};

// Test fold k: validation is fold k mod 5 + 1, training the rest (fold 0 is
// always training). Hyper-parameters, epochs and calibration are chosen on
// validation only. Model by model, each with its folds and then fold 0.
//
// INVALID_ARGUMENT: no model, an unknown one, das3h without times, no answers,
// a fold without learners to test, validate or train with, or a model or fold
// that is named twice.
absl::StatusOr<std::vector<TracingScore>> RunTracingExperiment(
    const AnswerSet& answers, const TracingExperimentOptions& options);

// The mean of one model's folds, as fold 0. `folds` is not empty.
TracingScore MeanOfFolds(absl::Span<const TracingScore> folds);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_TRAINING_TRACING_EXPERIMENT_H_
