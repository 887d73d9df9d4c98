#include "recommender/ranking/exploration.h"

#include <algorithm>
#include <cmath>

namespace evenlight {
namespace {

// In [0, 1): the finaliser of SplitMix64 (Steele, Lea & Flood, OOPSLA 2014). A
// request has one draw; a generator with a state would cost more to seed.
double Uniform(uint64_t seed) {
  seed += 0x9e3779b97f4a7c15;
  seed = (seed ^ seed >> 30) * 0xbf58476d1ce4e5b9;
  seed = (seed ^ seed >> 27) * 0x94d049bb133111eb;
  seed ^= seed >> 31;
  return static_cast<double>(seed >> 11) * 0x1.0p-53;
}

// Draws with the very numbers that are logged. What has none is never drawn,
// however the sum is rounded.
int32_t Draw(const std::vector<float>& propensities, double uniform) {
  int32_t last = 0;
  for (size_t index = 0; index < propensities.size(); ++index) {
    if (!(propensities[index] > 0)) continue;
    last = static_cast<int32_t>(index);
    uniform -= propensities[index];
    if (uniform < 0) return last;
  }
  return last;
}

}  // namespace

bool MayExplore(const ExplorationPolicy& policy, int32_t list_size,
                absl::Time now) {
  return policy.share > 0 && list_size >= kMinExploredList &&
         std::none_of(policy.pauses.begin(), policy.pauses.end(),
                      [&](const TimePeriod& pause) {
                        return pause.start <= now && now < pause.end;
                      });
}

Exploration Explore(const ExplorationPolicy& policy,
                    absl::Span<const float> scores, uint64_t seed) {
  Exploration exploration;
  for (const double p : Softmax(scores, policy.temperature)) {
    exploration.propensities.push_back(static_cast<float>(policy.share * p));
  }
  exploration.propensities.front() += 1 - policy.share;
  exploration.chosen = Draw(exploration.propensities, Uniform(seed));
  return exploration;
}

std::vector<double> Softmax(absl::Span<const float> scores,
                            double temperature) {
  const double best = *std::max_element(scores.begin(), scores.end());
  std::vector<double> probabilities;
  double sum = 0;
  for (const float score : scores) {
    probabilities.push_back(std::exp((score - best) / temperature));
    sum += probabilities.back();
  }
  for (double& p : probabilities) p /= sum;
  return probabilities;
}

}  // namespace evenlight
