#include "recommender/training/lrh_trainer.h"

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>
#include <utility>

#include "core/parallel_for.h"
#include "recommender/evaluation/tracing_metrics.h"
#include "recommender/state/features.h"
#include "recommender/state/fold.h"

namespace evenlight {
namespace {

constexpr float kLearningRate = 0.1f;
constexpr float kInitialSquares = 0.1f;
constexpr float kRegularization = 1e-4f;
constexpr int kPatience = 3;
constexpr int64_t kNumSnapshots = 64;
constexpr int64_t kPartsPerChunk = 64;

// Keeps `max_count` of `count` things, spread evenly.
bool IsKept(int64_t index, int64_t count, int64_t max_count) {
  if (count <= max_count) return true;
  const double share =
      static_cast<double>(max_count) / static_cast<double>(count);
  return std::floor(static_cast<double>(index + 1) * share) >
         std::floor(static_cast<double>(index) * share);
}

// Of a column whose value is 1.
void Step(float miss, float& weight, float& squares) {
  const float gradient = miss + kRegularization * weight;
  squares += gradient * gradient;
  weight -= kLearningRate * gradient / std::sqrt(squares);
}

// Of `kSize` columns. Those at 0 stay as they are, without regularization: a
// rare indicator would else be pulled to 0 by every example without it.
template <int kSize>
void Step(float miss, const float* values, const float* columns, float* weights,
          float* squares) {
  using Array = Eigen::Array<float, kSize, 1>;
  Eigen::Map<Array> w(weights);
  Eigen::Map<Array> s(squares);
  const Array x =
      Eigen::Map<const Array>(values) * Eigen::Map<const Array>(columns);
  // 1 where x is not 0, without a branch.
  const Array is_touched = (x.abs() * 1e30f).min(1.0f);
  const Array gradient = miss * x + kRegularization * is_touched * w;
  s += gradient.square();
  w -= kLearningRate * gradient / s.sqrt();
}

void LearnKc(float miss, const LrhInput::Kc& kc, const LrhColumns& columns,
             LrhFit& fit) {
  const auto row = static_cast<size_t>(ToInt(kc.row));
  Step(miss, fit.weights.kcs[row], fit.squares.kcs[row]);
  Step<kNumLrhSlopes>(miss, kc.slopes.data(), columns.slopes.data(),
                      &fit.weights.slopes[row * kNumLrhSlopes],
                      &fit.squares.slopes[row * kNumLrhSlopes]);
}

// LearnOnline(). Returns what was predicted before the step.
float Learn(const LrhExample& example, const LrhColumns& columns, LrhFit& fit) {
  const LrhInput& input = example.input;
  const float p_correct = Sigmoid(LogOdds(fit.weights, input));
  const float miss = p_correct - (example.is_correct ? 1.0f : 0.0f);
  Step(miss, fit.weights.bias, fit.squares.bias);
  if (input.question != QuestionRow::kNone) {
    const auto row = static_cast<size_t>(ToInt(input.question));
    Step(miss, fit.weights.questions[row], fit.squares.questions[row]);
  }
  Step<kNumLrhShared>(miss, input.shared.data(), columns.shared.data(),
                      fit.weights.shared.data(), fit.squares.shared.data());
  for (const LrhInput::Kc& kc : input.kcs) {
    if (kc.row == KcRow::kNone) continue;
    LearnKc(miss / static_cast<float>(input.kcs.size()), kc, columns, fit);
  }
  return p_correct;
}

// Nothing learnt yet.
LrhFit Start(const LrhTrainOptions& options) {
  const auto filled = [&](float value) {
    LrhWeights weights;
    weights.bias = value;
    weights.questions.assign(options.num_questions, value);
    weights.kcs.assign(options.num_kcs, value);
    weights.shared.fill(value);
    weights.slopes.assign(static_cast<size_t>(options.num_kcs) * kNumLrhSlopes,
                          value);
    return weights;
  };
  return {filled(0), filled(kInitialSquares), 0, {}};
}

// The running mean of weights.
class MeanWeights {
 public:
  void Add(const LrhWeights& weights) {
    if (count_++ == 0) {
      mean_ = weights;
      return;
    }
    MoveValue(weights.bias, mean_.bias);
    Move(weights.questions, mean_.questions);
    Move(weights.kcs, mean_.kcs);
    Move(weights.shared, mean_.shared);
    Move(weights.slopes, mean_.slopes);
  }

  LrhWeights Take() { return std::move(mean_); }

 private:
  void MoveValue(float value, float& mean) const {
    mean += (value - mean) / static_cast<float>(count_);
  }
  template <typename Values>
  void Move(const Values& values, Values& means) const {
    for (size_t i = 0; i < values.size(); ++i) MoveValue(values[i], means[i]);
  }

  LrhWeights mean_;
  int count_ = 0;
};

struct Epoch {
  LrhWeights mean;  // Of the weights at kNumSnapshots moments.
  double loss = 0;  // Mean of what was predicted; NaN without examples.
};

// One pass in `order`.
Epoch LearnEpoch(absl::Span<const LrhExample> examples,
                 absl::Span<const int64_t> order, const LrhColumns& columns,
                 LrhFit& fit) {
  const auto count = static_cast<int64_t>(order.size());
  MeanWeights mean;
  double sum = 0;
  for (int64_t i = 0; i < count; ++i) {
    const LrhExample& example = examples[order[i]];
    const float p_correct = Learn(example, columns, fit);
    sum -= std::log(example.is_correct ? p_correct : 1 - p_correct);
    if (IsKept(i, count, kNumSnapshots)) mean.Add(fit.weights);
  }
  if (count == 0) mean.Add(fit.weights);
  return {mean.Take(), sum / static_cast<double>(count)};
}

double LogLossOf(const LrhWeights& weights,
                 absl::Span<const LrhExample> examples) {
  std::vector<Prediction> predictions;
  predictions.reserve(examples.size());
  for (const LrhExample& example : examples) {
    predictions.push_back({Sigmoid(LogOdds(weights, example.input)),
                           example.is_correct, example.part});
  }
  return LogLoss(predictions);
}

template <typename Column, size_t kSize>
void Enable(std::array<float, kSize>& columns,
            std::initializer_list<Column> names) {
  for (const Column name : names) columns[static_cast<size_t>(name)] = 1;
}

// Replays one part and writes its kept examples, in order, from `out` on.
// `first_answer` is the number of answers in the parts before.
class ExampleMaker {
 public:
  ExampleMaker(const TracingModel& model, int64_t num_answers,
               int64_t max_examples)
      : model_(model), num_answers_(num_answers), max_examples_(max_examples) {}

  void Make(const TrackPart& part, int32_t number, int64_t first_answer,
            std::vector<LrhExample>& out) const {
    LearnerState state;
    int64_t answer = first_answer;
    const auto size = static_cast<int64_t>(part.interactions.size());
    for (int64_t i = 0; i < size; ++i) {
      const Interaction& interaction = part.interactions[i];
      if (i >= part.from && IsAnswer(interaction) &&
          IsKept(answer++, num_answers_, max_examples_)) {
        out.push_back({Features(model_, state, interaction.question,
                                interaction.kcs, FeatureTime(interaction)),
                       interaction.is_correct, number});
      }
      Fold(model_, interaction, state);
    }
  }

 private:
  const TracingModel& model_;
  const int64_t num_answers_;
  const int64_t max_examples_;
};

}  // namespace

std::vector<LrhExample> MakeExamples(const TracingModel& model,
                                     absl::Span<const TrackPart> parts,
                                     int64_t max_examples, int num_threads) {
  std::vector<int64_t> answers_before = {0};
  for (const TrackPart& part : parts) {
    answers_before.push_back(answers_before.back() + CountAnswers(part));
  }
  const ExampleMaker maker(model, answers_before.back(), max_examples);
  const auto num_parts = static_cast<int64_t>(parts.size());
  std::vector<std::vector<LrhExample>> chunks((num_parts + kPartsPerChunk - 1) /
                                              kPartsPerChunk);
  ParallelFor(num_threads, num_parts, kPartsPerChunk,
              [&](int64_t begin, int64_t end) {
                std::vector<LrhExample>& out = chunks[begin / kPartsPerChunk];
                for (int64_t part = begin; part < end; ++part) {
                  maker.Make(parts[part], static_cast<int32_t>(part),
                             answers_before[part], out);
                }
              });

  std::vector<LrhExample> examples;
  examples.reserve(std::min(answers_before.back(), max_examples));
  for (std::vector<LrhExample>& chunk : chunks) {
    std::move(chunk.begin(), chunk.end(), std::back_inserter(examples));
    chunk = {};
  }
  return examples;
}

LrhColumns AllColumns() {
  LrhColumns columns;
  columns.shared.fill(1);
  columns.slopes.fill(1);
  return columns;
}

LrhColumns BestLrColumns() {
  LrhColumns columns;
  Enable(columns.shared,
         {LrhFeature::kLogWins, LrhFeature::kLogAnswers,
          LrhFeature::kLogQuestionWins, LrhFeature::kLogQuestionAnswers});
  Enable(columns.slopes, {LrhSlope::kLogWins, LrhSlope::kLogAnswers});
  return columns;
}

void LearnOnline(const LrhExample& example, const LrhColumns& columns,
                 LrhFit& fit) {
  Learn(example, columns, fit);
}

LrhFit TrainLrh(absl::Span<const LrhExample> examples,
                absl::Span<const LrhExample> validation,
                const LrhTrainOptions& options) {
  LrhFit fit = Start(options);
  LrhFit best = fit;
  std::vector<int64_t> order(examples.size());
  std::iota(order.begin(), order.end(), int64_t{0});
  std::mt19937_64 random(static_cast<uint64_t>(options.seed));
  double best_loss = std::numeric_limits<double>::infinity();
  for (int epoch = 1; epoch <= options.max_epochs; ++epoch) {
    std::shuffle(order.begin(), order.end(), random);
    Epoch learnt = LearnEpoch(examples, order, options.columns, fit);
    const double loss = validation.empty()
                            ? std::numeric_limits<double>::quiet_NaN()
                            : LogLossOf(learnt.mean, validation);
    fit.curve.push_back({epoch, learnt.loss, loss});
    if (options.progress) {
      options.progress(static_cast<double>(epoch) / options.max_epochs);
    }
    if (validation.empty() || loss < best_loss) {
      best_loss = loss;
      best.weights = std::move(learnt.mean);
      best.squares = fit.squares;
      best.num_epochs = epoch;
    } else if (epoch - best.num_epochs >= kPatience) {
      break;
    }
  }
  best.curve = std::move(fit.curve);
  return best;
}

}  // namespace evenlight
