// How an event moves a learner's state. A pure function: no clock, no store.

#ifndef EVENLIGHT_RECOMMENDER_STATE_FOLD_H_
#define EVENLIGHT_RECOMMENDER_STATE_FOLD_H_

#include "absl/types/span.h"
#include "core/interaction.h"
#include "recommender/models/tracing_model.h"
#include "recommender/state/learner_state.h"

namespace evenlight {

// Applies one interaction, which must come strictly after `state.last`.
//
// Laws: Fold(Fold(s, a), b) equals Fold(s, a ++ b); P(known) stays in [0, 1],
// corrections in [-1, 1]; the state depends on nothing but the model and the
// learner's own interactions.
void Fold(const TracingModel& model, const Interaction& interaction,
          LearnerState& state);

// Fold() of an answer (Verb::kAnswered), and what PredictAnswer() says of it
// before: what both work out is worked out once.
float PredictAndFold(const TracingModel& model, const Interaction& answer,
                     LearnerState& state);

// Applies several, in order.
void Fold(const TracingModel& model, absl::Span<const Interaction> interactions,
          LearnerState& state);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_STATE_FOLD_H_
