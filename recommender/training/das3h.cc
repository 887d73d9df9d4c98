#include "recommender/training/das3h.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "recommender/training/spread_parts.h"

namespace evenlight {
namespace {

// Some 800 MB of examples, and a fourth of that to validate on: as LR-H.
constexpr int64_t kMaxTrainAnswers = 2'000'000;
constexpr int64_t kMaxValidationAnswers = 500'000;

static_assert(2 * kNumDas3hWindows <= kNumLrhSlopes);

std::array<absl::Duration, kNumDas3hWindows> Windows() {
  return {absl::Hours(1), absl::Hours(24), absl::Hours(7 * 24),
          absl::Hours(30 * 24), absl::InfiniteDuration()};
}

float LogCount(int64_t count) { return std::log1p(static_cast<float>(count)); }

std::vector<LrhExample> MakeDas3hExamples(const TracingModel& base,
                                          absl::Span<const TrackPart> parts) {
  std::vector<LrhExample> examples;
  for (size_t part = 0; part < parts.size(); ++part) {
    Das3hHistory history;
    for (const Interaction& answer : parts[part].interactions) {
      if (!IsAnswer(answer)) continue;
      examples.push_back({history.Input(base, answer), answer.is_correct,
                          static_cast<int32_t>(part)});
      history.Add(answer);
    }
  }
  return examples;
}

class Das3h : public AnswerPredictor {
 public:
  Das3h(const TracingModel* base, LrhWeights weights)
      : base_(*base), weights_(std::move(weights)) {}

  void Start() override { history_ = Das3hHistory(); }
  float PredictAndFold(const Interaction& answer) override {
    const float p_correct =
        Sigmoid(LogOdds(weights_, history_.Input(base_, answer)));
    history_.Add(answer);
    return p_correct;
  }
  void Fold(const Interaction&) override {}
  int64_t StateBytes() const override { return history_.num_bytes(); }

 private:
  const TracingModel& base_;
  const LrhWeights weights_;
  Das3hHistory history_;
};

}  // namespace

LrhInput Das3hHistory::Input(const TracingModel& model,
                             const Interaction& answer) const {
  static const std::array<absl::Duration, kNumDas3hWindows> windows = Windows();
  LrhInput input;
  input.question = model.FindQuestion(answer.question);
  for (const KcKey key : answer.kcs) {
    LrhInput::Kc& kc = input.kcs.emplace_back();
    kc.row = model.FindKc(key);
    const auto found = kcs_.find(key);
    if (found == kcs_.end()) continue;
    const Practice& practice = found->second;
    for (size_t window = 0; window < windows.size(); ++window) {
      const auto first =
          std::lower_bound(practice.times.begin(), practice.times.end(),
                           answer.position.time - windows[window]) -
          practice.times.begin();
      const int32_t wins_before = first == 0 ? 0 : practice.wins[first - 1];
      kc.slopes[2 * window] = LogCount(
          practice.wins.empty() ? 0 : practice.wins.back() - wins_before);
      kc.slopes[2 * window + 1] =
          LogCount(static_cast<int64_t>(practice.times.size()) - first);
    }
  }
  return input;
}

void Das3hHistory::Add(const Interaction& answer) {
  for (const KcKey key : answer.kcs) {
    Practice& practice = kcs_[key];
    const int32_t wins = practice.wins.empty() ? 0 : practice.wins.back();
    practice.times.push_back(answer.position.time);
    practice.wins.push_back(wins + (answer.is_correct ? 1 : 0));
  }
}

int64_t Das3hHistory::num_bytes() const {
  constexpr int64_t kBytesOfKey = 8;
  constexpr int64_t kBytesOfAnswer = 8 + 4;  // A time and a count.
  int64_t bytes = 0;
  for (const auto& [kc, practice] : kcs_) {
    bytes += kBytesOfKey +
             static_cast<int64_t>(practice.times.size()) * kBytesOfAnswer;
  }
  return bytes;
}

LrhFit FitDas3h(const TracingModel& base, absl::Span<const TrackPart> train,
                absl::Span<const TrackPart> validation, int64_t seed,
                std::function<void(double done)> progress) {
  LrhTrainOptions options;
  options.columns = {};
  options.columns.slopes.fill(1);
  options.num_questions = static_cast<int32_t>(base.params().questions.size());
  options.num_kcs = static_cast<int32_t>(base.params().kcs.size());
  options.seed = seed;
  options.progress = std::move(progress);
  return TrainLrh(
      MakeDas3hExamples(base, SpreadParts(train, kMaxTrainAnswers)),
      MakeDas3hExamples(base, SpreadParts(validation, kMaxValidationAnswers)),
      options);
}

std::unique_ptr<AnswerPredictor> Das3hPredictor(const TracingModel* base,
                                                LrhWeights weights) {
  return std::make_unique<Das3h>(base, std::move(weights));
}

}  // namespace evenlight
