// The resources that may stand on a path: what the gate passes, best first by
// the score, for each need and each review.

#ifndef EVENLIGHT_RECOMMENDER_PATH_CHOICES_H_
#define EVENLIGHT_RECOMMENDER_PATH_CHOICES_H_

#include <cstdint>
#include <vector>

#include "absl/time/time.h"
#include "absl/types/span.h"
#include "core/recommendation.h"
#include "recommender/path/needs.h"
#include "recommender/ranking/policy.h"
#include "recommender/state/learner_view.h"

namespace evenlight {

// Positions in PathChoices::all.
using ChoiceIndex = int32_t;

// One resource that may be given on the days of [from, until).
struct Choice {
  ResourceIndex resource = ResourceIndex::kNone;
  float minutes = 0;
  float score = 0;
  bool is_new = false;  // Never answered.
  bool is_quiz = false;
  absl::Time from = absl::InfinitePast();
  absl::Time until = absl::InfiniteFuture();
  std::vector<NeedIndex> needs;   // What it practises of them.
  std::vector<NeedIndex> before;  // To be mastered before it is given.
};

// A mastered kc that the goal stands on, which fades.
struct FadingKc {
  KcIndex kc = KcIndex::kNone;
  NeedIndex need = -1;  // -1: mastered already.
  int32_t num_correct = 0;
  int32_t num_incorrect = 0;
  absl::Time last_time = absl::InfinitePast();
};

struct PathChoices {
  std::vector<Choice> all;
  // By need, the best first. Questions are what is answered, media the rest.
  std::vector<std::vector<ChoiceIndex>> questions;
  std::vector<std::vector<ChoiceIndex>> media;
  // What will want review, and by it the questions for that, the best first.
  std::vector<FadingKc> fading;
  std::vector<std::vector<ChoiceIndex>> reviews;
};

struct ChoiceInput {
  const LearnerView& view;
  const LearnerProfile& profile;
  const Goal& goal;
  const RankingPolicy& policy;
  absl::Span<const Need> needs;
};

// Everything passes the gate (recommender/ranking/eligibility.h) at the view's
// time, or will from `from` on: an answer that was wrong less than a day ago, a
// review that is not due yet. A medium is offered for a kc that was never
// practised, once, and once more after three wrong answers in a row.
//
// What the learner's grade keeps out is offered only for kcs that have too
// little else which does not wait for more than they do: a gap may lie years
// below the grade, and a goal above it. At most 64 questions a need, those that
// serve most needs before others.
PathChoices FindChoices(const ChoiceInput& input);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_PATH_CHOICES_H_
