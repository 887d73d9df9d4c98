// The settings that validation chooses among.

#ifndef EVENLIGHT_RECOMMENDER_TRAINING_RESOURCE_SETTINGS_H_
#define EVENLIGHT_RECOMMENDER_TRAINING_RESOURCE_SETTINGS_H_

#include <cstdint>
#include <vector>

#include "absl/strings/string_view.h"
#include "recommender/training/resource_ranker.h"

namespace evenlight {

// A few settings of `model` that between them suit catalogs from hundreds of
// courses to tens of thousands of places, the one to use without validation
// first. With `has_times` popularity has half-lives.
std::vector<ResourceSetting> DefaultSettings(absl::string_view model,
                                             bool has_times);

// `count` settings at random from wide ranges around those, repeatable from the
// seed. Scales are drawn by their logarithms. `mean_scale` is the mean of
// n_u + w |I| at w = 0.1: it keeps the mean learner's regularization while the
// exponent varies.
std::vector<ResourceSetting> RandomSettings(absl::string_view model, int count,
                                            int64_t seed, double mean_scale,
                                            bool has_times);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_TRAINING_RESOURCE_SETTINGS_H_
