// The baselines of the closed loop; loop_policy.h says what each does. Where a
// rule leaves a choice, what was not met yet comes first, then what lies longer
// back, then the order of the catalog.

#ifndef EVENLIGHT_RECOMMENDER_SIMULATION_BASELINE_POLICIES_H_
#define EVENLIGHT_RECOMMENDER_SIMULATION_BASELINE_POLICIES_H_

#include "recommender/simulation/loop_policy.h"

namespace evenlight {

class RandomPolicy : public LoopPolicy {
 public:
  ResourceIndex Choose(const LoopView& view, Random* random) override;
};

class CurriculumPolicy : public LoopPolicy {
 public:
  ResourceIndex Choose(const LoopView& view, Random* random) override;
};

class PopularityPolicy : public LoopPolicy {
 public:
  ResourceIndex Choose(const LoopView& view, Random* random) override;
};

class HardestUnmasteredPolicy : public LoopPolicy {
 public:
  ResourceIndex Choose(const LoopView& view, Random* random) override;
};

class LowestMasteryPolicy : public LoopPolicy {
 public:
  ResourceIndex Choose(const LoopView& view, Random* random) override;
};

// P(known) of `kc` by the serving model, and whether that counts as mastered.
float ServedKnown(const LoopView& view, KcIndex kc);
bool IsServedMastered(const LoopView& view, KcIndex kc);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_SIMULATION_BASELINE_POLICIES_H_
