#include "recommender/training/tracing_experiment.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <tuple>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/mutex.h"
#include "core/parallel_for.h"
#include "core/status_macros.h"
#include "recommender/training/experiment_data.h"
#include "recommender/training/experiment_fold.h"

namespace evenlight {
namespace {

template <typename T>
absl::Status CheckOnce(absl::string_view what, const std::vector<T>& values) {
  for (const T& value : values) {
    if (std::count(values.begin(), values.end(), value) > 1) {
      return absl::InvalidArgumentError(
          absl::StrCat(what, " ", value, " is named twice"));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckModels(const std::vector<std::string>& models,
                         bool has_time) {
  const std::vector<std::string> known = TracingModelNames();
  if (models.empty()) return absl::InvalidArgumentError("no model is named");
  for (const std::string& model : models) {
    if (std::find(known.begin(), known.end(), model) == known.end()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "model `", model, "` is none of ", absl::StrJoin(known, ", ")));
    }
    if (model == kDas3hModel && !has_time) {
      return absl::InvalidArgumentError(
          "model das3h counts within windows of time, and the answers have no "
          "times; leave it out");
    }
  }
  return CheckOnce("model", models);
}

// Which folds have how many learners, as "0 (12), 3 (4)".
std::string DescribeFolds(const ExperimentData& data) {
  std::map<int32_t, int64_t> num_learners;
  for (size_t track = 0; track < data.tracks.size(); ++track) {
    if (!data.tracks[track].empty()) ++num_learners[data.folds[track]];
  }
  return absl::StrJoin(
      num_learners, ", ", [](std::string* text, const auto& fold) {
        absl::StrAppend(text, fold.first, " (", fold.second, ")");
      });
}

absl::Status CheckParts(const ExperimentData& data, int fold) {
  const FoldParts parts = SplitFold(data, fold, 0);
  std::string lack;
  if (parts.test.empty()) {
    lack = absl::StrCat("fold ", fold, " has no learner to test with");
  } else if (parts.validation.empty()) {
    const int validation = ValidationFoldOf(fold);
    lack = absl::StrCat("fold ", validation, " has no learner, and fold ", fold,
                        " chooses its models on fold ", validation);
  } else if (parts.train.empty()) {
    lack = absl::StrCat("fold ", fold, " leaves no learner to train with");
  } else {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrCat(
      lack, "; the folds that have learners, and how many: ",
      DescribeFolds(data), ". Folds are 1 to ", kNumFolds,
      ", learners of fold 0 are always for training. Without a column of "
      "folds, few learners may leave some empty: test others (--folds) or "
      "give a column test_fold"));
}

absl::Status CheckFolds(const ExperimentData& data,
                        const std::vector<int>& folds) {
  if (std::all_of(data.tracks.begin(), data.tracks.end(),
                  [](const auto& track) { return track.empty(); })) {
    return absl::InvalidArgumentError("there are no answers");
  }
  for (const int fold : folds) {
    if (fold < 1 || fold > kNumFolds) {
      return absl::InvalidArgumentError(
          absl::StrCat("fold ", fold, " is not in [1, ", kNumFolds, "]"));
    }
    RETURN_IF_ERROR(CheckParts(data, fold));
  }
  return CheckOnce("fold", folds);
}

// Adds up how far each fold is. Thread-safe.
class ExperimentProgress {
 public:
  ExperimentProgress(const TracingExperimentOptions& options)
      : options_(options), done_(options.folds.size()) {}

  // `done` of the fold in row `row`, in [0, 1].
  void Update(size_t row, const std::string& model, double done) {
    if (!options_.progress) return;
    MutexLock lock(mu_);
    done_[row] = std::max(done_[row], done);
    double sum = 0;
    for (const double of_fold : done_) sum += of_fold;
    options_.progress(absl::StrCat("fold ", options_.folds[row], " ", model),
                      sum / static_cast<double>(done_.size()));
  }

 private:
  const TracingExperimentOptions& options_;
  Mutex mu_;
  std::vector<double> done_ ABSL_GUARDED_BY(mu_);  // By row of the folds.
};

// About how long a model takes, in units of LR-H: recurrent nets take most.
double EffortOf(const std::string& model) {
  if (model == kResidualModel) return 12;
  if (model == kDktModel) return 5;
  const bool is_lr =
      model == kLrhModel || model == kBestLrModel || model == kDas3hModel;
  return is_lr ? 1 : 0.1;
}

// By model and row, in the order of the options.
std::vector<TracingScore> RunFold(const ExperimentData& data, size_t row,
                                  const TracingExperimentOptions& options,
                                  int num_threads,
                                  ExperimentProgress& progress) {
  double effort = 0;
  for (const std::string& model : options.models) effort += EffortOf(model);
  ExperimentFold fold(data, options.folds[row], options, num_threads);
  std::vector<TracingScore> scores;
  double spent = 0;
  for (const std::string& model : options.models) {
    const double of_model = EffortOf(model);
    std::vector<TracingScore> rows = fold.Run(model, [&](double done) {
      progress.Update(row, model, (spent + of_model * done * 0.99) / effort);
    });
    spent += of_model;
    std::move(rows.begin(), rows.end(), std::back_inserter(scores));
    progress.Update(row, model, spent / effort);
  }
  progress.Update(row, "done", 1);
  return scores;
}

constexpr double TracingFigures::*kFigures[] = {
    &TracingFigures::auc,
    &TracingFigures::accuracy,
    &TracingFigures::log_loss,
    &TracingFigures::calibration_error,
    &TracingFigures::first_answers_auc,
    &TracingFigures::unseen_question_auc,
    &TracingFigures::learner_auc,
    &TracingFigures::train_seconds,
    &TracingFigures::p50_us,
    &TracingFigures::p99_us,
    &TracingFigures::bytes_per_learner,
};
static_assert(sizeof(TracingFigures) ==
              sizeof(kFigures) / sizeof(kFigures[0]) * sizeof(double));

// Which folds can tell them is a matter of their answers alone: one that cannot
// is left out of the mean.
bool IsOfSomeFolds(double TracingFigures::*figure) {
  return figure == &TracingFigures::unseen_question_auc ||
         figure == &TracingFigures::learner_auc;
}

// NaN if one of `values` is or there are none, as is the deviation of a single
// one.
std::pair<double, double> MeanAndDeviation(const std::vector<double>& values) {
  if (values.empty()) return {std::nan(""), std::nan("")};
  const auto count = static_cast<double>(values.size());
  double mean = 0;
  for (const double value : values) mean += value / count;
  if (values.size() < 2) return {mean, std::nan("")};
  double sum_of_squares = 0;
  for (const double value : values) sum_of_squares += std::pow(value - mean, 2);
  return {mean, std::sqrt(sum_of_squares / (count - 1))};
}

// Adds the answers of `more` to the bins of `sum`.
void AddReliability(const std::vector<ReliabilityBin>& more,
                    std::vector<ReliabilityBin>& sum) {
  sum.resize(more.size());
  for (size_t row = 0; row < more.size(); ++row) {
    ReliabilityBin& bin = sum[row];
    const int64_t count = bin.num_answers + more[row].num_answers;
    if (count == 0) continue;
    const double share =
        static_cast<double>(more[row].num_answers) / static_cast<double>(count);
    bin.mean_p += share * (more[row].mean_p - bin.mean_p);
    bin.share_correct += share * (more[row].share_correct - bin.share_correct);
    bin.num_answers = count;
  }
}

}  // namespace

std::vector<std::string> TracingModelNames() {
  return {kMeanModel, kQuestionMeanModel, kKcMeanModel,
          kBktModel,  kBestLrModel,       kDas3hModel,
          kDktModel,  kLrhModel,          kResidualModel};
}

std::vector<std::string> DefaultTracingModels(bool has_time) {
  std::vector<std::string> models = TracingModelNames();
  models.erase(std::remove_if(models.begin(), models.end(),
                              [has_time](const std::string& model) {
                                return model == kKcMeanModel ||
                                       (model == kDas3hModel && !has_time);
                              }),
               models.end());
  return models;
}

bool IsLrh(absl::string_view model) {
  return model == kLrhModel || model == kResidualModel;
}

TracingScore MeanOfFolds(absl::Span<const TracingScore> folds) {
  TracingScore mean = {.model = folds.front().model,
                       .online = folds.front().online,
                       .num_folds = static_cast<int>(folds.size()),
                       .num_threads = folds.front().num_threads};
  for (const TracingScore& fold : folds) {
    mean.is_calibrated |= fold.is_calibrated;
    mean.num_residuals += fold.num_residuals;
    mean.num_answers += fold.num_answers;
    mean.num_unseen_answers += fold.num_unseen_answers;
    AddReliability(fold.reliability, mean.reliability);
  }
  for (double TracingFigures::*const figure : kFigures) {
    std::vector<double> values;
    for (const TracingScore& fold : folds) {
      const double value = fold.figures.*figure;
      if (IsOfSomeFolds(figure) && std::isnan(value)) continue;
      values.push_back(value);
    }
    std::tie(mean.figures.*figure, mean.deviations.*figure) =
        MeanAndDeviation(values);
  }
  return mean;
}

absl::StatusOr<std::vector<TracingScore>> RunTracingExperiment(
    const AnswerSet& answers, const TracingExperimentOptions& options) {
  RETURN_IF_ERROR(CheckModels(options.models, answers.has_time));
  const ExperimentData data = ReadAnswers(answers, options.seed);
  RETURN_IF_ERROR(CheckFolds(data, options.folds));

  const auto num_folds = static_cast<int>(options.folds.size());
  const int threads_of_fold =
      std::max(1, options.num_threads / std::max(1, num_folds));
  ExperimentProgress progress(options);
  std::vector<std::vector<TracingScore>> of_folds(num_folds);
  ParallelFor(options.num_threads, num_folds, 1,
              [&](int64_t begin, int64_t end) {
                for (int64_t row = begin; row < end; ++row) {
                  of_folds[row] = RunFold(data, static_cast<size_t>(row),
                                          options, threads_of_fold, progress);
                }
              });

  std::vector<TracingScore> scores;
  for (size_t row = 0; num_folds > 0 && row < of_folds[0].size(); ++row) {
    std::vector<TracingScore> folds;
    for (const auto& of_fold : of_folds) folds.push_back(of_fold[row]);
    scores.insert(scores.end(), folds.begin(), folds.end());
    scores.push_back(MeanOfFolds(folds));
  }
  return scores;
}

}  // namespace evenlight
