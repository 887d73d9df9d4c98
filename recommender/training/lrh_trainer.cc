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
constexpr int64_t kPartsPerChunk = 64;

// Keeps `max_count` of `count` things, spread evenly.
bool IsKept(int64_t index, int64_t count, int64_t max_count) {
  if (count <= max_count) return true;
  const double share =
      static_cast<double>(max_count) / static_cast<double>(count);
  return std::floor(static_cast<double>(index + 1) * share) >
         std::floor(static_cast<double>(index) * share);
}

// Weights and the sums of their squared gradients.
class Learner {
 public:
  Learner(const LrhColumns& columns, int32_t num_questions, int32_t num_kcs)
      : columns_(columns) {
    weights_.questions.assign(num_questions, 0);
    weights_.kcs.assign(num_kcs, 0);
    weights_.slopes.assign(static_cast<size_t>(num_kcs) * kNumLrhSlopes, 0);
    squares_ = weights_;
    const auto start = [](auto& squares) {
      std::fill(squares.begin(), squares.end(), kInitialSquares);
    };
    squares_.bias = kInitialSquares;
    start(squares_.questions);
    start(squares_.kcs);
    start(squares_.shared);
    start(squares_.slopes);
  }

  const LrhWeights& weights() const { return weights_; }

  // One step against the gradient of the loss of `example`.
  void Learn(const LrhExample& example) {
    const LrhInput& input = example.input;
    const float miss =
        Sigmoid(LogOdds(weights_, input)) - (example.is_correct ? 1.0f : 0.0f);
    Step(miss, weights_.bias, squares_.bias);
    if (input.question != QuestionRow::kNone) {
      const auto row = static_cast<size_t>(ToInt(input.question));
      Step(miss, weights_.questions[row], squares_.questions[row]);
    }
    Step<kNumLrhShared>(miss, input.shared.data(), columns_.shared.data(),
                        weights_.shared.data(), squares_.shared.data());
    for (const LrhInput::Kc& kc : input.kcs) {
      if (kc.row == KcRow::kNone) continue;
      LearnKc(miss / static_cast<float>(input.kcs.size()), kc);
    }
  }

 private:
  void LearnKc(float miss, const LrhInput::Kc& kc) {
    const auto row = static_cast<size_t>(ToInt(kc.row));
    Step(miss, weights_.kcs[row], squares_.kcs[row]);
    Step<kNumLrhSlopes>(miss, kc.slopes.data(), columns_.slopes.data(),
                        &weights_.slopes[row * kNumLrhSlopes],
                        &squares_.slopes[row * kNumLrhSlopes]);
  }

  // Of a column whose value is 1.
  static void Step(float miss, float& weight, float& squares) {
    const float gradient = miss + kRegularization * weight;
    squares += gradient * gradient;
    weight -= kLearningRate * gradient / std::sqrt(squares);
  }

  // Of `kSize` columns. Those at 0 stay as they are, without regularization:
  // a rare indicator would else be pulled to 0 by every example without it.
  template <int kSize>
  static void Step(float miss, const float* values, const float* columns,
                   float* weights, float* squares) {
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

  const LrhColumns columns_;
  LrhWeights weights_;
  LrhWeights squares_;
};

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
  examples.reserve(std::min(answers_before.back(), max_examples + 1));
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

LrhFit TrainLrh(absl::Span<const LrhExample> examples,
                absl::Span<const LrhExample> validation,
                const LrhTrainOptions& options) {
  Learner learner(options.columns, options.num_questions, options.num_kcs);
  LrhFit best{learner.weights(), 0};
  std::vector<int64_t> order(examples.size());
  std::iota(order.begin(), order.end(), int64_t{0});
  std::mt19937_64 random(static_cast<uint64_t>(options.seed));
  double best_loss = std::numeric_limits<double>::infinity();
  for (int epoch = 1; epoch <= options.max_epochs; ++epoch) {
    std::shuffle(order.begin(), order.end(), random);
    for (const int64_t example : order) learner.Learn(examples[example]);
    if (options.progress) {
      options.progress(static_cast<double>(epoch) / options.max_epochs);
    }
    const double loss =
        validation.empty() ? -epoch : LogLossOf(learner.weights(), validation);
    if (loss < best_loss) {
      best_loss = loss;
      best = {learner.weights(), epoch};
    } else if (epoch - best.num_epochs >= kPatience) {
      break;
    }
  }
  return best;
}

}  // namespace evenlight
