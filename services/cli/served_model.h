// The models that `evenlight train` would serve of the same answers, for
// experiments that ask the serving code.

#ifndef EVENLIGHT_SERVICES_CLI_SERVED_MODEL_H_
#define EVENLIGHT_SERVICES_CLI_SERVED_MODEL_H_

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "core/answers.h"
#include "core/catalog.h"
#include "core/resource.h"
#include "recommender/models/model_set.h"
#include "recommender/training/dataset.h"
#include "recommender/training/tracing_fitter.h"

namespace evenlight {

// LR-H with BKT for mastery, straightened and with learners' own corrections if
// `validation` asks for them; popularity of `train`. Neither the recurrent
// residual nor factors. Every part of `train` begins with its learner's first
// interaction. What the parts point to outlives the call.
absl::StatusOr<ModelSet> FitServedModel(
    const std::vector<TrackPart>& train,
    const std::vector<TrackPart>& validation, IdTables ids,
    const TracingFitOptions& options);

// What `import answers` and `import kcs` would make of them, for any grade: an
// exercise for every question, and the kcs of the answers and of `graph`. Where
// each question is its own kc, a kc of `graph` that nobody answered is an
// exercise too.
std::shared_ptr<const Catalog> CatalogOf(
    const AnswerSet& answers, const std::vector<KnowledgeComponent>& graph);

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_CLI_SERVED_MODEL_H_
