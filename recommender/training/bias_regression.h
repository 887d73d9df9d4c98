// Logistic regression on who answers, what is asked and a few features: what
// can be learnt of answers that have no order. The Rasch model with covariates
// (De Boeck & Wilson, Explanatory Item Response Models, 2004).

#ifndef EVENLIGHT_RECOMMENDER_TRAINING_BIAS_REGRESSION_H_
#define EVENLIGHT_RECOMMENDER_TRAINING_BIAS_REGRESSION_H_

#include <array>
#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "recommender/training/prerequisite_outcomes.h"

namespace evenlight {

struct BiasExample {
  int32_t learner = 0;   // Row; -1: unknown, adds nothing.
  int32_t question = 0;  // The same.
  std::array<float, kNumOutcomeFeatures> features{};
  bool is_correct = false;
};

struct BiasWeights {
  double bias = 0;
  std::vector<double> learners;   // [num_learners]
  std::vector<double> questions;  // [num_questions]
  std::array<double, kNumOutcomeFeatures> features{};
};

// bias + w_learner + w_question + w . features, in log-odds.
double LogOdds(const BiasWeights& weights, const BiasExample& example);

struct BiasOptions {
  int32_t num_learners = 0;
  int32_t num_questions = 0;
  double penalty = 1;  // > 0; of all weights but the bias.
};

// Without features: the minimum of
//
//   sum over examples of -log P(outcome) + penalty / 2 sum of squared weights,
//
// which is convex. Each weight in turn goes to the minimum of a parabola that
// lies above the objective, of curvature 1/4 x^2 summed over its examples
// (Boehning & Lindsay, Ann. Inst. Stat. Math. 1988), so that no step makes it
// worse; ends when no weight moves by 1e-4 in a sweep.
BiasWeights FitBiases(absl::Span<const BiasExample> examples,
                      const BiasOptions& options);

// The one of a few penalties, .25 to 4, that predicts `validation` best; 1 if
// that is empty. `options.penalty` is not read.
double ChoosePenalty(absl::Span<const BiasExample> examples,
                     absl::Span<const BiasExample> validation,
                     BiasOptions options);

// FitBiases(), and then, on top of its log-odds, the same objective for weights
// of the features and a bias to go with them. One after the other: fitted
// together, a learner's bias and their other outcomes, which it was fitted to,
// push one another away (docs/models.md).
BiasWeights FitFeatures(absl::Span<const BiasExample> examples,
                        const BiasOptions& options);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_TRAINING_BIAS_REGRESSION_H_
