#include "recommender/ranking/policy.h"

namespace evenlight {

// Hand-set; each row sums to 1, so that scores are comparable across phases.
// Ready leads everywhere: what cannot be followed teaches nothing. Before class
// the new counts and the old does not; in class all work on the same matter, so
// that variety and interest give way to gain; after class the matter is
// practised in the band of useful difficulty and what fades is repeated; on
// their own, learners keep at it if interest has a say.
std::array<ScoreParts, 5> RankingPolicy::DefaultWeights() {
  //                                ready band  gain  due   inter. qual. novelty
  constexpr ScoreParts kSelfStudy = {.25f, .15f, .2f, .15f, .1f, .08f, .07f};
  constexpr ScoreParts kPreClass = {.3f, .1f, .2f, .05f, .1f, .1f, .15f};
  constexpr ScoreParts kInClass = {.3f, .2f, .25f, .05f, .05f, .1f, .05f};
  constexpr ScoreParts kPostClass = {.25f, .2f, .2f, .2f, .05f, .05f, .05f};
  return {kSelfStudy, kPreClass, kInClass, kPostClass, kSelfStudy};
}

const ScoreParts& WeightsFor(const RankingPolicy& policy,
                             const ModelSet& models, Phase phase) {
  const auto row = static_cast<size_t>(phase);
  const auto& learnt = models.weights[row];
  return learnt.has_value() && !policy.is_set_by_operator[row]
             ? *learnt
             : policy.weights[row];
}

}  // namespace evenlight
