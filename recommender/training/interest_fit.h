// The fits that interest may be ranked by, as training tries and refits them.

#ifndef EVENLIGHT_RECOMMENDER_TRAINING_INTEREST_FIT_H_
#define EVENLIGHT_RECOMMENDER_TRAINING_INTEREST_FIT_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "recommender/models/interest_model.h"
#include "recommender/training/dataset.h"
#include "recommender/training/engagement_history.h"
#include "recommender/training/factor_trainer.h"
#include "recommender/training/feature_vocabulary.h"

namespace evenlight {

// What ranks resources for a learner.
enum class InterestKind { kPopularity, kFactors, kItemKnn, kEase };

// `popularity`, `factors`, `item_knn` or `ease`.
const char* Name(InterestKind kind);

// EASE inverts a matrix of resources: some seconds at this size. Above it, it
// is tried only when asked for.
inline constexpr int32_t kMaxEaseToTry = 5000;

// Kept per resource for serving, 8 bytes each. On 2,300 courses (MOOCCubeX) the
// NDCG@20 of EASE is .1507 with all, .1504 with 200, .1486 with 50.
inline constexpr int kServedNeighbours = 200;

// What the catalog says of the history's resources, by row; none of any if
// there is no catalog.
FeatureVocabulary FeaturesOf(const EngagementHistory& history,
                             const IdTables& ids);

// TrainFactors() with the prior that features give, if there are any.
absl::StatusOr<TrainedFactors> FitFactors(const EngagementHistory& history,
                                          const FeatureVocabulary& vocabulary,
                                          FactorOptions options);

// What would serve: kServedNeighbours of FitItemKnn(), or of FitEase(). `kind`
// is one of these two.
absl::StatusOr<ResourceNeighbours> FitNeighbours(
    InterestKind kind, const EngagementHistory& history, int num_threads);

// Scores of all resources for a learner with `history`. [num_resources]
absl::StatusOr<std::vector<float>> ScoresByFactors(
    const ResourceFactors& resources, absl::Span<const Engagement> history);
std::vector<float> ScoresByNeighbours(const ResourceNeighbours& neighbours,
                                      absl::Span<const Engagement> history);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_TRAINING_INTEREST_FIT_H_
