// Replays what a learner really answered, and asks before each answer what the
// service would have thought of it: how likely it is right, and where it stands
// among the other questions by two parts of the score.
//
// It tells how what was chosen compares with what the score favours, and how
// far the predicted success can be believed. It does not tell what learners
// would have gained from other choices: nobody saw those.

#ifndef EVENLIGHT_RECOMMENDER_EVALUATION_CHOICE_REPLAY_H_
#define EVENLIGHT_RECOMMENDER_EVALUATION_CHOICE_REPLAY_H_

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "core/interaction.h"
#include "recommender/evaluation/tracing_metrics.h"
#include "recommender/models/model_binding.h"
#include "recommender/ranking/eligibility.h"
#include "recommender/ranking/policy.h"

namespace evenlight {

struct ChoiceReplayOptions {
  RankingPolicy policy;
  // At each answer, compared with so many of the other eligible questions,
  // drawn without repeats, or with all if there are fewer; 0: with all.
  int32_t num_others = 200;
  uint64_t seed = 1;  // With the learner's number, of what is drawn.
};

// One answer, as of before it was given.
struct ReplayedChoice {
  Prediction prediction;  // Scorer::PCorrect(), as a list would show it.
  // Why the gate would not have let it onto a list, as new; kNone: it would.
  Refusal refusal = Refusal::kNone;
  int32_t num_others = 0;  // That it was compared with.
  // MidRank() by ScorePart::kBand and kGain; NaN without others.
  double band_rank = 0;
  double gain_rank = 0;

  bool is_eligible() const { return refusal == Refusal::kNone; }
};

// By answer of `track`, a learner's whole one. Answers to what the catalog does
// not hold are folded and have no row. Eligible is what the gate lets pass,
// without any filter, as new or as a review.
std::vector<ReplayedChoice> ReplayChoices(const ServingSnapshot& snapshot,
                                          absl::Span<const Interaction> track,
                                          int32_t learner,
                                          const ChoiceReplayOptions& options);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_EVALUATION_CHOICE_REPLAY_H_
