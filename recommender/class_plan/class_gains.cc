#include "recommender/class_plan/class_gains.h"

#include <algorithm>

namespace evenlight {
namespace {

GainMatrix Zeros(PlannedLearners learners, const ClassCandidates& candidates) {
  return GainMatrix::Zero(static_cast<Eigen::Index>(learners.size()),
                          static_cast<Eigen::Index>(candidates.shared.size()));
}

// The gate that decides about `resource` for one learner; null if the phase
// does not take it.
const EligibilityGate* GateOf(const PlannedLearner& learner,
                              const GainRules& rules, ResourceIndex resource) {
  if (std::find(rules.pins.begin(), rules.pins.end(), resource) !=
      rules.pins.end()) {
    return &learner.pin_gate;
  }
  return rules.rule.Takes(learner, resource) ? &learner.gate : nullptr;
}

float GainOf(const PlannedLearner& learner, const RankingPolicy& policy,
             const GainRules& rules, ResourceIndex resource) {
  const EligibilityGate* gate = GateOf(learner, rules, resource);
  return gate == nullptr ? 0 : Gain(learner.view, *gate, policy, resource);
}

bool MayBeGiven(const PlannedLearner& learner, const GainRules& rules,
                ResourceIndex resource) {
  const EligibilityGate* gate = GateOf(learner, rules, resource);
  return gate != nullptr && IsEligible(*gate, resource);
}

}  // namespace

ClassGains ComputeClassGains(PlannedLearners learners,
                             const ClassCandidates& candidates,
                             const RankingPolicy& policy,
                             const GainRules& rules) {
  const std::vector<ResourceIndex>& shared = candidates.shared;
  ClassGains gains = {Zeros(learners, candidates), {}};
  for (size_t learner = 0; learner < learners.size(); ++learner) {
    const std::vector<ResourceIndex>& own = candidates.own[learner];
    OwnBest best;
    if (!own.empty()) best.resource = own[0];
    const auto gain_from = [&](ResourceIndex resource) {
      const float gain = GainOf(*learners[learner], policy, rules, resource);
      if (gain > best.gain) best = {resource, gain};
      return gain;
    };
    auto row = gains.served.row(static_cast<Eigen::Index>(learner));
    for (size_t column = 0; column < shared.size(); ++column) {
      row(static_cast<Eigen::Index>(column)) = gain_from(shared[column]);
    }
    for (const ResourceIndex resource : own) {
      if (ColumnOf(candidates, resource) < 0) gain_from(resource);
    }
    const float floor = rules.served_share * best.gain;
    for (float& gain : row) gain = gain < floor ? 0 : gain;
    gains.best.push_back(best);
  }
  return gains;
}

GainMatrix EligibilityOf(PlannedLearners learners,
                         const ClassCandidates& candidates,
                         const GainRules& rules) {
  GainMatrix eligible = Zeros(learners, candidates);
  for (size_t learner = 0; learner < learners.size(); ++learner) {
    for (size_t column = 0; column < candidates.shared.size(); ++column) {
      if (MayBeGiven(*learners[learner], rules, candidates.shared[column])) {
        eligible(static_cast<Eigen::Index>(learner),
                 static_cast<Eigen::Index>(column)) = 1;
      }
    }
  }
  return eligible;
}

int32_t NumEligible(PlannedLearners learners, ResourceIndex resource,
                    const GainRules& rules) {
  return static_cast<int32_t>(
      std::count_if(learners.begin(), learners.end(), [&](const auto& learner) {
        return MayBeGiven(*learner, rules, resource);
      }));
}

}  // namespace evenlight
