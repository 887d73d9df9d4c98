#include "recommender/training/interest_refit.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>

#include "core/status_macros.h"
#include "recommender/training/engagement_history.h"
#include "recommender/training/popularity.h"

namespace evenlight {
namespace {

constexpr int64_t kMaxCalibratedLearners = 500;

// Calls `visit` with the scores of all resources and with who was seen, for
// some learners spread over all.
absl::Status ForSomeLearners(
    const EngagementHistory& history, const InterestParams& params,
    const std::function<void(absl::Span<const float>,
                             absl::Span<const Engagement>)>& visit) {
  const int64_t num_learners = history.before.num_learners();
  const int64_t stride = std::max<int64_t>(
      1, (num_learners + kMaxCalibratedLearners - 1) / kMaxCalibratedLearners);
  for (int64_t learner = 0; learner < num_learners; learner += stride) {
    const auto latest = history.latest.Of(learner);
    if (latest.empty()) continue;
    std::vector<float> scores;
    if (params.neighbours.num_resources() > 0) {
      scores = ScoresByNeighbours(params.neighbours, latest);
    } else {
      ASSIGN_OR_RETURN(scores, ScoresByFactors(params.factors, latest));
    }
    visit(scores, history.before.Of(learner));
  }
  return absl::OkStatus();
}

// The a that minimizes the sum of (a score - x)^2, x being 1 for what was seen.
absl::Status ScaleNeighbours(const EngagementHistory& history,
                             InterestParams& params) {
  double sum_of_seen = 0;
  double sum_of_squares = 0;
  RETURN_IF_ERROR(ForSomeLearners(
      history, params,
      [&](absl::Span<const float> scores, absl::Span<const Engagement> seen) {
        for (const double score : scores) sum_of_squares += score * score;
        for (const Engagement& engagement : seen) {
          sum_of_seen += scores[ToInt(engagement.resource)];
        }
      }));
  if (!(sum_of_seen > 0)) return absl::OkStatus();
  const auto scale = static_cast<float>(sum_of_seen / sum_of_squares);
  for (auto& neighbour : params.neighbours.neighbours) {
    neighbour.similarity *= scale;
  }
  return absl::OkStatus();
}

// Mean and deviation of scores over unseen pairs.
absl::Status Calibrate(const EngagementHistory& history,
                       InterestParams& params) {
  double count = 0;
  double sum = 0;
  double sum_of_squares = 0;
  const auto add = [&](double score, double sign) {
    count += sign;
    sum += sign * score;
    sum_of_squares += sign * score * score;
  };
  RETURN_IF_ERROR(ForSomeLearners(
      history, params,
      [&](absl::Span<const float> scores, absl::Span<const Engagement> seen) {
        for (const float score : scores) add(score, 1);
        for (const Engagement& engagement : seen) {
          add(scores[ToInt(engagement.resource)], -1);
        }
      }));
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

// Rows of `previous` on the rows of `resources`; zeros for what is new. Empty
// if it has other factors.
FactorMatrix InitialFactors(const InterestModel* previous,
                            const std::vector<ResourceId>& resources,
                            int num_factors) {
  if (!CanStartFrom(previous, num_factors)) return FactorMatrix();
  FactorMatrix initial = FactorMatrix::Zero(
      static_cast<Eigen::Index>(resources.size()), num_factors);
  for (Eigen::Index row = 0; row < initial.rows(); ++row) {
    const ResourceRow then =
        previous->FindResource(ResourceKeyOf(resources[row]));
    if (then == ResourceRow::kNone) continue;
    initial.row(row) = previous->params().factors.factors.row(ToInt(then));
  }
  return initial;
}

absl::Status AddFactors(const EngagementHistory& history, const IdTables& ids,
                        FactorOptions options, const InterestModel* previous,
                        InterestParams& params) {
  const FactorMatrix initial =
      InitialFactors(previous, history.resources, options.num_factors);
  if (initial.size() > 0) {
    options.initial = &initial;
    options.num_epochs = std::min(options.num_epochs, kWarmEpochs);
  }
  FeatureVocabulary vocabulary = FeaturesOf(history, ids);
  ASSIGN_OR_RETURN(TrainedFactors trained,
                   FitFactors(history, vocabulary, options));
  params.factors = std::move(trained.resources);
  params.cold_features = std::move(vocabulary.fingerprints);
  params.cold = std::move(trained.cold);
  return absl::OkStatus();
}

EngagementHistory HistoryOf(const Dataset& dataset, int num_threads) {
  std::vector<TrackPart> parts = WholeTracks(dataset.learners);
  for (TrackPart& part : parts) {
    part.from = static_cast<int64_t>(part.interactions.size());
  }
  return CollectEngagements(parts, dataset.ids, num_threads);
}

}  // namespace

bool CanStartFrom(const InterestModel* previous, int num_factors) {
  return previous != nullptr && previous->has_factors() &&
         previous->params().factors.factors.cols() == num_factors;
}

absl::StatusOr<InterestParams> RefitInterest(const Dataset& dataset,
                                             InterestKind kind,
                                             FactorOptions options,
                                             const InterestModel* previous) {
  const EngagementHistory history = HistoryOf(dataset, options.num_threads);
  InterestParams params;
  params.resources = history.resources;
  params.popularity = GlobalPopularity(history.before);
  params.grades = PopularByGrade(history.before, GradesOf(dataset.learners));
  if (kind == InterestKind::kPopularity || history.resources.empty()) {
    return params;
  }
  RETURN_IF_ERROR(AddFactors(history, dataset.ids, options, previous, params));
  if (kind != InterestKind::kFactors) {
    ASSIGN_OR_RETURN(params.neighbours,
                     FitNeighbours(kind, history, options.num_threads));
    RETURN_IF_ERROR(ScaleNeighbours(history, params));
  }
  RETURN_IF_ERROR(Calibrate(history, params));
  return params;
}

}  // namespace evenlight
