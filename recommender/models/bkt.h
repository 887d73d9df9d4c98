// Bayesian Knowledge Tracing: the probability that a learner knows one
// knowledge component, moved by each answer.

#ifndef EVENLIGHT_RECOMMENDER_MODELS_BKT_H_
#define EVENLIGHT_RECOMMENDER_MODELS_BKT_H_

namespace evenlight {

// Parameters of one kc, each a probability in [0, 1]. The defaults serve a kc
// that no model has seen. Corbett & Anderson, UMUAI 1994, with forgetting.
struct BktParams {
  float p_init = 0.3f;     // L0: known before the first answer.
  float p_learn = 0.15f;   // T: unknown becomes known after an answer.
  float p_forget = 0.02f;  // F: known becomes unknown after an answer.
  float p_slip = 0.1f;     // S: wrong although known.
  float p_guess = 0.2f;    // G: right although unknown.
};

// The probability of a right answer: p (1 - S) + (1 - p) G.
float PredictCorrect(const BktParams& params, float p_known);

// P(known) before the next answer, given it before this one: Bayes' rule on the
// answer, then one step of learning and forgetting. In [0, 1]; stays finite for
// parameters at 0 or 1.
float UpdateKnown(const BktParams& params, float p_known, bool is_correct);

// P(known) given the answer, without the step of learning: the posterior.
float PosteriorKnown(const BktParams& params, float p_known, bool is_correct);

// What P(known) tends to for a learner who is always right: where a right
// answer, learning and forgetting leave it. In [0, 1].
float ReachableKnown(const BktParams& params);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_MODELS_BKT_H_
