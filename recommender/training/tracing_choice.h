// Which of the tracing models on trial is to be served, as a pure policy: by
// log loss on learners held out for that, within a budget that is counted and
// not measured, so that the choice repeats.

#ifndef EVENLIGHT_RECOMMENDER_TRAINING_TRACING_CHOICE_H_
#define EVENLIGHT_RECOMMENDER_TRAINING_TRACING_CHOICE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "recommender/evaluation/tracing_metrics.h"
#include "recommender/models/residual.h"
#include "recommender/training/tracing_cost.h"

namespace evenlight {

// Per answer to a question with one kc. Room for a residual of 64 units, so
// that the default of 32 is let in whatever else changes.
inline constexpr TracingCost kDefaultBudget = {100'000, 4'096};

// What may be served: kBktModel, kLrhModel, kResidualModel.
std::vector<std::string> ServableModels();

// What a servable model costs, told before it is fitted.
TracingCost PlannedCost(const std::string& model, ResidualShape shape);

// INVALID_ARGUMENT: no model, one that cannot be served, or none within the
// budget.
absl::Status ValidateModels(absl::Span<const std::string> models,
                            const ResidualShape& shape,
                            const TracingCost& budget);

// A model and its predictions of the held-out learners. All that are within the
// budget predict the same answers; those beyond it may have no predictions.
struct ModelOnTrial {
  std::string model;
  TracingCost cost;
  std::vector<Prediction> validation;
};

struct TracingChoice {
  size_t chosen = 0;
  std::vector<std::string> reasons;  // Why, or why not, by model.
};

// From the cheapest on, a dearer model takes the place of the chosen one if its
// log loss is lower by more than two standard errors of the paired difference:
// a tie, or what may be noise, goes to the cheaper. Without anybody to validate
// on it is LR-H if that is within the budget, else the cheapest.
//
// At least one model is within the budget.
TracingChoice ChooseTracing(absl::Span<const ModelOnTrial> models,
                            const TracingCost& budget);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_TRAINING_TRACING_CHOICE_H_
