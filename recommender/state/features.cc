#include "recommender/state/features.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "absl/container/inlined_vector.h"

namespace evenlight {
namespace {

// Shrinks the shares of right answers: two answers of 0.65, or of 0.5.
constexpr float kBaseRate = 0.65f;
constexpr float kNumPseudoAnswers = 2;

// log(1 + n). A table, because logarithms would be half the cost of an input.
class LogTable {
 public:
  static const LogTable& Get() {
    static const LogTable* const table = new LogTable;
    return *table;
  }

  float operator()(int32_t n) const {
    return n < static_cast<int32_t>(values_.size())
               ? values_[n]
               : std::log1p(static_cast<float>(n));
  }

 private:
  LogTable() {
    for (size_t n = 0; n < values_.size(); ++n) {
      values_[n] = std::log1p(static_cast<float>(n));
    }
  }

  std::array<float, 1024> values_;
};

float LogHours(absl::Time from, absl::Time to) {
  if (from == absl::InfinitePast() || to <= from) return 0;
  return static_cast<float>(std::log1p(absl::ToDoubleHours(to - from)));
}

float SmoothedRate(int32_t num_correct, int32_t num_incorrect, float base) {
  return (static_cast<float>(num_correct) + kNumPseudoAnswers * base) /
         (static_cast<float>(num_correct + num_incorrect) + kNumPseudoAnswers);
}

bool AllAre(Outcome outcome, absl::Span<const Outcome> recent) {
  return std::all_of(recent.begin(), recent.end(),
                     [outcome](Outcome o) { return o == outcome; });
}

// Writes the columns of one input. Columns are added to, and every value is
// multiplied by `share`: 1, or one part of a mean over kcs.
class Writer {
 public:
  Writer(float share, LrhInput& input)
      : share_(share), shared_(input.shared.data()) {}

  void Set(LrhFeature column, float value, int offset = 0) {
    shared_[static_cast<int>(column) + offset] += share_ * value;
  }

  // Sets the indicator of right or wrong, of a pair of columns.
  void SetOutcome(LrhFeature first, Outcome outcome, int offset = 0) {
    if (outcome == Outcome::kNone) return;
    Set(first, 1, offset + (outcome == Outcome::kCorrect ? 0 : 1));
  }

  void SetOutcomes(LrhFeature first, absl::Span<const Outcome> recent) {
    int offset = 0;
    for (const Outcome outcome : recent) {
      SetOutcome(first, outcome, offset);
      offset += 2;
    }
  }

  void SetAll(LrhFeature first, absl::Span<const float> values) {
    int offset = 0;
    for (const float value : values) Set(first, value, offset++);
  }

 private:
  const float share_;
  float* const shared_;
};

void WriteLearner(const LearnerState& state, absl::Time now, Writer out) {
  const LogTable& log = LogTable::Get();
  const int32_t num_answers = state.num_answers();
  out.Set(LrhFeature::kLogWins, log(state.num_correct));
  out.Set(LrhFeature::kLogFails, log(state.num_incorrect));
  out.Set(LrhFeature::kLogAnswers, log(num_answers));
  out.SetAll(LrhFeature::kAverages, state.averages);
  out.SetAll(LrhFeature::kResidualAverages, state.residual_averages);
  out.SetOutcomes(LrhFeature::kRecent, state.recent);
  const auto last_three = absl::MakeConstSpan(state.recent).first(3);
  if (AllAre(Outcome::kCorrect, last_three)) {
    out.Set(LrhFeature::kLastThreeRight, 1);
  } else if (AllAre(Outcome::kIncorrect, last_three)) {
    out.Set(LrhFeature::kLastThreeWrong, 1);
  }
  if (state.run > 0) out.Set(LrhFeature::kLogRunRight, log(state.run));
  if (state.run < 0) out.Set(LrhFeature::kLogRunWrong, log(-state.run));
  out.Set(LrhFeature::kLogKcsMet, log(static_cast<int32_t>(state.kcs.size())));
  if (num_answers == 0) out.Set(LrhFeature::kIsFirst, 1);
  out.Set(LrhFeature::kSmoothedRate,
          SmoothedRate(state.num_correct, state.num_incorrect, kBaseRate));
  out.Set(LrhFeature::kLogHours, LogHours(state.last_answer_time, now));
}

void WriteQuestion(const LearnerState& state, ResourceKey question,
                   absl::Time now, Writer out) {
  const LogTable& log = LogTable::Get();
  if (state.num_answers() > 0 && state.last_question == question) {
    out.SetOutcome(LrhFeature::kRepeatRight, state.recent[0]);
    out.Set(LrhFeature::kLogRepeats, log(state.same_question_run));
  }
  const ResourceState* met = state.FindResource(question);
  if (met == nullptr || met->last_answer < 0) return;
  out.Set(LrhFeature::kLogQuestionWins, log(met->num_correct));
  out.Set(LrhFeature::kLogQuestionFails, log(met->num_incorrect));
  out.Set(LrhFeature::kLogQuestionAnswers,
          log(met->num_correct + met->num_incorrect));
  out.SetOutcome(LrhFeature::kQuestionRight, met->last_outcome);
  out.Set(LrhFeature::kLogSinceQuestion,
          log(state.num_answers() - met->last_answer - 1));
  out.Set(LrhFeature::kSmoothedQuestionRate,
          SmoothedRate(met->num_correct, met->num_incorrect, 0.5f) - 0.5f);
  out.Set(LrhFeature::kLogHoursQuestion, LogHours(met->last_time, now));
}

float LogSince(const LearnerState& state, const KcState& kc) {
  if (kc.last_answer < 0) return 0;
  return LogTable::Get()(state.num_answers() - kc.last_answer - 1);
}

void WriteKc(const LearnerState& state, const KcState& kc, absl::Time now,
             Writer out) {
  const LogTable& log = LogTable::Get();
  out.Set(LrhFeature::kLogKcWins, log(kc.num_correct));
  out.Set(LrhFeature::kLogKcFails, log(kc.num_incorrect));
  out.SetAll(LrhFeature::kKcAverages, kc.averages);
  out.Set(LrhFeature::kKcResidualAverage, kc.residual_average);
  out.SetOutcomes(LrhFeature::kKcRecent, kc.recent);
  if (kc.last_answer < 0) out.Set(LrhFeature::kIsFirstOnKc, 1);
  // The previous answer was on this kc: nothing has been answered since.
  if (kc.last_answer >= 0 && kc.last_answer == state.num_answers() - 1) {
    out.SetOutcome(LrhFeature::kRepeatKcRight, kc.recent[0]);
  }
  out.Set(LrhFeature::kLogSinceKc, LogSince(state, kc));
  if (kc.run > 0) out.Set(LrhFeature::kLogKcRunRight, log(kc.run));
  if (kc.run < 0) out.Set(LrhFeature::kLogKcRunWrong, log(-kc.run));
  out.Set(LrhFeature::kSmoothedKcRate,
          SmoothedRate(kc.num_correct, kc.num_incorrect, kBaseRate));
  out.Set(LrhFeature::kLogHoursKc, LogHours(kc.last_time, now));
}

std::array<float, kNumLrhSlopes> Slopes(const LearnerState& state,
                                        const KcState& kc) {
  const LogTable& log = LogTable::Get();
  std::array<float, kNumLrhSlopes> slopes{};
  const auto column = [&slopes](LrhSlope slope) {
    return slopes.begin() + static_cast<int>(slope);
  };
  *column(LrhSlope::kLogWins) = log(kc.num_correct);
  *column(LrhSlope::kLogAnswers) = log(kc.num_correct + kc.num_incorrect);
  std::copy(state.averages.begin(), state.averages.end(),
            column(LrhSlope::kAverages));
  std::copy(kc.averages.begin(), kc.averages.end(),
            column(LrhSlope::kKcAverages));
  std::copy(state.residual_averages.begin(), state.residual_averages.end(),
            column(LrhSlope::kResidualAverages));
  *column(LrhSlope::kKcResidualAverage) = kc.residual_average;
  *column(LrhSlope::kLastRight) = kc.recent[0] == Outcome::kCorrect;
  *column(LrhSlope::kLastWrong) = kc.recent[0] == Outcome::kIncorrect;
  *column(LrhSlope::kLogSince) = LogSince(state, kc);
  *column(LrhSlope::kSignedRun) = kc.run < 0 ? -log(-kc.run) : log(kc.run);
  return slopes;
}

}  // namespace

LrhInput Features(const TracingModel& model, const LearnerState& state,
                  ResourceKey question, absl::Span<const KcKey> kcs,
                  absl::Time now) {
  static constexpr KcState kNeverPractised;
  LrhInput input;
  input.question = model.FindQuestion(question);
  WriteLearner(state, now, Writer(1, input));
  WriteQuestion(state, question, now, Writer(1, input));
  const float share = 1 / static_cast<float>(std::max<size_t>(kcs.size(), 1));
  for (const KcKey key : kcs) {
    const KcState* found = state.FindKc(key);
    const KcState& kc = found == nullptr ? kNeverPractised : *found;
    WriteKc(state, kc, now, Writer(share, input));
    input.kcs.push_back({model.FindKc(key), Slopes(state, kc)});
  }
  return input;
}

}  // namespace evenlight
