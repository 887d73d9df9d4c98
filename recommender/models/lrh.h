// LR-H: logistic regression on counts and history features, the default
// predictor of the next answer. It scores an input; what the input is made of
// is recommender/state/features.h, how weights are found is
// recommender/training/lrh_trainer.h.

#ifndef EVENLIGHT_RECOMMENDER_MODELS_LRH_H_
#define EVENLIGHT_RECOMMENDER_MODELS_LRH_H_

#include <array>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "core/ids.h"

namespace evenlight {

// Shared dense features, and features with a weight of their own for each kc.
// The order is that of LrhFeature and LrhSlope in features.h; weights are
// stored in it.
inline constexpr int kNumLrhShared = 64;  // A power of 2; spare columns are 0.
inline constexpr int kNumLrhSlopes = 15;

// One question at one moment. A question with several kcs is one input; the
// shared features of kcs are already averaged.
struct LrhInput {
  struct Kc {
    KcRow row = KcRow::kNone;
    std::array<float, kNumLrhSlopes> slopes{};
  };
  QuestionRow question = QuestionRow::kNone;
  std::array<float, kNumLrhShared> shared{};
  absl::InlinedVector<Kc, 2> kcs;
};

// Weights; Best-LR after Gervet et al., JEDM 2020, with the history features of
// docs/models.md. Immutable once in a ModelSet.
struct LrhWeights {
  float bias = 0;
  std::vector<float> questions;  // [num_questions]
  std::vector<float> kcs;        // [num_kcs]
  std::array<float, kNumLrhShared> shared{};
  std::vector<float> slopes;  // [num_kcs x kNumLrhSlopes]
};

// The log-odds of a right answer:
//
//   bias + w_question + w_shared . shared + mean over kcs (w_kc + s_kc .
//   slopes)
//
// Rows that are kNone add nothing; the mean divides by all kcs of the input.
// For weights with a value for every other row, see TracingModel::is_trained().
float LogOdds(const LrhWeights& weights, const LrhInput& input);

// 1 / (1 + exp(-log_odds)), in (0, 1) for finite arguments.
float Sigmoid(float log_odds);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_MODELS_LRH_H_
