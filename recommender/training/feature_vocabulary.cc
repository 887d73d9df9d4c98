#include "recommender/training/feature_vocabulary.h"

#include <algorithm>

#include "absl/container/flat_hash_map.h"

namespace evenlight {

FeatureVocabulary ShareFeatures(
    absl::Span<const std::vector<uint64_t>> features_of) {
  absl::flat_hash_map<uint64_t, int32_t> counts;
  for (const std::vector<uint64_t>& features : features_of) {
    for (const uint64_t feature : features) ++counts[feature];
  }
  FeatureVocabulary vocabulary;
  std::vector<uint64_t>& fingerprints = vocabulary.fingerprints;
  for (const auto& [feature, count] : counts) {
    if (count > 1) fingerprints.push_back(feature);
  }
  std::sort(fingerprints.begin(), fingerprints.end());

  absl::flat_hash_map<uint64_t, int32_t> numbers;
  for (const uint64_t feature : fingerprints) {
    numbers.emplace(feature, static_cast<int32_t>(numbers.size()));
  }
  FeatureTable& table = vocabulary.table;
  table.num_features = static_cast<int32_t>(fingerprints.size());
  for (const std::vector<uint64_t>& features : features_of) {
    for (const uint64_t feature : features) {
      const auto number = numbers.find(feature);
      if (number != numbers.end()) table.features.push_back(number->second);
    }
    table.begin.push_back(static_cast<int64_t>(table.features.size()));
  }
  return vocabulary;
}

}  // namespace evenlight
