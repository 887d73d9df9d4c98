#include "recommender/evaluation/reward_model.h"

namespace evenlight {
namespace {

// A resource shown less often than this says less than all others together.
constexpr double kPriorExamples = 10;

}  // namespace

RewardModel::RewardModel(absl::Span<const RewardExample> examples) {
  for (const RewardExample& example : examples) {
    for (int group = 0; group < kNumGroups; ++group) {
      if (example.learner % kNumGroups == group) continue;
      for (Sum* sum : {&groups_[group].all,
                       &groups_[group].by_resource[example.resource]}) {
        sum->rewards += example.reward;
        sum->count += 1;
      }
    }
  }
}

double RewardModel::Predict(int64_t learner, const ResourceId& resource) const {
  const Group& group = groups_[learner % kNumGroups];
  if (group.all.count == 0) return 0;
  const double mean = group.all.rewards / group.all.count;
  const auto found = group.by_resource.find(resource);
  const Sum sum = found == group.by_resource.end() ? Sum() : found->second;
  return (sum.rewards + kPriorExamples * mean) / (sum.count + kPriorExamples);
}

}  // namespace evenlight
