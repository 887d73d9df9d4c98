// What is known of a resource before anybody used it, as fingerprints: where
// the factors of a resource that is newer than the model come from.

#ifndef EVENLIGHT_RECOMMENDER_MODELS_RESOURCE_FEATURES_H_
#define EVENLIGHT_RECOMMENDER_MODELS_RESOURCE_FEATURES_H_

#include <compare>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "core/resource.h"

namespace evenlight {

// How many features a resource has at most, besides one for each kc.
inline constexpr size_t kMaxResourceFeatures = 89;

// What a feature tells of. Stored, as part of fingerprints; do not change.
enum class FeatureSort : char {
  kKind = 'k',
  kSubject = 's',
  kGrade = 'g',
  kLanguage = 'l',
  kProvider = 'p',
  kAuthor = 'a',
  kKc = 'c',
  kSubjectInGrade = 'x',
  kWord = 't',
  kScript = 'w',
  kHas = 'h',
  kProviderHas = 'q',
};

struct ResourceFeature {
  uint64_t fingerprint = 0;
  FeatureSort sort = FeatureSort::kKind;

  friend auto operator<=>(const ResourceFeature&,
                          const ResourceFeature&) = default;
  template <typename H>
  friend H AbslHashValue(H state, const ResourceFeature& feature) {
    return H::combine(std::move(state), feature.fingerprint);
  }
};

// Fingerprints of the resource's kind, subject, grades, language, provider,
// kcs, subject in each grade, authors (separated by commas, semicolons or
// slashes of either script; the first 8) and words of the title (the first 48).
// A word is a run of letters and digits in lower case; in Chinese, Japanese and
// Korean, which do not separate words, two neighbouring characters, or one that
// has no neighbour. Besides: whether the title has such characters, whether
// there are a subject and kcs, and each of the two together with the provider.
// What is empty gives no feature. Bytes that are not UTF-8 separate words.
//
// Increasing, each once. Features of different sorts differ even if their text
// is the same. Stored in models: what a feature's fingerprint is made of must
// not change. A model that has never met a sort of feature passes it over.
std::vector<ResourceFeature> DescribeResource(const Resource& resource);

// The fingerprints of DescribeResource().
std::vector<uint64_t> ResourceFeatures(const Resource& resource);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_MODELS_RESOURCE_FEATURES_H_
