#include "recommender/training/interest_trial.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "core/parallel_for.h"
#include "core/status_macros.h"
#include "recommender/training/engagement_history.h"
#include "recommender/training/popularity.h"

namespace evenlight {
namespace {

constexpr int64_t kMaxJudgedLearners = 2000;
// Settings are told apart by fewer: each is judged after every epoch.
constexpr int64_t kMaxLearnersToChoose = 500;

// On 2,300 courses (MOOCCubeX) the largest is best, on 40,000 places (Gowalla)
// the smallest.
constexpr float kUnobservedWeights[] = {0.01f, 0.1f, 0.3f};
// The smaller where learners have hundreds of engagements, the larger where
// they have few and would be learnt by heart.
constexpr float kRegularizations[] = {0.003f, 0.02f};
constexpr int kMaxEpochs = 8;

// Taking every n-th of `count` things leaves at most `max_count`.
int64_t Stride(int64_t count, int64_t max_count) {
  return std::max<int64_t>(1, (count + max_count - 1) / max_count);
}

// Scores of every resource for one learner. [num_resources]
using Scorer = std::function<absl::StatusOr<std::vector<float>>(int64_t)>;

absl::StatusOr<RankingMetrics> Judge(const EngagementHistory& history,
                                     const std::vector<int64_t>& learners,
                                     const Scorer& scorer, int num_threads) {
  std::vector<RankingScore> scores(learners.size());
  std::vector<absl::Status> statuses(learners.size());
  const auto judge = [&](int64_t row) -> absl::Status {
    const int64_t learner = learners[row];
    std::vector<ResourceRow> seen;
    for (const Engagement& engagement : history.before.Of(learner)) {
      seen.push_back(engagement.resource);
    }
    ASSIGN_OR_RETURN(const std::vector<float> of_resources, scorer(learner));
    scores[row] = ScoreRanking(TopUnseen(of_resources, seen, kRankingDepth),
                               history.after[learner], kRankingDepth);
    return absl::OkStatus();
  };
  ParallelFor(num_threads, static_cast<int64_t>(learners.size()), 1,
              [&](int64_t begin, int64_t) { statuses[begin] = judge(begin); });
  for (const absl::Status& status : statuses) RETURN_IF_ERROR(status);
  return MeanRanking(scores);
}

std::vector<int64_t> JudgedLearners(const EngagementHistory& history,
                                    int64_t max_count) {
  std::vector<int64_t> learners;
  for (int64_t learner = 0; learner < history.before.num_learners();
       ++learner) {
    if (!history.before.Of(learner).empty() &&
        !history.after[learner].empty()) {
      learners.push_back(learner);
    }
  }
  const auto count = static_cast<int64_t>(learners.size());
  const int64_t stride = Stride(count, max_count);
  std::vector<int64_t> judged;
  for (int64_t row = 0; row < count; row += stride) {
    judged.push_back(learners[row]);
  }
  return judged;
}

// One history with the learners that are judged by it.
class Jury {
 public:
  Jury(const EngagementHistory& history, int64_t max_count, int num_threads)
      : history_(history),
        learners_(JudgedLearners(history, max_count)),
        num_threads_(num_threads) {}

  bool empty() const { return learners_.empty(); }

  absl::StatusOr<RankingMetrics> OfFactors(
      const ResourceFactors& factors) const {
    return Of([&](int64_t learner) {
      return ScoresByFactors(factors, history_.latest.Of(learner));
    });
  }

  absl::StatusOr<RankingMetrics> OfNeighbours(InterestKind kind) const {
    ASSIGN_OR_RETURN(const ResourceNeighbours neighbours,
                     FitNeighbours(kind, history_, num_threads_));
    return Of([&](int64_t learner) {
      return ScoresByNeighbours(neighbours, history_.latest.Of(learner));
    });
  }

  absl::StatusOr<RankingMetrics> OfPopularity(
      const std::vector<float>& popularity) const {
    return Of([&](int64_t) { return popularity; });
  }

  absl::StatusOr<RankingMetrics> OfGroupedPopularity(
      const std::vector<int32_t>& grades) const {
    const GroupedPopularity popularity(
        history_.before, {.grades = grades, .subjects = history_.subjects});
    return Of([&](int64_t learner) {
      std::vector<float> scores(history_.resources.size());
      popularity.Score(grades[learner], history_.latest.Of(learner),
                       absl::MakeSpan(scores));
      return scores;
    });
  }

 private:
  absl::StatusOr<RankingMetrics> Of(const Scorer& scorer) const {
    return Judge(history_, learners_, scorer, num_threads_);
  }

  const EngagementHistory& history_;
  const std::vector<int64_t> learners_;
  const int num_threads_;
};

struct BestSetting {
  InterestSetting setting;
  double ndcg = 0;
};

// Trains once with the given setting, judged after every epoch; stops after two
// epochs without a better one. Takes over what is better than `best`.
absl::Status TrySetting(const EngagementHistory& history,
                        const FeatureVocabulary& vocabulary, const Jury& jury,
                        const InterestTrialOptions& options,
                        BestSetting& best) {
  absl::Status status;
  double best_of_run = 0;
  int epochs_since = 0;
  FactorOptions factors = options.factors;
  factors.on_epoch = [&](const FactorEpoch& epoch) {
    const auto metrics = jury.OfFactors(epoch.factors().resources);
    status = metrics.status();
    if (!status.ok()) return false;
    const InterestSetting setting = {factors.unobserved_weight,
                                     factors.regularization, epoch.epoch};
    if (options.on_epoch) options.on_epoch({setting, epoch.loss, *metrics});
    if (metrics->ndcg > best.ndcg) best = {setting, metrics->ndcg};
    epochs_since = metrics->ndcg > best_of_run ? 0 : epochs_since + 1;
    best_of_run = std::max(best_of_run, metrics->ndcg);
    return epochs_since < 2;
  };
  RETURN_IF_ERROR(FitFactors(history, vocabulary, factors).status());
  return status;
}

absl::StatusOr<InterestSetting> ChooseSetting(const Dataset& dataset,
                                              InterestTrialOptions options) {
  BestSetting best;
  std::vector<TrackPart> parts = BeforeWindow(dataset.learners);
  for (TrackPart& part : parts) {
    const auto size = static_cast<int64_t>(part.interactions.size());
    part.from = size - size / 5;
  }
  const EngagementHistory history =
      CollectEngagements(parts, dataset.ids, options.factors.num_threads);
  const Jury jury(history, kMaxLearnersToChoose, options.factors.num_threads);
  if (jury.empty()) return best.setting;
  const FeatureVocabulary vocabulary = FeaturesOf(history, dataset.ids);
  options.factors.num_epochs = kMaxEpochs;
  for (const float weight : kUnobservedWeights) {
    for (const float regularization : kRegularizations) {
      options.factors.unobserved_weight = weight;
      options.factors.regularization = regularization;
      RETURN_IF_ERROR(TrySetting(history, vocabulary, jury, options, best));
    }
  }
  return best.setting;
}

absl::Status TryBaselines(const EngagementHistory& history,
                          const std::vector<int32_t>& grades, const Jury& jury,
                          bool try_ease, InterestTrial& trial) {
  ASSIGN_OR_RETURN(trial.popularity,
                   jury.OfPopularity(GlobalPopularity(history.before)));
  ASSIGN_OR_RETURN(trial.decayed_popularity,
                   jury.OfPopularity(DecayedPopularity(
                       history.before, history.ages, kPopularityHalfLife)));
  ASSIGN_OR_RETURN(trial.grouped_popularity, jury.OfGroupedPopularity(grades));
  ASSIGN_OR_RETURN(trial.item_knn, jury.OfNeighbours(InterestKind::kItemKnn));
  if (try_ease || history.before.num_resources <= kMaxEaseToTry) {
    ASSIGN_OR_RETURN(trial.ease, jury.OfNeighbours(InterestKind::kEase));
  }
  return absl::OkStatus();
}

}  // namespace

FactorOptions WithSetting(FactorOptions options,
                          const InterestSetting& setting) {
  options.unobserved_weight = setting.unobserved_weight;
  options.regularization = setting.regularization;
  options.num_epochs = setting.num_epochs;
  return options;
}

const RankingMetrics& InterestTrial::of(InterestKind kind) const {
  switch (kind) {
    case InterestKind::kFactors:
      return factors;
    case InterestKind::kItemKnn:
      return item_knn;
    case InterestKind::kEase:
      return ease;
    case InterestKind::kPopularity:
      break;
  }
  return popularity;
}

absl::StatusOr<InterestTrial> TryInterest(const Dataset& dataset,
                                          const InterestTrialOptions& options) {
  const EngagementHistory history = CollectEngagements(
      LaterWindow(dataset.learners), dataset.ids, options.factors.num_threads);
  const Jury jury(history, kMaxJudgedLearners, options.factors.num_threads);
  InterestTrial trial;
  if (jury.empty()) return trial;
  ASSIGN_OR_RETURN(trial.setting, ChooseSetting(dataset, options));
  ASSIGN_OR_RETURN(const TrainedFactors trained,
                   FitFactors(history, FeaturesOf(history, dataset.ids),
                              WithSetting(options.factors, trial.setting)));
  ASSIGN_OR_RETURN(trial.factors, jury.OfFactors(trained.resources));
  RETURN_IF_ERROR(TryBaselines(history, GradesOf(dataset.learners), jury,
                               options.try_ease, trial));
  return trial;
}

}  // namespace evenlight
