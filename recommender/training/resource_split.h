// Who engaged with what, parted into what models learn from and what they are
// judged by.

#ifndef EVENLIGHT_RECOMMENDER_TRAINING_RESOURCE_SPLIT_H_
#define EVENLIGHT_RECOMMENDER_TRAINING_RESOURCE_SPLIT_H_

#include <cstdint>
#include <vector>

#include "absl/time/time.h"
#include "core/ids.h"
#include "recommender/training/engagement_table.h"

namespace evenlight {

struct ResourceSplit {
  EngagementTable train;
  // By learner of `train`: what they engaged with besides; sorted, nothing
  // twice, nothing that they engaged with in `train`. May name resources that
  // nobody did.
  std::vector<std::vector<ResourceRow>> held_out;
  // Both empty where times are not known. By entry of `train`, and by resource
  // since anybody first engaged with it, until the moment of the split; 0:
  // nobody did before.
  std::vector<absl::Duration> entry_ages;
  std::vector<absl::Duration> resource_ages;
};

// Learners who can be judged: with engagements in `train` and with others held
// out. In order.
std::vector<int64_t> JudgedLearners(const ResourceSplit& split);

// Moves `fraction` of each learner's engagements out of `train`, at random by
// the seed and the learner's row, rounded up or down at random so that learners
// with few have their share; one always stays. What was held out before is not
// in the result: it is for choosing settings without a look at it. Ages stay as
// they are, of the moment of `split`.
//
// `fraction` is in (0, 1).
ResourceSplit HoldOut(const ResourceSplit& split, double fraction,
                      int64_t seed);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_TRAINING_RESOURCE_SPLIT_H_
