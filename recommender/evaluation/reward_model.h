// A model of rewards for doubly robust estimates: how often each resource is
// taken up, learnt from other learners than the one it predicts for.

#ifndef EVENLIGHT_RECOMMENDER_EVALUATION_REWARD_MODEL_H_
#define EVENLIGHT_RECOMMENDER_EVALUATION_REWARD_MODEL_H_

#include <array>
#include <cstdint>

#include "absl/container/flat_hash_map.h"
#include "absl/types/span.h"
#include "core/ids.h"

namespace evenlight {

// What was shown and what it earned.
struct RewardExample {
  int64_t learner = 0;  // Not negative.
  ResourceId resource;
  double reward = 0;
};

// Mean rewards by resource, drawn towards the mean of all as if ten more
// examples had it. Cross-fitted: learners are parted into five groups, and each
// is predicted for by the means of the other four, so that no prediction knows
// the reward that it is held against. Immutable.
class RewardModel {
 public:
  explicit RewardModel(absl::Span<const RewardExample> examples);

  // The mean of all for a resource that the other learners were never shown; 0
  // if they were shown nothing.
  double Predict(int64_t learner, const ResourceId& resource) const;

 private:
  static constexpr int kNumGroups = 5;

  struct Sum {
    double rewards = 0;
    double count = 0;
  };
  // What the other groups say.
  struct Group {
    Sum all;
    absl::flat_hash_map<ResourceId, Sum> by_resource;
  };

  std::array<Group, kNumGroups> groups_;
};

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_EVALUATION_REWARD_MODEL_H_
