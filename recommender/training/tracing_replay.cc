#include "recommender/training/tracing_replay.h"

#include <algorithm>
#include <chrono>
#include <limits>
#include <utility>

#include "recommender/state/features.h"
#include "recommender/state/fold.h"
#include "recommender/state/state_io.h"
#include "recommender/training/tracing_fit.h"

namespace evenlight {
namespace {

// Keeps a LearnerState.
class StatePredictor : public AnswerPredictor {
 public:
  explicit StatePredictor(const TracingModel* model) : model_(*model) {}

  void Start() override { state_ = LearnerState(); }

  void Fold(const Interaction& interaction) override {
    evenlight::Fold(model_, interaction, state_);
  }

  int64_t StateBytes() const override {
    return static_cast<int64_t>(EncodeState(state_).size());
  }

 protected:
  const TracingModel& model_;
  LearnerState state_;
};

class Served : public StatePredictor {
 public:
  using StatePredictor::StatePredictor;

  float PredictAndFold(const Interaction& answer) override {
    return evenlight::PredictAndFold(model_, answer, state_);
  }
};

class Online : public StatePredictor {
 public:
  Online(const TracingModel* model, LrhFit fit)
      : StatePredictor(model), fit_(std::move(fit)) {}

  float PredictAndFold(const Interaction& answer) override {
    const LrhExample example = {
        .input = Features(model_, state_, answer.question, answer.kcs,
                          FeatureTime(answer)),
        .is_correct = answer.is_correct};
    const Calibration& calibration = model_.params().calibration;
    const float p_correct =
        Sigmoid(calibration.slope * LogOdds(fit_.weights, example.input) +
                calibration.bias);
    LearnOnline(example, AllColumns(), fit_);
    Fold(answer);
    return p_correct;
  }

 private:
  LrhFit fit_;
};

class Stateless : public AnswerPredictor {
 public:
  Stateless(const TracingModel* model, StatelessPredict predict)
      : model_(*model), predict_(predict) {}

  void Start() override {}
  float PredictAndFold(const Interaction& answer) override {
    return predict_(model_, answer);
  }
  void Fold(const Interaction&) override {}
  int64_t StateBytes() const override { return 0; }

 private:
  const TracingModel& model_;
  const StatelessPredict predict_;
};

// The least value that a share `rank` of `values` does not exceed.
double Quantile(std::vector<double> values, double rank) {
  if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
  const auto last = static_cast<double>(values.size() - 1);
  const auto nth = values.begin() + static_cast<int64_t>(rank * last + 0.5);
  std::nth_element(values.begin(), nth, values.end());
  return *nth;
}

// Replays part by part.
class Replayer {
 public:
  Replayer(const TracingModel& base, AnswerPredictor& predictor)
      : base_(base), predictor_(predictor) {}

  void Replay(const TrackPart& part) {
    predictor_.Start();
    int64_t num_answers = 0;
    for (size_t row = 0; row < part.interactions.size(); ++row) {
      const Interaction& interaction = part.interactions[row];
      if (!IsAnswer(interaction)) {
        predictor_.Fold(interaction);
        continue;
      }
      const Prediction prediction = Step(part, num_answers++, interaction);
      if (static_cast<int64_t>(row) >= part.from) {
        replay_.predictions.push_back(prediction);
      }
    }
    CountBytes(part.learner);
  }

  TracingReplay Finish() {
    replay_.p50_us = Quantile(step_us_, 0.5);
    replay_.p99_us = Quantile(step_us_, 0.99);
    replay_.bytes_per_learner = Quantile(most_bytes_, 0.5);
    return std::move(replay_);
  }

 private:
  Prediction Step(const TrackPart& part, int64_t number,
                  const Interaction& answer) {
    using Clock = std::chrono::steady_clock;
    const Clock::time_point start = Clock::now();
    const float p_correct = predictor_.PredictAndFold(answer);
    const std::chrono::duration<double, std::micro> took = Clock::now() - start;
    step_us_.push_back(took.count());
    return PredictionOf(base_, part, number, answer, p_correct);
  }

  // The parts of a learner are next to each other.
  void CountBytes(int32_t learner) {
    if (most_bytes_.empty() || learner != learner_) most_bytes_.push_back(0);
    learner_ = learner;
    most_bytes_.back() = std::max(most_bytes_.back(),
                                  static_cast<double>(predictor_.StateBytes()));
  }

  const TracingModel& base_;
  AnswerPredictor& predictor_;
  TracingReplay replay_;
  std::vector<double> step_us_;     // By answer.
  std::vector<double> most_bytes_;  // By learner.
  int32_t learner_ = 0;             // The last one.
};

}  // namespace

std::unique_ptr<AnswerPredictor> ServedPredictor(const TracingModel* model) {
  return std::make_unique<Served>(model);
}

std::unique_ptr<AnswerPredictor> StatelessPredictor(const TracingModel* model,
                                                    StatelessPredict predict) {
  return std::make_unique<Stateless>(model, predict);
}

std::unique_ptr<AnswerPredictor> OnlinePredictor(const TracingModel* model,
                                                 LrhFit fit) {
  return std::make_unique<Online>(model, std::move(fit));
}

TracingReplay ReplayParts(const TracingModel& base,
                          absl::Span<const TrackPart> parts,
                          AnswerPredictor& predictor) {
  Replayer replayer(base, predictor);
  for (const TrackPart& part : parts) replayer.Replay(part);
  return replayer.Finish();
}

}  // namespace evenlight
