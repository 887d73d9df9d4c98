// A prediction taken apart: every part and what they are parts of. Explain() of
// prediction.h shows the largest.

#ifndef EVENLIGHT_RECOMMENDER_STATE_PREDICTION_PARTS_H_
#define EVENLIGHT_RECOMMENDER_STATE_PREDICTION_PARTS_H_

#include <vector>

#include "absl/time/time.h"
#include "absl/types/span.h"
#include "core/ids.h"
#include "recommender/models/tracing_model.h"
#include "recommender/state/learner_state.h"
#include "recommender/state/prediction.h"

namespace evenlight {

struct PredictionParts {
  // The log-odds for a learner without answers and a question and kcs that no
  // model knows: the average ones.
  float reference = 0;
  std::vector<PredictionPart> parts;  // Each word once, also those of 0.
};

// `reference` and all parts add up to PredictLogOdds(). `model` is trained.
//
// A feature's part is weight x (its value - its value for a learner without
// answers, same question and moment), times the slope of the calibration; a
// kc's slope goes with the feature of that name. The recurrent residual is
// three parts, taken one after the other: the kcs, the question, the answers.
PredictionParts PartsOf(const TracingModel& model, const LearnerState& state,
                        ResourceKey question, absl::Span<const KcKey> kcs,
                        absl::Time now);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_STATE_PREDICTION_PARTS_H_
