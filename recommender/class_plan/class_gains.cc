#include "recommender/class_plan/class_gains.h"

#include <algorithm>

namespace evenlight {
namespace {

using Learners = absl::Span<const std::unique_ptr<PlannedLearner>>;

GainMatrix Zeros(Learners learners, const ClassCandidates& candidates) {
  return GainMatrix::Zero(static_cast<Eigen::Index>(learners.size()),
                          static_cast<Eigen::Index>(candidates.shared.size()));
}

}  // namespace

ClassGains ComputeClassGains(Learners learners,
                             const ClassCandidates& candidates,
                             const RankingPolicy& policy) {
  const std::vector<ResourceIndex>& shared = candidates.shared;
  ClassGains gains = {Zeros(learners, candidates), {}};
  for (size_t learner = 0; learner < learners.size(); ++learner) {
    const std::vector<ResourceIndex>& own = candidates.own[learner];
    OwnBest best;
    if (!own.empty()) best.resource = own[0];
    const auto gain_from = [&](ResourceIndex resource) {
      const float gain = Gain(learners[learner]->view, learners[learner]->gate,
                              policy, resource);
      if (gain > best.gain) best = {resource, gain};
      return gain;
    };
    auto row = gains.served.row(static_cast<Eigen::Index>(learner));
    for (size_t column = 0; column < shared.size(); ++column) {
      row(static_cast<Eigen::Index>(column)) = gain_from(shared[column]);
    }
    for (const ResourceIndex resource : own) {
      if (!std::binary_search(shared.begin(), shared.end(), resource)) {
        gain_from(resource);
      }
    }
    const float floor = kServedShare * best.gain;
    for (float& gain : row) gain = gain < floor ? 0 : gain;
    gains.best.push_back(best);
  }
  return gains;
}

GainMatrix EligibilityOf(Learners learners, const ClassCandidates& candidates) {
  GainMatrix eligible = Zeros(learners, candidates);
  for (size_t learner = 0; learner < learners.size(); ++learner) {
    for (size_t column = 0; column < candidates.shared.size(); ++column) {
      if (!IsEligible(learners[learner]->gate, candidates.shared[column])) {
        continue;
      }
      eligible(static_cast<Eigen::Index>(learner),
               static_cast<Eigen::Index>(column)) = 1;
    }
  }
  return eligible;
}

}  // namespace evenlight
