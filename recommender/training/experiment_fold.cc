#include "recommender/training/experiment_fold.h"

#include <chrono>
#include <utility>

#include "recommender/training/calibration.h"
#include "recommender/training/das3h.h"
#include "recommender/training/tracing_fit.h"

namespace evenlight {
namespace {

class Stopwatch {
 public:
  double Seconds() const {
    return std::chrono::duration<double>(Clock::now() - start_).count();
  }

 private:
  using Clock = std::chrono::steady_clock;
  const Clock::time_point start_ = Clock::now();
};

// Straightens the probabilities of `model` if validation asks for it.
TracingModel Calibrated(const TracingModel& model,
                        absl::Span<const TrackPart> validation,
                        int num_threads) {
  if (model.params().calibration != Calibration()) return model;
  return WithCalibration(model, FitCalibration(model, validation, num_threads));
}

}  // namespace

ExperimentFold::ExperimentFold(const ExperimentData& data, int fold,
                               const TracingExperimentOptions& options,
                               int num_threads)
    : data_(data),
      options_(options),
      fold_(fold),
      num_threads_(num_threads),
      parts_(SplitFold(data, fold, options.chunk_size)),
      base_(CountAnswersByKc(parts_.train, data.ids)) {}

std::vector<TracingScore> ExperimentFold::Run(
    const std::string& model, std::function<void(double done)> progress) {
  if (model == kMeanModel) return RunStateless(model, PredictByMean);
  if (model == kKcMeanModel) return RunStateless(model, PredictByKcMean);
  if (model == kQuestionMeanModel) {
    return RunStateless(model, PredictByQuestionMean);
  }
  if (model == kDas3hModel) return RunDas3h(std::move(progress));
  return RunFitted(model, std::move(progress));
}

std::vector<TracingScore> ExperimentFold::RunStateless(
    const std::string& name, StatelessPredict predict) const {
  const Stopwatch watch;
  const TracingModel counts(CountAnswersByKc(parts_.train, data_.ids));
  TracingScore score = {.model = name};
  score.figures.train_seconds = watch.Seconds();
  return {Test(std::move(score), *StatelessPredictor(&counts, predict))};
}

std::vector<TracingScore> ExperimentFold::RunDas3h(
    std::function<void(double done)> progress) const {
  const Stopwatch watch;
  const TracingModel counts(CountAnswersByKc(parts_.train, data_.ids));
  LrhFit fit = FitDas3h(counts, parts_.train, parts_.validation, options_.seed,
                        std::move(progress));
  TracingScore score = {.model = kDas3hModel, .curve = std::move(fit.curve)};
  score.figures.train_seconds = watch.Seconds();
  return {
      Test(std::move(score), *Das3hPredictor(&counts, std::move(fit.weights)))};
}

std::vector<TracingScore> ExperimentFold::RunFitted(
    const std::string& name, std::function<void(double done)> progress) const {
  const Stopwatch watch;
  TracingFitOptions options = options_.fit;
  options.seed = options_.seed;
  options.num_threads = num_threads_;
  options.progress = std::move(progress);
  TracingFitter fitter(parts_.train, parts_.validation, data_.ids, options);
  TracingFit fit = fitter.Fit(name);
  // Weights are frozen unless a row says otherwise.
  TracingModel model = WithCorrectionRate(fit.model, 0);
  if (IsLrh(name)) {
    model = Calibrated(model, parts_.validation, num_threads_);
  }
  TracingScore score = {
      .model = name,
      .is_calibrated = model.params().calibration != Calibration(),
      .num_residuals =
          name == kResidualModel && fit.recipe.residual_epochs > 0 ? 1 : 0,
      .curve = std::move(fit.curve)};
  score.figures.train_seconds = watch.Seconds();
  std::vector<TracingScore> scores = {
      Test(std::move(score), *ServedPredictor(&model))};
  if (options_.online && IsLrh(name)) {
    AddOnline(model, name == kLrhModel ? &fitter.lrh() : nullptr, scores);
  }
  return scores;
}

void ExperimentFold::AddOnline(const TracingModel& model, const LrhFit* lrh,
                               std::vector<TracingScore>& scores) const {
  TracingScore score = scores.front();
  score.curve.clear();
  score.online = OnlineLearning::kLearner;
  const Stopwatch watch;
  const TracingModel corrected = WithCorrectionRate(
      model, ChooseCorrectionRate(model, parts_.validation, num_threads_));
  score.figures.train_seconds += watch.Seconds();
  scores.push_back(Test(std::move(score), *ServedPredictor(&corrected)));
  if (lrh == nullptr) return;
  score = scores.front();
  score.curve.clear();
  score.online = OnlineLearning::kShared;
  scores.push_back(Test(std::move(score), *OnlinePredictor(&model, *lrh)));
}

TracingScore ExperimentFold::Test(TracingScore score,
                                  AnswerPredictor& predictor) const {
  const TracingReplay replay = ReplayParts(base_, parts_.test, predictor);
  const TracingMetrics metrics = EvaluateTracing(replay.predictions);
  score.fold = fold_;
  score.num_threads = num_threads_;
  score.num_answers = metrics.num_answers;
  score.num_unseen_answers = metrics.num_unseen_answers;
  score.figures = {.auc = metrics.auc,
                   .accuracy = metrics.accuracy,
                   .log_loss = metrics.log_loss,
                   .calibration_error = metrics.calibration_error,
                   .first_answers_auc = metrics.first_answers_auc,
                   .unseen_question_auc = metrics.unseen_question_auc,
                   .learner_auc = metrics.learner_auc,
                   .train_seconds = score.figures.train_seconds,
                   .p50_us = replay.p50_us,
                   .p99_us = replay.p99_us,
                   .bytes_per_learner = replay.bytes_per_learner};
  score.reliability = Reliability(replay.predictions);
  return score;
}

}  // namespace evenlight
