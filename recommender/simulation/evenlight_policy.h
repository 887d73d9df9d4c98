// Ours in the closed loop: the first of Recommend()'s list.

#ifndef EVENLIGHT_RECOMMENDER_SIMULATION_EVENLIGHT_POLICY_H_
#define EVENLIGHT_RECOMMENDER_SIMULATION_EVENLIGHT_POLICY_H_

#include "recommender/pipeline/pipeline.h"
#include "recommender/simulation/loop_policy.h"

namespace evenlight {

// Asks as an app with a goal would: for resources of the goal; where nothing of
// that is ready, for those of the goal and what it needs. Of at most the
// minutes that are left.
class EvenlightPolicy : public LoopPolicy {
 public:
  // kUnspecified: the phase of the session.
  explicit EvenlightPolicy(Phase phase = Phase::kUnspecified) : phase_(phase) {}

  ResourceIndex Choose(const LoopView& view, Random* random) override;

 private:
  RankedList Ask(const LoopView& view, absl::Span<const KcIndex> kcs);

  const Phase phase_;
  const RankingPolicy ranking_;
  const LearnerProfile profile_;
  RecommendationRequest request_;
};

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_SIMULATION_EVENLIGHT_POLICY_H_
