#include "recommender/training/tracing_fitter.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "recommender/state/features.h"
#include "recommender/training/cross_fit.h"
#include "recommender/training/spread_parts.h"
#include "recommender/training/tracing_fit.h"

namespace evenlight {
namespace {

// Some 800 MB of examples, and a fourth of that to validate on.
constexpr int64_t kMaxTrainAnswers = 2'000'000;
constexpr int64_t kMaxValidationAnswers = 500'000;

// With fewer, the groups that cross-fitting leaves out say little.
constexpr size_t kMinCrossFitLearners = 8;

// How far LR-H, and then its cross-fit, take the residual's progress.
constexpr double kLrhDone = 0.1;
constexpr double kCrossFitDone = 0.25;

std::vector<LrhExample> AllExamples(const TracingModel& model,
                                    absl::Span<const TrackPart> parts,
                                    int num_threads) {
  return MakeExamples(model, parts, CountAnswers(parts), num_threads);
}

std::vector<int32_t> LearnerOfPart(absl::Span<const TrackPart> parts) {
  std::vector<int32_t> learners;
  learners.reserve(parts.size());
  for (const TrackPart& part : parts) learners.push_back(part.learner);
  return learners;
}

size_t CountLearners(absl::Span<const TrackPart> parts) {
  absl::flat_hash_set<int32_t> learners;
  for (const TrackPart& part : parts) {
    if (CountAnswers(part) > 0) learners.insert(part.learner);
  }
  return learners.size();
}

int32_t NumKcs(const TracingModel& model) {
  return static_cast<int32_t>(model.params().kcs.size());
}

int32_t NumQuestions(const TracingModel& model) {
  return static_cast<int32_t>(model.params().questions.size());
}

TracingRecipe RecipeOf(const char* model, int lrh_epochs, int residual_epochs) {
  TracingRecipe recipe;
  recipe.model = model;
  recipe.lrh_epochs = lrh_epochs;
  recipe.residual_epochs = residual_epochs;
  return recipe;
}

TracingModel WithResidual(const TracingModel& model, ResidualWeights weights) {
  TracingParams params = model.params();
  params.residual = std::move(weights);
  return TracingModel(std::move(params));
}

LrhWeights ZeroLrh(const TracingModel& model) {
  LrhWeights weights;
  weights.questions.assign(NumQuestions(model), 0);
  weights.kcs.assign(NumKcs(model), 0);
  weights.slopes.assign(weights.kcs.size() * kNumLrhSlopes, 0);
  return weights;
}

}  // namespace

TracingFitter::TracingFitter(std::vector<TrackPart> train,
                             std::vector<TrackPart> validation,
                             const IdTables& ids, TracingFitOptions options)
    : options_(std::move(options)),
      base_(CountAnswersByKc(train, ids)),
      train_(std::move(train)),
      lrh_parts_(SpreadParts(train_, kMaxTrainAnswers)),
      residual_parts_(SpreadParts(
          lrh_parts_,
          std::min(options_.max_residual_answers, kMaxTrainAnswers))),
      validation_parts_(SpreadParts(validation, kMaxValidationAnswers)) {}

TracingFit TracingFitter::FitBkt() {
  return {WithBkt(base_), RecipeOf(kBktModel, 0, 0), {}};
}

TracingFit TracingFitter::FitBestLr() {
  LrhTrainOptions options = LrhOptions(BestLrColumns());
  options.progress = options_.progress;
  LrhFit fit = TrainLrh(TrainExamples(), ValidationExamples(), options);
  return {WithLrh(base_, std::move(fit.weights)),
          RecipeOf(kBestLrModel, fit.num_epochs, 0), std::move(fit.curve)};
}

TracingFit TracingFitter::FitLrh() {
  const LrhFit& fit = lrh();
  return {WithBkt(WithLrh(base_, fit.weights)),
          RecipeOf(kLrhModel, fit.num_epochs, 0), fit.curve};
}

TracingFit TracingFitter::FitResidual() {
  LearnLrh(Within(0, kLrhDone));
  TracingFit fit = FitLrh();
  fit.recipe.model = kResidualModel;
  fit.curve.clear();
  if (NumKcs(base_) == 0 ||
      CountLearners(residual_parts_) < kMinCrossFitLearners) {
    return fit;
  }
  LrhTrainOptions cross = LrhOptions(AllColumns());
  cross.max_epochs = fit.recipe.lrh_epochs;
  const std::vector<float> offsets =
      CrossFitLogOdds(ResidualExamples(), LearnerOfPart(residual_parts_), cross,
                      options_.num_threads);
  const std::vector<float> validation_offsets =
      LogOddsOf(fit.model.params().lrh, ValidationExamples());
  Report(kCrossFitDone);

  ResidualTrainOptions options = ResidualOptions();
  options.shape.num_questions = NumQuestions(base_);
  options.shape.num_features = static_cast<int32_t>(LrhFeature::kCount);
  options.progress = Within(kCrossFitDone, 1);
  ResidualFit residual =
      TrainResidual({ResidualExamples(), offsets},
                    {ValidationExamples(), validation_offsets}, options);
  fit.model = WithResidual(fit.model, std::move(residual.weights));
  fit.recipe.residual_epochs = residual.num_epochs;
  fit.curve = std::move(residual.curve);
  return fit;
}

TracingFit TracingFitter::FitDkt() {
  ResidualTrainOptions options = ResidualOptions();
  options.shape.num_questions = 0;
  options.shape.num_features = 0;
  options.shape.has_kc_gru = false;
  options.progress = options_.progress;
  ResidualFit fit = TrainResidual({ResidualExamples(), {}},
                                  {ValidationExamples(), {}}, options);
  return {WithResidual(WithLrh(base_, ZeroLrh(base_)), std::move(fit.weights)),
          RecipeOf(kDktModel, 0, fit.num_epochs), std::move(fit.curve)};
}

TracingFit TracingFitter::Fit(const std::string& model) {
  if (model == kBktModel) return FitBkt();
  if (model == kBestLrModel) return FitBestLr();
  if (model == kResidualModel) return FitResidual();
  if (model == kDktModel) return FitDkt();
  return FitLrh();
}

const LrhFit& TracingFitter::lrh() { return LearnLrh(options_.progress); }

const LrhFit& TracingFitter::LearnLrh(std::function<void(double)> progress) {
  if (!lrh_.has_value()) {
    LrhTrainOptions lrh = LrhOptions(AllColumns());
    lrh.progress = std::move(progress);
    lrh_ = TrainLrh(TrainExamples(), ValidationExamples(), lrh);
  }
  return *lrh_;
}

const std::vector<LrhExample>& TracingFitter::TrainExamples() {
  if (!train_examples_.has_value()) {
    train_examples_ = AllExamples(base_, lrh_parts_, options_.num_threads);
  }
  return *train_examples_;
}

const std::vector<LrhExample>& TracingFitter::ValidationExamples() {
  if (!validation_examples_.has_value()) {
    validation_examples_ =
        AllExamples(base_, validation_parts_, options_.num_threads);
  }
  return *validation_examples_;
}

const std::vector<LrhExample>& TracingFitter::ResidualExamples() {
  if (residual_parts_.size() == lrh_parts_.size()) return TrainExamples();
  if (!residual_examples_.has_value()) {
    train_examples_.reset();  // Both together could be too much to hold.
    residual_examples_ =
        AllExamples(base_, residual_parts_, options_.num_threads);
  }
  return *residual_examples_;
}

LrhTrainOptions TracingFitter::LrhOptions(const LrhColumns& columns) const {
  LrhTrainOptions lrh;
  lrh.columns = columns;
  lrh.num_questions = NumQuestions(base_);
  lrh.num_kcs = NumKcs(base_);
  lrh.max_epochs = options_.max_lrh_epochs;
  lrh.seed = options_.seed;
  return lrh;
}

ResidualTrainOptions TracingFitter::ResidualOptions() const {
  ResidualTrainOptions residual = options_.residual;
  residual.shape.num_kcs = NumKcs(base_);
  residual.seed = options_.seed;
  residual.num_threads = options_.num_threads;
  return residual;
}

TracingModel TracingFitter::WithBkt(const TracingModel& model) {
  if (!bkt_.has_value()) bkt_ = FitBktTo(base_, train_, options_.num_threads);
  TracingParams params = model.params();
  params.bkt = *bkt_;
  return TracingModel(std::move(params));
}

void TracingFitter::Report(double done) const {
  if (options_.progress) options_.progress(done);
}

std::function<void(double)> TracingFitter::Within(double from,
                                                  double to) const {
  if (!options_.progress) return {};
  return [this, from, to](double done) { Report(from + (to - from) * done); };
}

TracingModel FitRecipe(absl::Span<const TrackPart> parts, const IdTables& ids,
                       const TracingRecipe& recipe,
                       const TracingFitOptions& options) {
  TracingFitOptions exact = options;
  exact.max_lrh_epochs = std::max(1, recipe.lrh_epochs);
  ResidualTrainOptions& residual = exact.residual;
  if (residual.schedule_epochs == 0) {
    residual.schedule_epochs = residual.max_epochs;
  }
  residual.max_epochs = recipe.residual_epochs;
  const bool has_residual = recipe.residual_epochs > 0;
  TracingFitter fitter({parts.begin(), parts.end()}, {}, ids, exact);
  TracingModel model = recipe.model == kResidualModel && !has_residual
                           ? fitter.FitLrh().model
                           : fitter.Fit(recipe.model).model;
  return WithCorrectionRate(WithCalibration(model, recipe.calibration),
                            recipe.correction_rate);
}

}  // namespace evenlight
