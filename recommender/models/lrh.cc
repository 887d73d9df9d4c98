#include "recommender/models/lrh.h"

#include <Eigen/Core>
#include <algorithm>
#include <cassert>
#include <cmath>

namespace evenlight {
namespace {

template <int kSize>
float Dot(const float* a, const float* b) {
  using Vector = Eigen::Matrix<float, kSize, 1>;
  return Eigen::Map<const Vector>(a).dot(Eigen::Map<const Vector>(b));
}

// The part of one kc; 0 if the model does not know it.
float KcLogOdds(const LrhWeights& weights, const LrhInput::Kc& kc) {
  if (kc.row == KcRow::kNone) return 0;
  const auto row = static_cast<size_t>(ToInt(kc.row));
  assert(row < weights.kcs.size());
  return weights.kcs[row] +
         Dot<kNumLrhSlopes>(&weights.slopes[row * kNumLrhSlopes],
                            kc.slopes.data());
}

}  // namespace

float LogOdds(const LrhWeights& weights, const LrhInput& input) {
  float log_odds = weights.bias + Dot<kNumLrhShared>(weights.shared.data(),
                                                     input.shared.data());
  if (input.question != QuestionRow::kNone) {
    const auto row = static_cast<size_t>(ToInt(input.question));
    assert(row < weights.questions.size());
    log_odds += weights.questions[row];
  }
  if (input.kcs.empty()) return log_odds;
  float sum = 0;
  for (const LrhInput::Kc& kc : input.kcs) sum += KcLogOdds(weights, kc);
  return log_odds + sum / static_cast<float>(input.kcs.size());
}

float Sigmoid(float log_odds) {
  // Beyond this a float would round to 0 or 1, whose log loss is infinite.
  constexpr float kMax = 15;
  return 1 / (1 + std::exp(-std::clamp(log_odds, -kMax, kMax)));
}

}  // namespace evenlight
