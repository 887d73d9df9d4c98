#include "recommender/models/bkt.h"

#include <algorithm>
#include <cmath>

namespace evenlight {

float PredictCorrect(const BktParams& params, float p_known) {
  return p_known * (1 - params.p_slip) + (1 - p_known) * params.p_guess;
}

float PosteriorKnown(const BktParams& params, float p_known, bool is_correct) {
  const float known =
      p_known * (is_correct ? 1 - params.p_slip : params.p_slip);
  const float unknown =
      (1 - p_known) * (is_correct ? params.p_guess : 1 - params.p_guess);
  // An answer that the parameters call impossible says nothing.
  if (!(known + unknown > 0)) return p_known;
  return std::clamp(known / (known + unknown), 0.0f, 1.0f);
}

float UpdateKnown(const BktParams& params, float p_known, bool is_correct) {
  const float p = PosteriorKnown(params, p_known, is_correct);
  const float next = p * (1 - params.p_forget) + (1 - p) * params.p_learn;
  return std::clamp(next, 0.0f, 1.0f);
}

// The fixed point of p -> T + (1 - F - T) p a / (p a + (1 - p) b) with
// a = 1 - S and b = G, BKT's step after a right answer; the root in [0, 1] of
//
//   (a - b) p^2 + (b - T (a - b) - (1 - F - T) a) p - T b = 0
float ReachableKnown(const BktParams& params) {
  const float t = params.p_learn;
  const float a = 1 - params.p_slip;
  const float b = std::max(params.p_guess, 1e-4f);
  // Where right answers speak against knowing, they say nothing to us.
  const float c2 = std::max(a - b, 1e-3f);
  const float c1 = b - t * c2 - (1 - params.p_forget - t) * a;
  const float c0 = -t * b;
  const float root =
      (-c1 + std::sqrt(std::max(0.0f, c1 * c1 - 4 * c2 * c0))) / (2 * c2);
  return std::clamp(root, 0.0f, 1.0f);
}

}  // namespace evenlight
