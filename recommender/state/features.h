// The features that LR-H sees: of a state, a question and a moment. The same
// function serves and trains, so that the two cannot drift apart.

#ifndef EVENLIGHT_RECOMMENDER_STATE_FEATURES_H_
#define EVENLIGHT_RECOMMENDER_STATE_FEATURES_H_

#include "absl/time/time.h"
#include "absl/types/span.h"
#include "core/ids.h"
#include "recommender/models/lrh.h"
#include "recommender/models/tracing_model.h"
#include "recommender/state/learner_state.h"

namespace evenlight {

// Columns of LrhInput::shared. A block of several is named by its first.
// "Right" and "wrong" are indicators, 0 or 1. Those of kcs are means over the
// kcs of the question. Weights are stored in this order: append, do not
// reorder.
enum class LrhFeature : int {
  // log(1 + n): of all answers.
  kLogWins,
  kLogFails,
  kLogAnswers,
  // log(1 + n): on the kc, on the question.
  kLogKcWins,
  kLogKcFails,
  kLogQuestionWins,
  kLogQuestionFails,
  kLogQuestionAnswers,
  // Exponential averages of (correct - 0.65), by kAverageRates.
  kAverages,                    // 3.
  kKcAverages = kAverages + 3,  // 3.
  // The same of (correct - ExpectedCorrect of the question).
  kResidualAverages = kKcAverages + 3,         // 2: rates .8, .95.
  kKcResidualAverage = kResidualAverages + 2,  // Rate .8.
  // Right and wrong for each of the last answers, newest first.
  kRecent,                   // 5 x 2.
  kKcRecent = kRecent + 10,  // 3 x 2.
  kLastThreeRight = kKcRecent + 6,
  kLastThreeWrong,
  // The previous answer was to this question, or had this kc: right, wrong.
  kRepeatRight,
  kRepeatWrong,
  kRepeatKcRight,
  kRepeatKcWrong,
  kLogRepeats,  // log(1 + answers in a row to this question, until now).
  // The last answer to this question: right, wrong.
  kQuestionRight,
  kQuestionWrong,
  // log(1 + answers in between); 0 if there was none before.
  kIsFirstOnKc,
  kLogSinceKc,
  kLogSinceQuestion,
  // log(1 + length) of the run of right or wrong answers.
  kLogRunRight,
  kLogRunWrong,
  kLogKcRunRight,
  kLogKcRunWrong,
  kLogKcsMet,
  kIsFirst,
  // Shrunken share of right answers; of the question minus 0.5.
  kSmoothedRate,
  kSmoothedKcRate,
  kSmoothedQuestionRate,
  // log(1 + hours) since the last answer, on this kc, to this question. 0 if
  // there was none or only the order of events is known.
  kLogHours,
  kLogHoursKc,
  kLogHoursQuestion,
  kCount,
};
static_assert(static_cast<int>(LrhFeature::kCount) <= kNumLrhShared);

// Columns of LrhInput::Kc::slopes: features with a weight per kc, kept apart
// for each kc of a question. The run is signed: log(1 + length) of right
// answers, its negative of wrong ones.
enum class LrhSlope : int {
  kLogWins,
  kLogAnswers,
  kAverages,                            // 3.
  kKcAverages = kAverages + 3,          // 3.
  kResidualAverages = kKcAverages + 3,  // 2.
  kKcResidualAverage = kResidualAverages + 2,
  kLastRight,
  kLastWrong,
  kLogSince,
  kSignedRun,
  kCount,
};
static_assert(static_cast<int>(LrhSlope::kCount) == kNumLrhSlopes);

// The features of `question` for a learner in `state`, before any answer to it.
// Nothing from the answer's moment on is used. `now` gives the time gaps;
// InfinitePast means that only the order of events is known, and the gaps are
// then 0.
LrhInput Features(const TracingModel& model, const LearnerState& state,
                  ResourceKey question, absl::Span<const KcKey> kcs,
                  absl::Time now);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_STATE_FEATURES_H_
