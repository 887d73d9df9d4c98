#include "recommender/training/interest_trial.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>

#include "absl/functional/function_ref.h"
#include "core/parallel_for.h"
#include "core/status_macros.h"
#include "recommender/training/ease.h"
#include "recommender/training/engagement_history.h"
#include "recommender/training/feature_vocabulary.h"
#include "recommender/training/item_knn.h"
#include "recommender/training/popularity.h"

namespace evenlight {
namespace {

constexpr int64_t kMaxJudgedLearners = 2000;
// Settings are told apart by fewer: each is judged after every epoch.
constexpr int64_t kMaxLearnersToChoose = 500;
constexpr int64_t kMaxCalibratedLearners = 500;

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

absl::StatusOr<std::vector<float>> ScoresOf(
    const ResourceFactors& resources, absl::Span<const Engagement> history) {
  ASSIGN_OR_RETURN(const Eigen::VectorXf learner, FoldIn(resources, history));
  std::vector<float> scores(resources.factors.rows());
  Eigen::Map<Eigen::VectorXf>(scores.data(), resources.factors.rows())
      .noalias() = resources.factors * learner;
  return scores;
}

// What the catalog says of the history's resources, by row; none of any if
// there is no catalog.
FeatureVocabulary FeaturesOf(const EngagementHistory& history,
                             const IdTables& ids) {
  std::vector<std::vector<ResourceFeature>> features_of;
  for (const ResourceId& id : history.resources) {
    const auto found = ids.features.find(ResourceKeyOf(id));
    features_of.push_back(found == ids.features.end()
                              ? std::vector<ResourceFeature>()
                              : found->second);
  }
  return ShareFeatures(features_of);
}

// With the prior that features give, if there are any.
absl::StatusOr<TrainedFactors> TrainWithFeatures(
    const EngagementHistory& history, const FeatureVocabulary& vocabulary,
    FactorOptions options) {
  if (!vocabulary.fingerprints.empty()) options.features = &vocabulary.table;
  return TrainFactors(history.before, options);
}

absl::StatusOr<RankingMetrics> JudgeFactors(
    const EngagementHistory& history, const std::vector<int64_t>& learners,
    const ResourceFactors& factors, int num_threads) {
  return Judge(
      history, learners,
      [&](int64_t learner) {
        return ScoresOf(factors, history.latest.Of(learner));
      },
      num_threads);
}

// By a function that sets every resource's score from a learner's engagements.
using BaselineScorer =
    absl::FunctionRef<void(absl::Span<const Engagement>, absl::Span<float>)>;

absl::StatusOr<RankingMetrics> JudgeBaseline(
    const EngagementHistory& history, const std::vector<int64_t>& learners,
    BaselineScorer score, int num_threads) {
  return Judge(
      history, learners,
      [&](int64_t learner) {
        std::vector<float> scores(history.before.num_resources);
        score(history.latest.Of(learner), absl::MakeSpan(scores));
        return scores;
      },
      num_threads);
}

absl::StatusOr<RankingMetrics> JudgeItemKnn(
    const EngagementHistory& history, const std::vector<int64_t>& learners,
    int num_threads) {
  ItemKnnOptions options;
  options.num_threads = num_threads;
  ASSIGN_OR_RETURN(const ResourceNeighbours neighbours,
                   FitItemKnn(history.before, options));
  const auto score = [&](absl::Span<const Engagement> of,
                         absl::Span<float> scores) {
    ScoreByNeighbours(neighbours, of, scores);
  };
  return JudgeBaseline(history, learners, score, num_threads);
}

absl::StatusOr<RankingMetrics> JudgeEase(const EngagementHistory& history,
                                         const std::vector<int64_t>& learners,
                                         int num_threads) {
  EaseOptions options;
  options.num_threads = num_threads;
  ASSIGN_OR_RETURN(const FactorMatrix weights,
                   FitEase(history.before, options));
  const auto score = [&](absl::Span<const Engagement> of,
                         absl::Span<float> scores) {
    ScoreByEase(weights, of, scores);
  };
  return JudgeBaseline(history, learners, score, num_threads);
}

// Trains once with the given setting, judged after every epoch; stops after two
// epochs without a better one. Takes over what is better than `best_ndcg`.
absl::Status TrySetting(const EngagementHistory& history,
                        const FeatureVocabulary& vocabulary,
                        const std::vector<int64_t>& learners,
                        FactorOptions options, double& best_ndcg,
                        InterestSetting& best) {
  absl::Status status;
  double best_of_run = 0;
  int epochs_since = 0;
  options.on_epoch = [&](const FactorEpoch& epoch) {
    const auto metrics = JudgeFactors(
        history, learners, epoch.factors().resources, options.num_threads);
    status = metrics.status();
    if (!status.ok()) return false;
    if (metrics->ndcg > best_ndcg) {
      best_ndcg = metrics->ndcg;
      best = {options.unobserved_weight, options.regularization, epoch.epoch};
    }
    epochs_since = metrics->ndcg > best_of_run ? 0 : epochs_since + 1;
    best_of_run = std::max(best_of_run, metrics->ndcg);
    return epochs_since < 2;
  };
  RETURN_IF_ERROR(TrainWithFeatures(history, vocabulary, options).status());
  return status;
}

absl::StatusOr<InterestSetting> ChooseSetting(const Dataset& dataset,
                                              FactorOptions options) {
  InterestSetting best;
  std::vector<TrackPart> parts = BeforeWindow(dataset.learners);
  for (TrackPart& part : parts) {
    const auto size = static_cast<int64_t>(part.interactions.size());
    part.from = size - size / 5;
  }
  const EngagementHistory history =
      CollectEngagements(parts, dataset.ids, options.num_threads);
  const std::vector<int64_t> learners =
      JudgedLearners(history, kMaxLearnersToChoose);
  if (learners.empty()) return best;
  const FeatureVocabulary vocabulary = FeaturesOf(history, dataset.ids);
  double best_ndcg = 0;
  options.num_epochs = kMaxEpochs;
  for (const float weight : kUnobservedWeights) {
    for (const float regularization : kRegularizations) {
      options.unobserved_weight = weight;
      options.regularization = regularization;
      RETURN_IF_ERROR(
          TrySetting(history, vocabulary, learners, options, best_ndcg, best));
    }
  }
  return best;
}

// Mean and deviation of x_u . y_i over unseen pairs of some learners.
absl::Status Calibrate(const EngagementHistory& history,
                       InterestParams& params) {
  const int64_t num_learners = history.before.num_learners();
  const int64_t stride = Stride(num_learners, kMaxCalibratedLearners);
  double count = 0;
  double sum = 0;
  double sum_of_squares = 0;
  const auto add = [&](double score, double sign) {
    count += sign;
    sum += sign * score;
    sum_of_squares += sign * score * score;
  };
  for (int64_t learner = 0; learner < num_learners; learner += stride) {
    const auto latest = history.latest.Of(learner);
    if (latest.empty()) continue;
    ASSIGN_OR_RETURN(const std::vector<float> scores,
                     ScoresOf(params.factors, latest));
    for (const float score : scores) add(score, 1);
    for (const Engagement& seen : history.before.Of(learner)) {
      add(scores[ToInt(seen.resource)], -1);
    }
  }
  // A class where everybody used everything has no unseen pair.
  if (count < 1) return absl::OkStatus();
  const double mean = sum / count;
  const double deviation =
      std::sqrt(std::max(0.0, sum_of_squares / count - mean * mean));
  params.score_mean = static_cast<float>(mean);
  if (deviation > 1e-6) {
    params.score_deviation = static_cast<float>(deviation);
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

absl::StatusOr<InterestTrial> TryInterest(const Dataset& dataset,
                                          const FactorOptions& options) {
  const EngagementHistory history = CollectEngagements(
      LaterWindow(dataset.learners), dataset.ids, options.num_threads);
  const std::vector<int64_t> learners =
      JudgedLearners(history, kMaxJudgedLearners);
  if (learners.empty()) return InterestTrial();
  const std::vector<float> popularity = GlobalPopularity(history.before);
  InterestTrial trial;
  ASSIGN_OR_RETURN(trial.setting, ChooseSetting(dataset, options));
  ASSIGN_OR_RETURN(const TrainedFactors trained,
                   TrainWithFeatures(history, FeaturesOf(history, dataset.ids),
                                     WithSetting(options, trial.setting)));
  ASSIGN_OR_RETURN(
      trial.factors,
      JudgeFactors(history, learners, trained.resources, options.num_threads));
  ASSIGN_OR_RETURN(trial.popularity,
                   Judge(
                       history, learners, [&](int64_t) { return popularity; },
                       options.num_threads));
  ASSIGN_OR_RETURN(trial.item_knn,
                   JudgeItemKnn(history, learners, options.num_threads));
  if (history.before.num_resources <= kMaxEaseToTry) {
    ASSIGN_OR_RETURN(trial.ease,
                     JudgeEase(history, learners, options.num_threads));
  }
  return trial;
}

absl::StatusOr<InterestParams> RefitInterest(const Dataset& dataset,
                                             bool with_factors,
                                             const FactorOptions& options) {
  std::vector<TrackPart> parts = WholeTracks(dataset.learners);
  for (TrackPart& part : parts) {
    part.from = static_cast<int64_t>(part.interactions.size());
  }
  const EngagementHistory history =
      CollectEngagements(parts, dataset.ids, options.num_threads);
  std::vector<int32_t> grades;
  for (const LearnerTrack& track : dataset.learners) {
    grades.push_back(track.grade);
  }
  InterestParams params;
  params.resources = history.resources;
  params.popularity = GlobalPopularity(history.before);
  params.grades = PopularByGrade(history.before, grades);
  if (!with_factors || history.resources.empty()) return params;
  FeatureVocabulary vocabulary = FeaturesOf(history, dataset.ids);
  ASSIGN_OR_RETURN(TrainedFactors trained,
                   TrainWithFeatures(history, vocabulary, options));
  params.factors = std::move(trained.resources);
  params.cold_features = std::move(vocabulary.fingerprints);
  params.cold = std::move(trained.cold);
  RETURN_IF_ERROR(Calibrate(history, params));
  return params;
}

}  // namespace evenlight
