#include "recommender/training/resource_experiment.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "core/status_macros.h"
#include "recommender/training/popularity.h"
#include "recommender/training/resource_settings.h"

namespace evenlight {
namespace {

// Enough to tell settings apart: the difference of two of them on the same
// learners has a third of the standard error of each.
constexpr int64_t kMaxValidationLearners = 8000;
// Epochs without a better NDCG after which a fit stops.
constexpr int kPatience = 2;
// A later epoch or setting must be better by this factor. Less is within the
// standard error of a validation part, and what has more time to overfit, or
// stands further down the list, is not chosen for noise.
constexpr double kLeastGain = 1.01;
constexpr int kMaxEpochs = 16;
// A setting that after so many epochs has less than this share of the best so
// far is not going to catch up.
constexpr int kTrialEpochs = 3;
constexpr double kHopelessShare = 0.8;
constexpr int kValidationDepth = 20;

std::vector<int64_t> EveryNth(const std::vector<int64_t>& learners,
                              int64_t max_count) {
  const auto count = static_cast<int64_t>(learners.size());
  const int64_t stride =
      std::max<int64_t>(1, (count + max_count - 1) / max_count);
  std::vector<int64_t> chosen;
  for (int64_t row = 0; row < count; row += stride) {
    chosen.push_back(learners[row]);
  }
  return chosen;
}

// Rankings for some learners of a split, without what they used in its train.
std::vector<std::vector<ResourceRow>> Rank(const ResourceSplit& split,
                                           absl::Span<const int64_t> learners,
                                           const BlockScorer& scorer, int depth,
                                           int num_threads) {
  RankingTask task;
  task.num_resources = split.train.num_resources;
  task.learners = learners;
  task.seen = [&](int64_t learner) {
    std::vector<ResourceRow> seen;
    for (const Engagement& engagement : split.train.Of(learner)) {
      seen.push_back(engagement.resource);
    }
    return seen;
  };
  task.depth = depth;
  task.num_threads = num_threads;
  return RankLearners(task, scorer);
}

std::vector<JudgedRanking> JudgedOf(
    const ResourceSplit& split, absl::Span<const int64_t> learners,
    const std::vector<std::vector<ResourceRow>>& rankings) {
  std::vector<JudgedRanking> judged;
  judged.reserve(learners.size());
  for (size_t row = 0; row < learners.size(); ++row) {
    judged.push_back(
        {rankings[row], split.held_out[learners[row]],
         static_cast<int64_t>(split.train.Of(learners[row]).size())});
  }
  return judged;
}

double MedianOf(std::vector<double> values) {
  if (values.empty()) return RankerEpoch::kUnknown;
  const auto middle = values.begin() + static_cast<int64_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

// One run: the whole split, and the part of it that settings are chosen on.
class Runner {
 public:
  Runner(const ResourceSplit& split, const ResourceExperimentOptions& options)
      : split_(split), options_(options), judged_(JudgedLearners(split)) {
    if (!has_validation()) return;
    part_ = HoldOut(split, options.validate_fraction, options.ranker.seed);
    validated_ = EveryNth(JudgedLearners(part_), kMaxValidationLearners);
  }

  absl::Status Check() const {
    if (judged_.empty()) {
      return absl::InvalidArgumentError(
          "no learner has both resources to learn from and new ones to be "
          "judged by");
    }
    if (has_validation() && validated_.empty()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "no learner has enough resources for a validation part of ",
          options_.validate_fraction));
    }
    return absl::OkStatus();
  }

  absl::StatusOr<ResourceScore> Score(const std::string& model) const {
    ResourceScore score;
    score.model = model;
    score.num_threads = options_.ranker.num_threads;
    if (model == kIals) score.num_factors = options_.ranker.num_factors;
    score.setting = SettingsOf(model).front();
    if (has_validation()) RETURN_IF_ERROR(Search(model, score));
    RETURN_IF_ERROR(Refit(model, score));
    return score;
  }

 private:
  bool has_validation() const { return options_.validate_fraction > 0; }
  bool has_times() const { return !split_.entry_ages.empty(); }

  // With the number of epochs that was asked for.
  std::vector<ResourceSetting> SettingsOf(const std::string& model) const {
    std::vector<ResourceSetting> settings = DefaultSettings(model, has_times());
    const double num_learners =
        std::max<double>(1, static_cast<double>(split_.train.num_learners()));
    const double mean_scale =
        static_cast<double>(split_.train.entries.size()) / num_learners +
        0.1 * split_.train.num_resources;
    for (ResourceSetting& setting :
         RandomSettings(model, options_.num_random, options_.ranker.seed,
                        mean_scale, has_times())) {
      settings.push_back(setting);
    }
    for (ResourceSetting& setting : settings) {
      if (has_validation()) setting.num_epochs = kMaxEpochs;
      if (options_.num_epochs > 0) setting.num_epochs = options_.num_epochs;
    }
    return settings;
  }

  double ValidationNdcg(const BlockScorer& scorer) const {
    const auto rankings = Rank(part_, validated_, scorer, kValidationDepth,
                               options_.ranker.num_threads);
    return FiguresOf(JudgedOf(part_, validated_, rankings)).ndcg20.mean;
  }

  // Fits on the part; the trial is of its best epoch. `best` is the NDCG to
  // beat.
  absl::StatusOr<RankerTrial> Try(const std::string& model,
                                  const ResourceSetting& setting,
                                  double best) const {
    RankerTrial trial;
    trial.setting = setting;
    absl::Status status;
    const OnRankerEpoch on_epoch = [&](int number, double loss, double seconds,
                                       auto scorer) {
      const absl::StatusOr<BlockScorer> scores = scorer();
      status = scores.status();
      if (!status.ok()) return false;
      const RankerEpoch epoch = {number, loss, ValidationNdcg(*scores),
                                 seconds};
      trial.curve.push_back(epoch);
      if (options_.on_epoch) options_.on_epoch(model, epoch);
      if (number == 1 || epoch.ndcg20 > kLeastGain * trial.ndcg20) {
        trial.ndcg20 = epoch.ndcg20;
        trial.setting.num_epochs = number;
      }
      const bool is_hopeless =
          number >= kTrialEpochs && trial.ndcg20 < kHopelessShare * best;
      return !is_hopeless && number < trial.setting.num_epochs + kPatience;
    };
    ASSIGN_OR_RETURN(
        const ResourceRanker ranker,
        FitRanker(model, setting, part_, options_.ranker, on_epoch));
    RETURN_IF_ERROR(status);
    if (trial.curve.empty()) trial.ndcg20 = ValidationNdcg(ranker.score);
    if (options_.on_trial) options_.on_trial(model, trial);
    return trial;
  }

  absl::Status Search(const std::string& model, ResourceScore& score) const {
    const absl::Time begin = absl::Now();
    double best_ndcg = 0;
    for (const ResourceSetting& setting : SettingsOf(model)) {
      ASSIGN_OR_RETURN(RankerTrial trial, Try(model, setting, best_ndcg));
      best_ndcg = std::max(best_ndcg, trial.ndcg20);
      score.trials.push_back(std::move(trial));
    }
    size_t chosen = 0;
    for (size_t row = 1; row < score.trials.size(); ++row) {
      const double to_beat = kLeastGain * score.trials[chosen].ndcg20;
      if (score.trials[row].ndcg20 > to_beat) chosen = row;
    }
    const RankerTrial& best = score.trials[chosen];
    score.validation_ndcg20 = best.ndcg20;
    score.setting = best.setting;
    score.curve = best.curve;
    score.search_seconds = absl::ToDoubleSeconds(absl::Now() - begin);
    return absl::OkStatus();
  }

  absl::Status Refit(const std::string& model, ResourceScore& score) const {
    std::vector<RankerEpoch> curve;
    const OnRankerEpoch on_epoch = [&](int number, double loss, double seconds,
                                       auto) {
      curve.push_back({number, loss, RankerEpoch::kUnknown, seconds});
      if (options_.on_epoch) options_.on_epoch(model, curve.back());
      return true;
    };
    ASSIGN_OR_RETURN(
        const ResourceRanker ranker,
        FitRanker(model, score.setting, split_, options_.ranker, on_epoch));
    score.train_seconds = ranker.seconds;
    score.epoch_seconds = MedianOf(ranker.epoch_seconds);
    if (!has_validation()) score.curve = std::move(curve);
    Judge(ranker.score, score);
    return absl::OkStatus();
  }

  void Judge(const BlockScorer& scorer, ResourceScore& score) const {
    const auto rankings = Rank(split_, judged_, scorer, kFiguresDepth,
                               options_.ranker.num_threads);
    const std::vector<JudgedRanking> judged =
        JudgedOf(split_, judged_, rankings);
    score.figures = FiguresOf(judged);
    score.by_activity = SliceByActivity(judged);
    if (!split_.resource_ages.empty()) {
      score.by_age = SliceByAge(judged, split_.resource_ages);
    }
    score.spread = SpreadOf(judged, GlobalPopularity(split_.train));
  }

  const ResourceSplit& split_;
  const ResourceExperimentOptions& options_;
  const std::vector<int64_t> judged_;
  ResourceSplit part_;  // Of split_.train alone.
  std::vector<int64_t> validated_;
};

}  // namespace

absl::Status CheckResourceOptions(const ResourceExperimentOptions& options) {
  const std::vector<std::string> known = ResourceModels();
  for (const std::string& model : options.models) {
    if (std::find(known.begin(), known.end(), model) != known.end()) continue;
    return absl::InvalidArgumentError(absl::StrCat(
        "model `", model, "` is none of: ", absl::StrJoin(known, " ")));
  }
  if (!(options.validate_fraction >= 0 && options.validate_fraction < 1)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "validation fraction ", options.validate_fraction, " not in (0, 1)"));
  }
  if (options.num_random > 0 && options.validate_fraction == 0) {
    return absl::InvalidArgumentError(
        "a search needs a validation part to search on");
  }
  return absl::OkStatus();
}

absl::StatusOr<ResourceExperiment> RunResourceExperiment(
    const ResourceSplit& split, const ResourceExperimentOptions& options) {
  RETURN_IF_ERROR(CheckResourceOptions(options));
  RETURN_IF_ERROR(ValidateTable(split.train));
  const Runner runner(split, options);
  RETURN_IF_ERROR(runner.Check());
  ResourceExperiment experiment;
  for (const std::string& model : options.models) {
    absl::StatusOr<ResourceScore> score = runner.Score(model);
    if (absl::IsResourceExhausted(score.status())) {
      experiment.left_out.push_back({model, score.status()});
      continue;
    }
    RETURN_IF_ERROR(score.status());
    experiment.scores.push_back(*std::move(score));
  }
  return experiment;
}

}  // namespace evenlight
