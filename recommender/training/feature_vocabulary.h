// Which features of resources a factorisation learns from.

#ifndef EVENLIGHT_RECOMMENDER_TRAINING_FEATURE_VOCABULARY_H_
#define EVENLIGHT_RECOMMENDER_TRAINING_FEATURE_VOCABULARY_H_

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "recommender/models/resource_features.h"
#include "recommender/training/factor_trainer.h"

namespace evenlight {

struct FeatureVocabulary {
  std::vector<uint64_t> fingerprints;  // Increasing; by feature of the table.
  FeatureTable table;                  // One row per resource.
};

// Of resources by row, each with its features (DescribeResource()) or none.
// Features that only one resource has are left out: they tell nothing of
// another.
FeatureVocabulary ShareFeatures(
    absl::Span<const std::vector<ResourceFeature>> features_of);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_TRAINING_FEATURE_VOCABULARY_H_
