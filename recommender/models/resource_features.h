// What is known of a resource before anybody used it, as fingerprints: where
// the factors of a resource that is newer than the model come from.

#ifndef EVENLIGHT_RECOMMENDER_MODELS_RESOURCE_FEATURES_H_
#define EVENLIGHT_RECOMMENDER_MODELS_RESOURCE_FEATURES_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/resource.h"

namespace evenlight {

// How many features a resource has at most, besides one for each kc.
inline constexpr size_t kMaxResourceFeatures = 87;

// Fingerprints of the resource's kind, subject, grades, language, provider,
// kcs, subject in each grade, authors (separated by commas, semicolons or
// slashes of either script; the first 8) and words of the title (the first 48).
// A word is a run of letters and digits in lower case; in Chinese, Japanese and
// Korean, which do not separate words, two neighbouring characters, or one that
// has no neighbour. Besides: whether the title has such characters, and
// whether there are a subject and kcs. What is empty gives no feature. Bytes
// that are not UTF-8 separate words.
//
// Increasing, each once. Features of different sorts differ even if their text
// is the same. Stored in models: what a feature's fingerprint is made of must
// not change.
std::vector<uint64_t> ResourceFeatures(const Resource& resource);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_MODELS_RESOURCE_FEATURES_H_
