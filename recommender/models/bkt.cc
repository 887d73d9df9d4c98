#include "recommender/models/bkt.h"

#include <algorithm>

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

}  // namespace evenlight
