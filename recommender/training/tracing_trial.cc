#include "recommender/training/tracing_trial.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/digest.h"
#include "recommender/training/calibration.h"
#include "recommender/training/tracing_fit.h"

namespace evenlight {
namespace {

// Of LR-H when there is nobody to choose the number with.
constexpr int kDefaultEpochs = 5;
constexpr size_t kNumFolds = 5;

// Shares of the trial's progress that end with these.
constexpr double kBktDone = 0.05;
constexpr double kLrhDone = 0.15;
constexpr double kResidualDone = 0.9;

struct Split {
  std::vector<TrackPart> train;
  std::vector<TrackPart> validation;
};

// Holds out the fifth, rounded up, of the learners with answers whose seeded
// hashes are lowest; nobody if there is only one. By rank, so that a small
// class has somebody to validate on, too.
Split HoldOutLearners(absl::Span<const LearnerTrack> learners, int64_t seed) {
  std::vector<std::pair<std::string, int32_t>> answered;  // By hash.
  Split split;
  for (const TrackPart& part : BeforeWindow(learners)) {
    const LearnerId& learner = learners[part.learner].learner;
    split.train.push_back(part);
    if (CountAnswers(part) == 0) continue;
    answered.emplace_back(Sha256Hex(absl::StrCat(seed, "/", learner)),
                          part.learner);
  }
  if (answered.size() < 2) return split;
  std::sort(answered.begin(), answered.end());
  answered.resize((answered.size() + kNumFolds - 1) / kNumFolds);
  std::vector<bool> is_held_out(learners.size());
  for (const auto& [hash, learner] : answered) is_held_out[learner] = true;
  const auto middle = std::stable_partition(
      split.train.begin(), split.train.end(),
      [&](const TrackPart& part) { return !is_held_out[part.learner]; });
  split.validation.assign(middle, split.train.end());
  split.train.erase(middle, split.train.end());
  return split;
}

TracingFitOptions FitOptions(const TracingTrialOptions& options) {
  TracingFitOptions fit;
  fit.seed = options.seed;
  fit.num_threads = options.num_threads;
  fit.residual = options.residual;
  fit.progress = options.progress;
  return fit;
}

// Chooses the calibration and the correction rate of a fitted model.
void ChooseCorrections(absl::Span<const TrackPart> validation, int num_threads,
                       TracingFit& fit) {
  TracingRecipe& recipe = fit.recipe;
  recipe.calibration = FitCalibration(fit.model, validation, num_threads);
  fit.model = WithCalibration(fit.model, recipe.calibration);
  recipe.correction_rate =
      ChooseCorrectionRate(fit.model, validation, num_threads);
  fit.model = WithCorrectionRate(fit.model, recipe.correction_rate);
}

class Trial {
 public:
  Trial(const Dataset& dataset, const TracingTrialOptions& options)
      : options_(options),
        parts_(HoldOutLearners(dataset.learners, options.seed)),
        window_(LaterWindow(dataset.learners)),
        fitter_(parts_.train, parts_.validation, dataset.ids, FitterOptions()) {
  }

  TracingTrial Run() {
    trial_.model = fitter_.base();
    trial_.recipe.model = kBktModel;
    if (!fitter_.base().params().kcs.empty()) {
      FitModels();
      Choose();
      if (CountAnswers(window_) > 0) Judge();
    }
    Report(0, 1, 1);
    return std::move(trial_);
  }

 private:
  TracingFitOptions FitterOptions() {
    TracingFitOptions fit = FitOptions(options_);
    fit.progress = [this](double done) { Report(from_, to_, done); };
    if (parts_.validation.empty()) fit.max_lrh_epochs = kDefaultEpochs;
    return fit;
  }

  void FitModels() {
    for (const std::string& model : options_.models) {
      TracingCandidate& candidate = trial_.candidates.emplace_back();
      candidate.model = model;
      candidate.cost = PlannedCost(model, options_.residual.shape);
      ModelOnTrial& on_trial = on_trial_.emplace_back();
      TracingFit& fit = fits_.emplace_back();
      candidate.is_fitted = IsWithin(candidate.cost, options_.budget);
      if (candidate.is_fitted) {
        SetProgress(model);
        fit = fitter_.Fit(model);
        candidate.cost = CostOf(fit.model);
        candidate.lrh_epochs = fit.recipe.lrh_epochs;
        candidate.residual_epochs = fit.recipe.residual_epochs;
        candidate.curve = fit.curve;
        on_trial.validation = Predict(fit.model, parts_.validation);
        candidate.validation = EvaluateTracing(on_trial.validation);
      }
      on_trial.model = model;
      on_trial.cost = candidate.cost;
    }
  }

  void Choose() {
    const TracingChoice choice = ChooseTracing(on_trial_, options_.budget);
    for (size_t row = 0; row < trial_.candidates.size(); ++row) {
      TracingCandidate& candidate = trial_.candidates[row];
      candidate.reason = choice.reasons[row];
      candidate.is_chosen = row == choice.chosen;
      if (candidate.is_fitted && candidate.model == kResidualModel &&
          candidate.residual_epochs == 0) {
        candidate.reason = "no residual was better than LR-H alone";
      }
    }
    TracingFit chosen = fits_[choice.chosen];
    ChooseCorrections(parts_.validation, options_.num_threads, chosen);
    trial_.recipe = chosen.recipe;
    trial_.model = std::move(chosen.model);
    trial_.validation =
        EvaluateTracing(Predict(trial_.model, parts_.validation));
  }

  void Judge() {
    const std::vector<Prediction> served = Predict(trial_.model, window_);
    Add(kServedModel, served);
    for (size_t row = 0; row < fits_.size(); ++row) {
      if (!trial_.candidates[row].is_fitted) continue;
      Add(trial_.candidates[row].model, Predict(fits_[row].model, window_));
    }
    SetProgress(kBestLrModel);
    Add(kBestLrModel, Predict(fitter_.FitBestLr().model, window_));
    const std::vector<Prediction> kc_mean = PredictBy(PredictByKcMean);
    trial_.against_kc_mean = CompareLogLoss(served, kc_mean);
    Add("kcmean", kc_mean);
    Add("mean", PredictBy(PredictByMean));
  }

  std::vector<Prediction> Predict(const TracingModel& model,
                                  absl::Span<const TrackPart> parts) const {
    return PredictAnswers(model, parts, options_.num_threads);
  }

  std::vector<Prediction> PredictBy(
      float (*predict)(const TracingModel&, const Interaction&)) const {
    return PredictAnswersBy(
        [&](const Interaction& answer) {
          return predict(fitter_.base(), answer);
        },
        window_);
  }

  void Add(std::string model, absl::Span<const Prediction> predictions) {
    trial_.results.push_back({std::move(model), EvaluateTracing(predictions)});
  }

  void SetProgress(const std::string& model) {
    if (model == kBktModel) {
      from_ = 0, to_ = kBktDone;
    } else if (model == kLrhModel) {
      from_ = kBktDone, to_ = kLrhDone;
    } else if (model == kResidualModel) {
      from_ = kLrhDone, to_ = kResidualDone;
    } else {
      from_ = kResidualDone, to_ = 1;
    }
  }

  void Report(double from, double to, double done) const {
    if (options_.progress) options_.progress(from + (to - from) * done);
  }

  const TracingTrialOptions& options_;
  const Split parts_;
  const std::vector<TrackPart> window_;
  double from_ = 0;
  double to_ = 0;
  TracingFitter fitter_;
  std::vector<TracingFit> fits_;        // By model of the options.
  std::vector<ModelOnTrial> on_trial_;  // The same.
  TracingTrial trial_;
};

// The recipe for `model`, as a trial before their later window would choose it.
TracingRecipe ChooseRecipe(const std::string& model,
                           absl::Span<const LearnerTrack> learners,
                           const IdTables& ids,
                           const TracingTrialOptions& options) {
  const Split parts = HoldOutLearners(learners, options.seed);
  TracingFitOptions quiet = FitOptions(options);
  quiet.progress = nullptr;
  if (parts.validation.empty()) quiet.max_lrh_epochs = kDefaultEpochs;
  TracingFitter fitter(parts.train, parts.validation, ids, quiet);
  const bool has_kcs = !fitter.base().params().kcs.empty();
  TracingFit fit = fitter.Fit(has_kcs ? model : kBktModel);
  ChooseCorrections(parts.validation, options.num_threads, fit);
  return fit.recipe;
}

std::vector<Prediction> PredictAnswersAfter(const TracingModel& model,
                                            const AnswersAfter& answers,
                                            int num_threads) {
  const std::vector<Prediction> all =
      PredictAnswers(model, answers.parts, num_threads);
  std::vector<Prediction> after;
  for (size_t answer = 0; answer < all.size(); ++answer) {
    if (answers.is_after[answer]) after.push_back(all[answer]);
  }
  return after;
}

}  // namespace

TracingTrial TryTracing(const Dataset& dataset,
                        const TracingTrialOptions& options) {
  return Trial(dataset, options).Run();
}

std::optional<ServingComparison> CompareWithServing(
    const Dataset& dataset, const TracingModel& serving, int64_t last_sequence,
    const std::string& model, const TracingTrialOptions& options) {
  const AnswersAfter answers =
      FindAnswersAfter(dataset.learners, last_sequence);
  if (answers.count < kMinJudgedAnswers) return std::nullopt;
  std::vector<LearnerTrack> earlier =
      TracksUntil(dataset.learners, last_sequence);
  SplitLaterWindow(absl::MakeSpan(earlier));
  const TracingRecipe recipe =
      ChooseRecipe(model, earlier, dataset.ids, options);
  const TracingModel candidate =
      FitRecipe(WholeTracks(earlier), dataset.ids, recipe, FitOptions(options));
  const std::vector<Prediction> by_candidate =
      PredictAnswersAfter(candidate, answers, options.num_threads);
  const std::vector<Prediction> by_serving =
      PredictAnswersAfter(serving, answers, options.num_threads);
  return ServingComparison{EvaluateTracing(by_candidate),
                           EvaluateTracing(by_serving),
                           CompareLogLoss(by_candidate, by_serving)};
}

TracingModel RefitTracing(const Dataset& dataset, const TracingRecipe& recipe,
                          const TracingTrialOptions& options) {
  return FitRecipe(WholeTracks(dataset.learners), dataset.ids, recipe,
                   FitOptions(options));
}

}  // namespace evenlight
