// One version of everything that serving uses of a tenant's models.

#ifndef EVENLIGHT_RECOMMENDER_MODELS_MODEL_SET_H_
#define EVENLIGHT_RECOMMENDER_MODELS_MODEL_SET_H_

#include <cstdint>

#include "recommender/models/interest_model.h"
#include "recommender/models/learnt_weights.h"
#include "recommender/models/tracing_model.h"

namespace evenlight {

// Immutable, shared by pointer between requests. Its parts were trained
// together and are never mixed. A default-constructed one is version 0: no
// model yet, every prediction from priors.
struct ModelSet {
  int64_t version = 0;
  TracingModel tracing;
  InterestModel interest;
  LearntWeights weights;  // Read by WeightsFor() of ranking/policy.h.
};

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_MODELS_MODEL_SET_H_
