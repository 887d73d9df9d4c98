// What a learner is believed to know of a knowledge component, on the wire.

#ifndef EVENLIGHT_SERVICES_SERVER_CONVERT_MASTERY_H_
#define EVENLIGHT_SERVICES_SERVER_CONVERT_MASTERY_H_

#include "absl/time/time.h"
#include "core/ids.h"
#include "recommender/models/tracing_model.h"
#include "recommender/state/learner_state.h"

namespace evenlight {

namespace v1 {
class KnowledgeComponentMastery;
}

// A learner at one moment. What it points to outlives it.
struct MasteryMoment {
  const TracingModel* model = nullptr;
  const LearnerState* state = nullptr;
  absl::Time now;
  float mastered_p_known = 0;  // RankingPolicy::mastered_p_known.
  bool explain = false;
};

// Fills in all of `to`; `parts` only if `explain`.
void FromMastery(const MasteryMoment& moment, const KcId& kc,
                 v1::KnowledgeComponentMastery* to);

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_SERVER_CONVERT_MASTERY_H_
