#include "services/cli/replay_experiment.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/parallel_for.h"
#include "core/status_macros.h"
#include "recommender/evaluation/choice_replay.h"
#include "recommender/models/model_binding.h"
#include "recommender/training/experiment_data.h"
#include "services/cli/served_model.h"

namespace evenlight {
namespace {

constexpr int kNumBins = 10;
constexpr int64_t kChunk = 8;  // Learners.
// Of a fold's progress.
constexpr double kFitDone = 0.3;

using Choices = std::vector<ReplayedChoice>;

PartRanks RanksOf(const Choices& choices, double ReplayedChoice::*rank) {
  std::vector<LearnerRank> all;
  std::vector<LearnerRank> eligible;
  for (const ReplayedChoice& choice : choices) {
    if (std::isnan(choice.*rank)) continue;
    const LearnerRank of_learner = {choice.*rank, choice.prediction.learner};
    all.push_back(of_learner);
    if (choice.is_eligible()) eligible.push_back(of_learner);
  }
  return {SpreadOf(all), SpreadOf(eligible)};
}

ReplayScore ScoreOf(int fold, int64_t num_learners, const Choices& choices) {
  ReplayScore score;
  score.fold = fold;
  score.num_learners = num_learners;
  std::vector<Prediction> predictions;
  for (const ReplayedChoice& choice : choices) {
    predictions.push_back(choice.prediction);
    if (choice.is_eligible()) ++score.num_eligible;
    if (choice.refusal == Refusal::kMet) ++score.num_met;
    if (choice.refusal == Refusal::kMastered) ++score.num_mastered;
    score.mean_others += choice.num_others;
  }
  if (!choices.empty()) {
    score.mean_others /= static_cast<double>(choices.size());
  }
  score.metrics = EvaluateTracing(predictions);
  score.reliability = Reliability(predictions, kNumBins);
  score.band = RanksOf(choices, &ReplayedChoice::band_rank);
  score.gain = RanksOf(choices, &ReplayedChoice::gain_rank);
  return score;
}

absl::Status CheckParts(const FoldParts& parts, int fold) {
  const bool is_empty = parts.train.empty() || parts.test.empty();
  if (!is_empty) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("fold ", fold, " has no learner to ",
                   parts.test.empty() ? "test" : "train",
                   " with; replay other folds (--folds) or give a column "
                   "test_fold"));
}

// At most `num_learners`, spread evenly over all: they are in the order of ids.
std::vector<TrackPart> SomeOf(const std::vector<TrackPart>& parts,
                              int32_t num_learners) {
  const auto num_parts = static_cast<int64_t>(parts.size());
  if (num_parts <= num_learners) return parts;
  std::vector<TrackPart> some;
  for (int64_t row = 0; row < num_learners; ++row) {
    some.push_back(parts[row * num_parts / num_learners]);
  }
  return some;
}

class Replay {
 public:
  Replay(const AnswerSet& answers, const ReplayExperimentOptions& options)
      : options_(options),
        data_(ReadAnswers(answers, options.seed)),
        catalog_(CatalogOf(answers, {})) {}

  absl::StatusOr<std::vector<ReplayScore>> Run() {
    std::vector<ReplayScore> scores;
    Choices all;
    int64_t num_learners = 0;
    for (const int fold : options_.folds) {
      ASSIGN_OR_RETURN(Choices choices, ReplayFold(fold));
      scores.push_back(ScoreOf(fold, num_replayed_, choices));
      num_learners += num_replayed_;
      std::move(choices.begin(), choices.end(), std::back_inserter(all));
      ++num_folds_done_;
    }
    scores.push_back(ScoreOf(0, num_learners, all));
    return scores;
  }

 private:
  absl::StatusOr<Choices> ReplayFold(int fold) {
    const FoldParts parts = SplitFold(data_, fold, /*chunk_size=*/0);
    RETURN_IF_ERROR(CheckParts(parts, fold));
    TracingFitOptions fit;
    fit.seed = options_.seed;
    fit.num_threads = options_.num_threads;
    fit.progress = [this](double done) { Report(kFitDone * done); };
    ASSIGN_OR_RETURN(
        ModelSet models,
        FitServedModel(parts.train, parts.validation, data_.ids, fit));
    const std::shared_ptr<const ServingSnapshot> snapshot =
        Bind(catalog_, std::make_shared<const ModelSet>(std::move(models)));
    return ReplayParts(*snapshot, SomeOf(parts.test, options_.num_learners));
  }

  Choices ReplayParts(const ServingSnapshot& snapshot,
                      const std::vector<TrackPart>& parts) {
    ChoiceReplayOptions replay;
    replay.num_others = options_.num_others;
    replay.seed = static_cast<uint64_t>(options_.seed);
    num_replayed_ = static_cast<int64_t>(parts.size());
    Choices choices;
    // In pieces, so that somebody who waits sees how far it is.
    const int64_t piece = kChunk * options_.num_threads * 4;
    for (int64_t from = 0; from < num_replayed_; from += piece) {
      const int64_t count = std::min(piece, num_replayed_ - from);
      std::vector<Choices> of_parts(count);
      ParallelFor(options_.num_threads, count, kChunk,
                  [&](int64_t begin, int64_t end) {
                    for (int64_t row = begin; row < end; ++row) {
                      const TrackPart& part = parts[from + row];
                      of_parts[row] = ReplayChoices(snapshot, part.interactions,
                                                    part.learner, replay);
                    }
                  });
      for (const Choices& of_part : of_parts) {
        choices.insert(choices.end(), of_part.begin(), of_part.end());
      }
      const double done = static_cast<double>(from + count) /
                          static_cast<double>(num_replayed_);
      Report(kFitDone + (1 - kFitDone) * done);
    }
    return choices;
  }

  // `done` of this fold.
  void Report(double done) const {
    if (!options_.progress) return;
    options_.progress((num_folds_done_ + done) /
                      static_cast<double>(options_.folds.size()));
  }

  const ReplayExperimentOptions& options_;
  const ExperimentData data_;
  const std::shared_ptr<const Catalog> catalog_;
  int64_t num_replayed_ = 0;  // Learners of the last fold.
  int num_folds_done_ = 0;
};

}  // namespace

absl::StatusOr<std::vector<ReplayScore>> RunReplayExperiment(
    const AnswerSet& answers, const ReplayExperimentOptions& options) {
  if (!answers.has_order && !answers.has_time) {
    return absl::InvalidArgumentError(
        "the answers have neither order nor time, so that there is nothing to "
        "replay; give a column order, t or time");
  }
  return Replay(answers, options).Run();
}

}  // namespace evenlight
