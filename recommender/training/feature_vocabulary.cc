#include "recommender/training/feature_vocabulary.h"

#include <algorithm>

#include "absl/container/flat_hash_map.h"

namespace evenlight {

namespace {

// How many resources' worth of doubt a feature starts with. A provider speaks
// for many resources, and little else says how much a resource will be used:
// its mean is nearly trusted, as popularity by provider would. Authors and kcs
// are many to a resource and shared by few. Of 0.3 to 100 on courses of
// MOOCCubeX held out by cold_bench --validate, where a factor of three to
// either side changes little; on others the gain was less, bench/README.md.
float Doubt(FeatureSort sort) {
  switch (sort) {
    case FeatureSort::kProvider:
    case FeatureSort::kProviderHas:
      return 1;
    case FeatureSort::kAuthor:
    case FeatureSort::kKc:
      return 30;
    default:
      return 10;
  }
}

}  // namespace

FeatureVocabulary ShareFeatures(
    absl::Span<const std::vector<ResourceFeature>> features_of) {
  absl::flat_hash_map<ResourceFeature, int32_t> counts;
  for (const auto& features : features_of) {
    for (const ResourceFeature& feature : features) ++counts[feature];
  }
  std::vector<ResourceFeature> shared;
  for (const auto& [feature, count] : counts) {
    if (count > 1) shared.push_back(feature);
  }
  std::sort(shared.begin(), shared.end());

  FeatureVocabulary vocabulary;
  FeatureTable& table = vocabulary.table;
  absl::flat_hash_map<ResourceFeature, int32_t> numbers;
  for (const ResourceFeature& feature : shared) {
    numbers.emplace(feature, table.num_features());
    vocabulary.fingerprints.push_back(feature.fingerprint);
    table.doubts.push_back(Doubt(feature.sort));
  }
  for (const auto& features : features_of) {
    for (const ResourceFeature& feature : features) {
      const auto number = numbers.find(feature);
      if (number != numbers.end()) table.features.push_back(number->second);
    }
    table.begin.push_back(static_cast<int64_t>(table.features.size()));
  }
  return vocabulary;
}

}  // namespace evenlight
