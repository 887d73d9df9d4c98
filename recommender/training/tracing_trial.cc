#include "recommender/training/tracing_trial.h"

#include <algorithm>
#include <utility>

#include "recommender/training/lrh_trainer.h"
#include "recommender/training/tracing_fit.h"

namespace evenlight {
namespace {

// Some 800 MB of examples.
constexpr int64_t kMaxExamples = 2'000'000;
// Used when there is no learner to choose the number with.
constexpr int kDefaultEpochs = 5;
constexpr int32_t kValidationFold = 1;

TracingModel FitCountsAndBkt(absl::Span<const TrackPart> parts,
                             const IdTables& ids, int num_threads) {
  TracingParams params = CountAnswersByKc(parts, ids);
  params.bkt = FitBktTo(TracingModel(params), parts, num_threads);
  return TracingModel(std::move(params));
}

LrhTrainOptions LrhOptions(const TracingModel& model, LrhColumns columns,
                           const TracingTrialOptions& options) {
  LrhTrainOptions lrh;
  lrh.columns = columns;
  lrh.num_questions = static_cast<int32_t>(model.params().questions.size());
  lrh.num_kcs = static_cast<int32_t>(model.params().kcs.size());
  lrh.seed = options.seed;
  return lrh;
}

// Moves the examples of a fifth of the learners to the end; returns how many
// are before them. Each group keeps its order.
size_t HoldOutLearners(const Dataset& dataset, int64_t seed,
                       std::vector<LrhExample>& examples) {
  std::vector<bool> is_held_out;
  for (const LearnerTrack& track : dataset.learners) {
    is_held_out.push_back(FoldOf(track.learner, seed) == kValidationFold);
  }
  const auto middle = std::stable_partition(
      examples.begin(), examples.end(),
      [&](const LrhExample& example) { return !is_held_out[example.part]; });
  return middle - examples.begin();
}

// LR-H's weights for some columns, on examples whose last ones, from
// `num_train` on, are for choosing the number of epochs; then on all of them.
LrhFit FitColumns(absl::Span<const LrhExample> examples, size_t num_train,
                  LrhTrainOptions options) {
  const auto train = examples.first(num_train);
  const auto validation = examples.subspan(num_train);
  options.max_epochs = train.empty() || validation.empty()
                           ? kDefaultEpochs
                           : TrainLrh(train, validation, options).num_epochs;
  return TrainLrh(examples, {}, options);
}

class Trial {
 public:
  Trial(const Dataset& dataset, const TracingTrialOptions& options)
      : dataset_(dataset), options_(options) {}

  TracingTrial Run() {
    Fit();
    const std::vector<TrackPart> window = LaterWindow(dataset_.learners);
    if (trial_.candidate.is_trained() && CountAnswers(window) > 0) {
      Evaluate(window);
    }
    Report(1);
    return std::move(trial_);
  }

 private:
  void Fit() {
    const std::vector<TrackPart> parts = BeforeWindow(dataset_.learners);
    const TracingModel base =
        FitCountsAndBkt(parts, dataset_.ids, options_.num_threads);
    Report(0.2);
    std::vector<LrhExample> examples =
        MakeExamples(base, parts, kMaxExamples, options_.num_threads);
    const size_t num_train = HoldOutLearners(dataset_, options_.seed, examples);
    Report(0.3);
    LrhFit lrh = FitColumns(examples, num_train,
                            LrhOptions(base, AllColumns(), options_));
    trial_.num_epochs = lrh.num_epochs;
    trial_.candidate = WithLrh(base, std::move(lrh.weights));
    Report(0.6);
    best_lr_ =
        WithLrh(base, FitColumns(examples, num_train,
                                 LrhOptions(base, BestLrColumns(), options_))
                          .weights);
    Report(0.8);
  }

  void Evaluate(absl::Span<const TrackPart> window) {
    const TracingModel& model = trial_.candidate;
    const int num_threads = options_.num_threads;
    const std::vector<Prediction> lrh =
        PredictAnswers(model, window, num_threads);
    const std::vector<Prediction> kc_mean = PredictAnswersBy(
        [&](const Interaction& answer) {
          return PredictByKcMean(model, answer);
        },
        window);
    trial_.against_kc_mean = CompareLogLoss(lrh, kc_mean);
    Add("lrh", lrh);
    Add("bkt", PredictAnswers(WithoutLrh(model), window, num_threads));
    Add("bestlr", PredictAnswers(best_lr_, window, num_threads));
    Add("kcmean", kc_mean);
    Add("mean", PredictAnswersBy(
                    [&](const Interaction& answer) {
                      return PredictByMean(model, answer);
                    },
                    window));
  }

  void Add(std::string model, absl::Span<const Prediction> predictions) {
    trial_.results.push_back({std::move(model), EvaluateTracing(predictions)});
  }

  void Report(double done) const {
    if (options_.progress) options_.progress(done);
  }

  const Dataset& dataset_;
  const TracingTrialOptions& options_;
  TracingTrial trial_;
  TracingModel best_lr_;
};

// Fits all of a model, LR-H for `num_epochs`.
TracingModel FitTracing(absl::Span<const TrackPart> parts, const IdTables& ids,
                        int num_epochs, const TracingTrialOptions& options) {
  const TracingModel base = FitCountsAndBkt(parts, ids, options.num_threads);
  if (options.progress) options.progress(0.3);
  const std::vector<LrhExample> examples =
      MakeExamples(base, parts, kMaxExamples, options.num_threads);
  LrhTrainOptions lrh = LrhOptions(base, AllColumns(), options);
  lrh.max_epochs = num_epochs;
  if (options.progress) {
    lrh.progress = [&](double done) { options.progress(0.3 + 0.7 * done); };
  }
  return WithLrh(base, TrainLrh(examples, {}, lrh).weights);
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
    int num_epochs, const TracingTrialOptions& options) {
  const AnswersAfter answers =
      FindAnswersAfter(dataset.learners, last_sequence);
  if (answers.count < kMinJudgedAnswers) return std::nullopt;
  const std::vector<LearnerTrack> earlier =
      TracksUntil(dataset.learners, last_sequence);
  const TracingModel candidate =
      FitTracing(WholeTracks(earlier), dataset.ids, num_epochs, options);
  const std::vector<Prediction> by_candidate =
      PredictAnswersAfter(candidate, answers, options.num_threads);
  const std::vector<Prediction> by_serving =
      PredictAnswersAfter(serving, answers, options.num_threads);
  return ServingComparison{EvaluateTracing(by_candidate),
                           EvaluateTracing(by_serving),
                           CompareLogLoss(by_candidate, by_serving)};
}

TracingModel RefitTracing(const Dataset& dataset, int num_epochs,
                          const TracingTrialOptions& options) {
  return FitTracing(WholeTracks(dataset.learners), dataset.ids, num_epochs,
                    options);
}

}  // namespace evenlight
