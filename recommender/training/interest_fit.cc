#include "recommender/training/interest_fit.h"

#include "core/status_macros.h"
#include "recommender/training/ease.h"
#include "recommender/training/item_knn.h"

namespace evenlight {

const char* Name(InterestKind kind) {
  switch (kind) {
    case InterestKind::kPopularity:
      return "popularity";
    case InterestKind::kFactors:
      return "factors";
    case InterestKind::kItemKnn:
      return "item_knn";
    case InterestKind::kEase:
      return "ease";
  }
  return "";
}

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

absl::StatusOr<TrainedFactors> FitFactors(const EngagementHistory& history,
                                          const FeatureVocabulary& vocabulary,
                                          FactorOptions options) {
  if (!vocabulary.fingerprints.empty()) options.features = &vocabulary.table;
  return TrainFactors(history.before, options);
}

absl::StatusOr<ResourceNeighbours> FitNeighbours(
    InterestKind kind, const EngagementHistory& history, int num_threads) {
  if (kind == InterestKind::kItemKnn) {
    ItemKnnOptions options;
    options.num_neighbours = kServedNeighbours;
    options.num_threads = num_threads;
    return FitItemKnn(history.before, options);
  }
  EaseOptions options;
  options.num_threads = num_threads;
  ASSIGN_OR_RETURN(const FactorMatrix weights,
                   FitEase(history.before, options));
  return LargestWeights(weights, kServedNeighbours);
}

absl::StatusOr<std::vector<float>> ScoresByFactors(
    const ResourceFactors& resources, absl::Span<const Engagement> history) {
  ASSIGN_OR_RETURN(const Eigen::VectorXf learner, FoldIn(resources, history));
  std::vector<float> scores(resources.factors.rows());
  Eigen::Map<Eigen::VectorXf>(scores.data(), resources.factors.rows())
      .noalias() = resources.factors * learner;
  return scores;
}

std::vector<float> ScoresByNeighbours(const ResourceNeighbours& neighbours,
                                      absl::Span<const Engagement> history) {
  std::vector<float> scores(neighbours.num_resources());
  ScoreByNeighbours(neighbours, history, absl::MakeSpan(scores));
  return scores;
}

}  // namespace evenlight
