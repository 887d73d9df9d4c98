// What the operator may set about ranking: weights per phase and list rules.

#ifndef EVENLIGHT_RECOMMENDER_RANKING_POLICY_H_
#define EVENLIGHT_RECOMMENDER_RANKING_POLICY_H_

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "core/event.h"
#include "core/recommendation.h"
#include "recommender/models/model_set.h"
#include "recommender/ranking/exploration.h"
#include "recommender/ranking/minutes_cap.h"

namespace evenlight {

// What a new resource is given before it competes like any other.
struct NewResourcePolicy {
  // No longer than exposures are kept (recommender/exposure).
  absl::Duration max_age = absl::Hours(24 * 28);
  // Of exposure, 1 for the first place of a list; 0: nothing is new.
  float budget = 100;
};

// A value. Defaults are hand-set; docs/models.md says why.
struct RankingPolicy {
  int64_t version = 1;
  // By Phase (kUnspecified has the weights of self-study), each >= 0.
  std::array<ScoreParts, 5> weights = DefaultWeights();
  // By Phase: the operator named these weights, so that none learnt take their
  // place.
  std::array<bool, 5> is_set_by_operator = {};
  float diversity = 0.2f;  // MMR: 0 by score alone, 1 by variety alone.
  // From this P(known) on a kc is mastered: Corbett & Anderson (UMUAI 1994).
  float mastered_p_known = 0.95f;
  float band_low = 0.7f;  // The plateau of P(correct).
  float band_high = 0.9f;
  ExplorationPolicy exploration;
  MinutesCapPolicy minutes_cap;
  NewResourcePolicy new_resources;
  std::vector<std::string> switched_off;  // Stages and sources.
  // Of one recommendation, after which optional stages are left out; infinite:
  // none is.
  absl::Duration stage_budget = absl::InfiniteDuration();

  static std::array<ScoreParts, 5> DefaultWeights();
};

// The weights that score in `phase`, and the only place that decides: those the
// operator set, else those that `models` learnt, else the hand-set ones.
const ScoreParts& WeightsFor(const RankingPolicy& policy,
                             const ModelSet& models, Phase phase);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_RANKING_POLICY_H_
