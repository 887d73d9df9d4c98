#include "recommender/state/prediction_parts.h"

#include <array>
#include <cstddef>
#include <initializer_list>

#include "recommender/models/lrh.h"
#include "recommender/state/features.h"

namespace evenlight {
namespace {

enum class Part : int {
  kAnswers,
  kRecent,
  kRecentByDifficulty,
  kKcsMet,
  kKcAnswers,
  kKcRecent,
  kQuestionAnswers,
  kTimeSince,
  kAnswersSince,
  kKcDifficulty,
  kQuestionDifficulty,
  kPattern,
  kCorrection,
  kCount,
};
constexpr size_t kNumParts = static_cast<size_t>(Part::kCount);

constexpr std::array<absl::string_view, kNumParts> kWords = {
    "right and wrong answers so far",
    "recent answers",
    "recent answers, by how hard the questions were",
    "number of knowledge components met",
    "right and wrong answers on this knowledge component",
    "recent answers on this knowledge component",
    "earlier answers to this question",
    "time since the last practice",
    "answers since the last practice",
    "how hard this knowledge component is",
    "how hard this question is",
    "pattern of all answers in order (recurrent network)",
    "answers better or worse than predicted",
};

// What each column belongs to.
template <size_t kSize, typename Column>
class PartTable {
 public:
  void Set(Part part, std::initializer_list<Column> columns) {
    for (const Column column : columns) SetMany(part, column, 1);
  }
  void SetMany(Part part, Column first, int count) {
    for (int offset = 0; offset < count; ++offset) {
      parts_[static_cast<size_t>(static_cast<int>(first) + offset)] = part;
    }
  }
  Part operator[](size_t column) const { return parts_[column]; }

 private:
  std::array<Part, kSize> parts_{};
};

using SharedTable = PartTable<kNumLrhShared, LrhFeature>;
using SlopeTable = PartTable<kNumLrhSlopes, LrhSlope>;

SharedTable MakeSharedTable() {
  using enum LrhFeature;
  SharedTable table;
  table.Set(Part::kAnswers,
            {kLogWins, kLogFails, kLogAnswers, kSmoothedRate, kIsFirst});
  table.SetMany(Part::kRecent, kAverages, 3);
  table.SetMany(Part::kRecent, kRecent, 10);
  table.Set(Part::kRecent,
            {kLastThreeRight, kLastThreeWrong, kLogRunRight, kLogRunWrong});
  table.SetMany(Part::kRecentByDifficulty, kResidualAverages, 2);
  table.Set(Part::kKcsMet, {kLogKcsMet});
  table.Set(Part::kKcAnswers,
            {kLogKcWins, kLogKcFails, kIsFirstOnKc, kSmoothedKcRate});
  table.SetMany(Part::kKcRecent, kKcAverages, 3);
  table.SetMany(Part::kKcRecent, kKcRecent, 6);
  table.Set(Part::kKcRecent, {kKcResidualAverage, kRepeatKcRight,
                              kRepeatKcWrong, kLogKcRunRight, kLogKcRunWrong});
  table.Set(Part::kQuestionAnswers,
            {kLogQuestionWins, kLogQuestionFails, kLogQuestionAnswers,
             kRepeatRight, kRepeatWrong, kLogRepeats, kQuestionRight,
             kQuestionWrong, kSmoothedQuestionRate});
  table.Set(Part::kTimeSince, {kLogHours, kLogHoursKc, kLogHoursQuestion});
  table.Set(Part::kAnswersSince, {kLogSinceKc, kLogSinceQuestion});
  return table;
}

SlopeTable MakeSlopeTable() {
  using enum LrhSlope;
  SlopeTable table;
  table.Set(Part::kKcAnswers, {kLogWins, kLogAnswers});
  table.SetMany(Part::kRecent, kAverages, 3);
  table.SetMany(Part::kKcRecent, kKcAverages, 3);
  table.SetMany(Part::kRecentByDifficulty, kResidualAverages, 2);
  table.Set(Part::kKcRecent,
            {kKcResidualAverage, kLastRight, kLastWrong, kSignedRun});
  table.Set(Part::kAnswersSince, {kLogSince});
  return table;
}

// In double: there are more than a hundred terms.
class Sums {
 public:
  void Add(Part part, double log_odds) {
    values_[static_cast<size_t>(part)] += log_odds;
  }
  void Scale(double factor) {
    for (double& value : values_) value *= factor;
  }
  std::vector<PredictionPart> Parts() const {
    std::vector<PredictionPart> parts;
    for (size_t part = 0; part < kNumParts; ++part) {
      parts.push_back({kWords[part], static_cast<float>(values_[part])});
    }
    return parts;
  }

 private:
  std::array<double, kNumParts> values_{};
};

void AddShared(const LrhWeights& weights, const LrhInput& input,
               const LrhInput& first, Sums& sums) {
  static const SharedTable table = MakeSharedTable();
  for (size_t column = 0; column < kNumLrhShared; ++column) {
    const double change = double{input.shared[column]} - first.shared[column];
    sums.Add(table[column], weights.shared[column] * change);
  }
}

void AddKcs(const LrhWeights& weights, const LrhInput& input,
            const LrhInput& first, Sums& sums) {
  static const SlopeTable table = MakeSlopeTable();
  const double share = 1 / static_cast<double>(input.kcs.size());
  for (size_t kc = 0; kc < input.kcs.size(); ++kc) {
    if (input.kcs[kc].row == KcRow::kNone) continue;
    const auto row = static_cast<size_t>(ToInt(input.kcs[kc].row));
    sums.Add(Part::kKcDifficulty, share * weights.kcs[row]);
    for (size_t slope = 0; slope < kNumLrhSlopes; ++slope) {
      const double change =
          double{input.kcs[kc].slopes[slope]} - first.kcs[kc].slopes[slope];
      sums.Add(table[slope],
               share * weights.slopes[row * kNumLrhSlopes + slope] * change);
    }
  }
}

// `input` without what the model knows of its question, or of its kcs too.
LrhInput OfAverageQuestion(LrhInput input) {
  input.question = QuestionRow::kNone;
  return input;
}
LrhInput OfAverageKcs(LrhInput input) {
  input.question = QuestionRow::kNone;
  for (LrhInput::Kc& kc : input.kcs) kc.row = KcRow::kNone;
  return input;
}

}  // namespace

PredictionParts PartsOf(const TracingModel& model, const LearnerState& state,
                        ResourceKey question, absl::Span<const KcKey> kcs,
                        absl::Time now) {
  const TracingParams& params = model.params();
  const LearnerState nothing;
  const LrhInput input = Features(model, state, question, kcs, now);
  const LrhInput first = Features(model, nothing, question, kcs, now);
  const LrhInput average = OfAverageKcs(first);

  Sums sums;
  AddShared(params.lrh, input, first, sums);
  AddKcs(params.lrh, input, first, sums);
  if (input.question != QuestionRow::kNone) {
    sums.Add(Part::kQuestionDifficulty,
             params.lrh.questions[static_cast<size_t>(ToInt(input.question))]);
  }

  const auto recurrent = [&](const LearnerState& of, const LrhInput& at) {
    return double{RecurrentLogOdds(model, of, at, kcs)};
  };
  const double of_average = recurrent(nothing, average);
  const double of_kcs = recurrent(nothing, OfAverageQuestion(first));
  const double of_question = recurrent(nothing, first);
  sums.Add(Part::kKcDifficulty, of_kcs - of_average);
  sums.Add(Part::kQuestionDifficulty, of_question - of_kcs);
  sums.Add(Part::kPattern, recurrent(state, input) - of_question);

  const Calibration& calibration = params.calibration;
  sums.Scale(calibration.slope);
  sums.Add(Part::kCorrection, CorrectionLogOdds(model, state, kcs));
  const double reference = LogOdds(params.lrh, average) + of_average;
  return {static_cast<float>(calibration.slope * reference + calibration.bias),
          sums.Parts()};
}

}  // namespace evenlight
