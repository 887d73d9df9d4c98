// Draws what stands at one place of a list, so that the log can tell what other
// choices would have earned (recommender/evaluation/off_policy.h). It sees
// scores and a seed, neither who the learner is nor where they go to school:
// chances are equal across tiers.

#ifndef EVENLIGHT_RECOMMENDER_RANKING_EXPLORATION_H_
#define EVENLIGHT_RECOMMENDER_RANKING_EXPLORATION_H_

#include <cstdint>
#include <vector>

#include "absl/time/time.h"
#include "absl/types/span.h"

namespace evenlight {

// Shorter lists have no place to spare.
inline constexpr int32_t kMinExploredList = 5;

// From `start` on, before `end`.
struct TimePeriod {
  absl::Time start;
  absl::Time end;
};

// A value. Off by default.
struct ExplorationPolicy {
  float share = 0;  // Of lists whose last place is drawn, [0, 1].
  // Of the softmax, positive: with so much less score the chance is e times
  // lower.
  float temperature = 0.05f;
  int32_t num_alternatives = 9;  // Beside the one that the ranking puts there.
  std::vector<TimePeriod> pauses;  // Exams, and the time before them.
};

// Whether a list of `list_size` that is made at `now` may have a drawn place.
bool MayExplore(const ExplorationPolicy& policy, int32_t list_size,
                absl::Time now);

struct Exploration {
  int32_t chosen = 0;               // Index in `scores`.
  std::vector<float> propensities;  // By index; they add up to 1.
};

// Draws one of `scores`, which are finite; the first belongs to what stands
// there without exploration. With probability `share` the draw is by softmax,
// else it is the first:
//
//   propensity(a) = share e^(score(a) / temperature) / sum over b of the same
//                   + (1 - share) [a is the first]
//
// The same seed draws the same.
Exploration Explore(const ExplorationPolicy& policy,
                    absl::Span<const float> scores, uint64_t seed);

// The softmax alone, by index. Scores are finite, `temperature` is positive.
std::vector<double> Softmax(absl::Span<const float> scores, double temperature);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_RANKING_EXPLORATION_H_
