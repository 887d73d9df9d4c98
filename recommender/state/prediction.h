// The probability of a right answer: LR-H, the recurrent residual, calibration
// and the learner's own correction put together; and why it is what it is.

#ifndef EVENLIGHT_RECOMMENDER_STATE_PREDICTION_H_
#define EVENLIGHT_RECOMMENDER_STATE_PREDICTION_H_

#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "core/ids.h"
#include "recommender/models/lrh.h"
#include "recommender/models/tracing_model.h"
#include "recommender/state/learner_state.h"

namespace evenlight {

// The probability, in [0, 1], that the learner answers `question` right at
// `now`: LR-H with what corrects it if trained, else the mean of BKT over the
// kcs. `now` as in Features().
float PredictAnswer(const TracingModel& model, const LearnerState& state,
                    ResourceKey question, absl::Span<const KcKey> kcs,
                    absl::Time now);

// The same for a kc's average question: one that no model knows.
float PredictKc(const TracingModel& model, const LearnerState& state, KcKey kc,
                absl::Time now);

// The log-odds that PredictAnswer() turns into a probability. `model` is
// trained; `input` is Features() of the same arguments.
float PredictLogOdds(const TracingModel& model, const LearnerState& state,
                     const LrhInput& input, absl::Span<const KcKey> kcs);

// Terms of PredictLogOdds(), 0 where the model has none: what the recurrent
// residual adds to LR-H, before calibration, and the learner's own correction
// with the mean of the kcs', after it.
float RecurrentLogOdds(const TracingModel& model, const LearnerState& state,
                       const LrhInput& input, absl::Span<const KcKey> kcs);
float CorrectionLogOdds(const TracingModel& model, const LearnerState& state,
                        absl::Span<const KcKey> kcs);

// What moved a prediction, in words of the field and in log-odds: positive
// makes a right answer likelier. `words` are static and lower case.
struct PredictionPart {
  absl::string_view words;
  float log_odds = 0;
};
inline constexpr int kMaxPredictionParts = 5;

// The parts that moved PredictAnswer() most, largest first by size: how it
// differs from what the model says of a learner who has not answered anything,
// and, of that, how the question and its kcs differ from the average. At most
// kMaxPredictionParts; parts of 0 are left out. Empty without a trained model.
std::vector<PredictionPart> Explain(const TracingModel& model,
                                    const LearnerState& state,
                                    ResourceKey question,
                                    absl::Span<const KcKey> kcs,
                                    absl::Time now);

// The same of PredictKc().
std::vector<PredictionPart> ExplainKc(const TracingModel& model,
                                      const LearnerState& state, KcKey kc,
                                      absl::Time now);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_STATE_PREDICTION_H_
