// How much each resource interests one learner, by whichever half of the
// interest model ranks: neighbours, else factors.

#ifndef EVENLIGHT_RECOMMENDER_STATE_LEARNER_INTEREST_H_
#define EVENLIGHT_RECOMMENDER_STATE_LEARNER_INTEREST_H_

#include <Eigen/Core>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "core/ids.h"
#include "recommender/models/model_binding.h"
#include "recommender/state/learner_view.h"

namespace evenlight {

// Made for one request from the learner's latest engagements (engagement.h), so
// that it is never stale. Both are empty if the model has neither factors nor
// neighbours, or knows nothing that the learner engaged with.
struct LearnerInterest {
  Eigen::VectorXf factors;      // Folded in. [num_factors]
  std::vector<float> scores{};  // By neighbours, by ResourceRow; empty: the
                                // factors rank.

  // OK: nothing went wrong, whether something is known or not.
  // INVALID_ARGUMENT: an engagement cannot be weighed. DATA_LOSS: the model's
  // factors give no finite ones.
  absl::Status fault = {};

  bool is_known() const { return factors.size() > 0 || !scores.empty(); }
};

LearnerInterest InterestOf(const LearnerView& view);

// The score of a resource, about 0 for what the learner would not take up and 1
// for what they would: that of its row by neighbours or <learner, resource>;
// of one newer than the model by its features (ServingSnapshot::FactorsOf()).
// nullopt if the model knows nothing of the resource or of the learner.
std::optional<float> InterestIn(const LearnerInterest& interest,
                                const ServingSnapshot& snapshot,
                                ResourceIndex resource);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_STATE_LEARNER_INTEREST_H_
