#include "recommender/training/tracing_experiment.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "core/clock.h"
#include "core/mutex.h"
#include "core/parallel_for.h"
#include "core/status_macros.h"
#include "recommender/training/dataset.h"
#include "recommender/training/lrh_trainer.h"
#include "recommender/training/tracing_fit.h"

namespace evenlight {
namespace {

constexpr int kNumFolds = 5;
constexpr int64_t kMaxExamples = 2'000'000;

constexpr char kMean[] = "mean";
constexpr char kKcMean[] = "kcmean";
constexpr char kBestLr[] = "bestlr";
constexpr char kBkt[] = "bkt";
constexpr char kLrh[] = "lrh";

// The answers as tracks, each with its learner's fold.
struct ExperimentData {
  IdTables ids;
  std::vector<std::vector<Interaction>> tracks;
  std::vector<int32_t> folds;  // By track.
};

Interaction ToInteraction(const Answer& answer, int64_t number, bool has_time) {
  Interaction interaction;
  interaction.position.time =
      has_time ? answer.time : absl::UnixEpoch() + absl::Minutes(number);
  interaction.verb = Verb::kAnswered;
  interaction.time_is_order = !has_time;
  interaction.question = ResourceKeyOf(answer.question);
  interaction.resource = interaction.question;
  interaction.is_correct = answer.is_correct;
  for (const KcId& id : answer.kcs) {
    const KcKey kc = KcKeyOf(id);
    if (std::find(interaction.kcs.begin(), interaction.kcs.end(), kc) ==
        interaction.kcs.end()) {
      interaction.kcs.push_back(kc);
    }
  }
  return interaction;
}

ExperimentData ReadAnswers(const AnswerSet& answers, int64_t seed) {
  ExperimentData data;
  for (const LearnerAnswers& learner : answers.learners) {
    std::vector<Interaction> track;
    track.reserve(learner.answers.size());
    for (const Answer& answer : learner.answers) {
      track.push_back(ToInteraction(answer, static_cast<int64_t>(track.size()),
                                    answers.has_time));
      data.ids.questions.try_emplace(track.back().question, answer.question);
      for (const KcId& kc : answer.kcs) {
        data.ids.kcs.try_emplace(KcKeyOf(kc), kc);
      }
    }
    data.tracks.push_back(std::move(track));
    data.folds.push_back(answers.has_folds ? learner.fold
                                           : FoldOf(learner.learner, seed));
  }
  return data;
}

// The tracks of one fold's three roles, cut into chunks.
struct FoldParts {
  std::vector<TrackPart> train;
  std::vector<TrackPart> validation;
  std::vector<TrackPart> test;
};

void AddChunks(absl::Span<const Interaction> track, int chunk_size,
               std::vector<TrackPart>& parts) {
  const size_t size =
      chunk_size > 0 ? static_cast<size_t>(chunk_size) : track.size();
  for (size_t begin = 0; begin < track.size(); begin += size) {
    parts.push_back({track.subspan(begin, size), 0});
  }
}

FoldParts SplitFold(const ExperimentData& data, int fold, int chunk_size) {
  FoldParts parts;
  for (size_t track = 0; track < data.tracks.size(); ++track) {
    const int32_t of_track = data.folds[track];
    AddChunks(data.tracks[track], chunk_size,
              of_track == fold                   ? parts.test
              : of_track == fold % kNumFolds + 1 ? parts.validation
                                                 : parts.train);
  }
  return parts;
}

double SecondsSince(absl::Time start) {
  return absl::ToDoubleSeconds(SystemClock().Now() - start);
}

// Trains and tests the models of one fold. LR-H and Best-LR share examples.
class FoldRun {
 public:
  FoldRun(const ExperimentData& data, FoldParts parts,
          const TracingExperimentOptions& options)
      : options_(options),
        parts_(std::move(parts)),
        base_(CountAnswersByKc(parts_.train, data.ids)) {}

  TracingScore Run(const std::string& model, int fold) {
    const absl::Time start = SystemClock().Now();
    const TracingModel trained = Train(model);
    const double seconds = SecondsSince(start);
    const TracingMetrics metrics = EvaluateTracing(Predict(model, trained));
    return {.model = model,
            .fold = fold,
            .auc = metrics.auc,
            .accuracy = metrics.accuracy,
            .log_loss = metrics.log_loss,
            .calibration_error = metrics.calibration_error,
            .train_seconds = seconds,
            .num_answers = metrics.num_answers};
  }

 private:
  TracingModel Train(const std::string& model) {
    if (model == kBkt) {
      TracingParams params = base_.params();
      params.bkt = FitBktTo(base_, parts_.train, 1);
      return TracingModel(std::move(params));
    }
    if (model == kLrh) return TrainLrhWith(AllColumns());
    if (model == kBestLr) return TrainLrhWith(BestLrColumns());
    return base_;
  }

  TracingModel TrainLrhWith(const LrhColumns& columns) {
    if (train_.empty()) {
      train_ = MakeExamples(base_, parts_.train, kMaxExamples, 1);
      validation_ = MakeExamples(base_, parts_.validation, kMaxExamples, 1);
    }
    LrhTrainOptions options;
    options.columns = columns;
    options.num_questions =
        static_cast<int32_t>(base_.params().questions.size());
    options.num_kcs = static_cast<int32_t>(base_.params().kcs.size());
    options.seed = options_.seed;
    return WithLrh(base_, TrainLrh(train_, validation_, options).weights);
  }

  std::vector<Prediction> Predict(const std::string& name,
                                  const TracingModel& model) const {
    if (name == kMean || name == kKcMean) {
      const auto predict = name == kMean ? PredictByMean : PredictByKcMean;
      return PredictAnswersBy(
          [&](const Interaction& answer) { return predict(model, answer); },
          parts_.test);
    }
    return PredictAnswers(model, parts_.test, 1);
  }

  const TracingExperimentOptions& options_;
  const FoldParts parts_;
  const TracingModel base_;
  std::vector<LrhExample> train_;
  std::vector<LrhExample> validation_;
};

absl::Status Validate(const ExperimentData& data,
                      const TracingExperimentOptions& options) {
  for (const std::string& model : options.models) {
    const auto known = {kMean, kKcMean, kBestLr, kBkt, kLrh};
    if (std::find(known.begin(), known.end(), model) == known.end()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "model ", model, " is none of mean, kcmean, bestlr, bkt, lrh"));
    }
  }
  for (const int fold : options.folds) {
    if (fold < 1 || fold > kNumFolds) {
      return absl::InvalidArgumentError(
          absl::StrCat("fold ", fold, " is not in [1, ", kNumFolds, "]"));
    }
    const FoldParts parts = SplitFold(data, fold, 0);
    if (parts.test.empty() || parts.train.empty()) {
      return absl::InvalidArgumentError(
          absl::StrCat("fold ", fold, " has no learner to ",
                       parts.test.empty() ? "test" : "train", " with"));
    }
  }
  return absl::OkStatus();
}

// The mean over the folds of one model.
TracingScore MeanOf(absl::Span<const TracingScore> folds) {
  TracingScore mean = {.model = folds.front().model};
  const auto count = static_cast<double>(folds.size());
  for (const TracingScore& fold : folds) {
    mean.auc += fold.auc / count;
    mean.accuracy += fold.accuracy / count;
    mean.log_loss += fold.log_loss / count;
    mean.calibration_error += fold.calibration_error / count;
    mean.train_seconds += fold.train_seconds / count;
    mean.num_answers += fold.num_answers;
  }
  if (folds.size() < 2) return mean;
  double sum_of_squares = 0;
  for (const TracingScore& fold : folds) {
    sum_of_squares += std::pow(fold.auc - mean.auc, 2);
  }
  mean.auc_deviation = std::sqrt(sum_of_squares / (count - 1));
  return mean;
}

// Counts finished models for the caller's progress. Thread-safe.
class Progress {
 public:
  Progress(const TracingExperimentOptions& options, size_t num_steps)
      : options_(options), num_steps_(num_steps) {}

  void Finish(const std::string& model, int fold) {
    if (!options_.progress) return;
    MutexLock lock(mu_);
    ++num_done_;
    options_.progress(
        absl::StrCat("fold ", fold, " ", model),
        static_cast<double>(num_done_) / static_cast<double>(num_steps_));
  }

 private:
  const TracingExperimentOptions& options_;
  const size_t num_steps_;
  Mutex mu_;
  size_t num_done_ ABSL_GUARDED_BY(mu_) = 0;
};

}  // namespace

absl::StatusOr<std::vector<TracingScore>> RunTracingExperiment(
    const AnswerSet& answers, const TracingExperimentOptions& options) {
  const ExperimentData data = ReadAnswers(answers, options.seed);
  RETURN_IF_ERROR(Validate(data, options));

  const size_t num_folds = options.folds.size();
  const size_t num_models = options.models.size();
  Progress progress(options, num_folds * num_models);
  // By model, then by fold.
  std::vector<TracingScore> of_folds(num_folds * num_models);
  const auto run_fold = [&](size_t row) {
    const int fold = options.folds[row];
    FoldRun run(data, SplitFold(data, fold, options.chunk_size), options);
    for (size_t model = 0; model < num_models; ++model) {
      of_folds[model * num_folds + row] = run.Run(options.models[model], fold);
      progress.Finish(options.models[model], fold);
    }
  };
  ParallelFor(options.num_threads, static_cast<int64_t>(num_folds), 1,
              [&](int64_t begin, int64_t end) {
                for (int64_t row = begin; row < end; ++row) run_fold(row);
              });

  std::vector<TracingScore> scores;
  for (size_t model = 0; num_folds > 0 && model < num_models; ++model) {
    const auto folds =
        absl::MakeConstSpan(of_folds).subspan(model * num_folds, num_folds);
    scores.insert(scores.end(), folds.begin(), folds.end());
    scores.push_back(MeanOf(folds));
  }
  return scores;
}

}  // namespace evenlight
