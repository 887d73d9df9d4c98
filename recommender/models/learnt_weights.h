// Score weights that a tenant's own track taught, by phase; see
// recommender/training/weight_trainer.h for how.

#ifndef EVENLIGHT_RECOMMENDER_MODELS_LEARNT_WEIGHTS_H_
#define EVENLIGHT_RECOMMENDER_MODELS_LEARNT_WEIGHTS_H_

#include <array>
#include <cstddef>
#include <optional>

#include "core/event.h"
#include "core/recommendation.h"

namespace evenlight {

// By Phase; nullopt: none, the hand-set ones stay. Each weight is in [0, 1] and
// those of a phase add up to 1. What was learnt for self-study is also there
// for kUnspecified.
using LearntWeights = std::array<std::optional<ScoreParts>, 5>;

inline void SetWeights(Phase phase, const ScoreParts& weights,
                       LearntWeights& to) {
  to[static_cast<size_t>(phase)] = weights;
  if (phase == Phase::kSelfStudy) {
    to[static_cast<size_t>(Phase::kUnspecified)] = weights;
  }
}

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_MODELS_LEARNT_WEIGHTS_H_
