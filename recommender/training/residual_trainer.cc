#include "recommender/training/residual_trainer.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <memory>
#include <numeric>
#include <random>
#include <utility>
#include <vector>

#include "core/parallel_for.h"
#include "recommender/training/residual_adam.h"
#include "recommender/training/residual_batch.h"
#include "recommender/training/residual_pack.h"

namespace evenlight {
namespace {

// Backpropagation keeps some 5 kB per answer; what is older than this moves a
// state no more.
constexpr int64_t kMaxSequence = 2000;
// What LR-H missed is found late: steps 1 to some 150 learn next to nothing, so
// that an epoch needs many of them. One for more answers learns little more,
// one for less is noise.
constexpr int64_t kMaxAnswersPerBatch = 12'800;
constexpr int64_t kMinAnswersPerBatch = 2'000;
constexpr int64_t kBatchesPerEpoch = 50;
constexpr int64_t kCommonPerBatch = 4;
// More chunks use more threads; fewer sequences in each make smaller products.
constexpr int64_t kMaxChunks = 8;
constexpr int64_t kSequencesPerChunk = 8;
constexpr int64_t kAnswersPerValidationChunk = 4'000;
// Sequences of a batch are of like length, but not the same ones every epoch.
constexpr double kLengthNoise = 8;
constexpr float kMaxNorm = 5;
constexpr double kMinRate = 0.05;  // Of the learning rate, at the end.
constexpr float kMaxLogOdds = 15;  // As where predictions are made.

using Sequences = std::vector<AnswerSequence>;

int64_t CountAnswers(const Sequences& sequences) {
  int64_t count = 0;
  for (const AnswerSequence& sequence : sequences) count += sequence.size;
  return count;
}

// Neighbours, in pieces of about `num_answers`.
std::vector<Sequences> CutAnswers(const Sequences& sequences,
                                  int64_t num_answers) {
  std::vector<Sequences> pieces;
  int64_t in_piece = num_answers;
  for (const AnswerSequence& sequence : sequences) {
    if (in_piece >= num_answers) {
      pieces.emplace_back();
      in_piece = 0;
    }
    pieces.back().push_back(sequence);
    in_piece += sequence.size;
  }
  return pieces;
}

// The longest first, each to the chunk with the fewest answers.
std::vector<Sequences> BalancedChunks(Sequences sequences) {
  const auto size = static_cast<int64_t>(sequences.size());
  const int64_t num_chunks = std::min(
      size, std::clamp<int64_t>(size / kSequencesPerChunk, 2, kMaxChunks));
  std::stable_sort(sequences.begin(), sequences.end(),
                   [](const AnswerSequence& a, const AnswerSequence& b) {
                     return a.size > b.size;
                   });
  std::vector<Sequences> chunks(num_chunks);
  std::vector<int64_t> num_answers(num_chunks, 0);
  for (const AnswerSequence& sequence : sequences) {
    const auto chunk =
        std::min_element(num_answers.begin(), num_answers.end()) -
        num_answers.begin();
    chunks[chunk].push_back(sequence);
    num_answers[chunk] += sequence.size;
  }
  return chunks;
}

// Columns that never vary get a scale that silences them: what another value
// would mean is not known.
void SetFeatureScales(absl::Span<const LrhExample> examples,
                      ResidualWeights& weights) {
  constexpr double kConstant = 1e-4;
  constexpr float kSilent = 1e6f;
  constexpr double kMinScale = 0.05;  // Rare indicators do not shout.
  const auto count = static_cast<double>(examples.size());
  for (int column = 0; column < weights.shape.num_features; ++column) {
    double sum = 0;
    for (const LrhExample& example : examples) {
      sum += example.input.shared[column];
    }
    const double mean = sum / count;
    double squares = 0;
    for (const LrhExample& example : examples) {
      const double distance = example.input.shared[column] - mean;
      squares += distance * distance;
    }
    const double deviation = std::sqrt(squares / count);
    weights.feature_mean.push_back(static_cast<float>(mean));
    weights.feature_scale.push_back(
        deviation < kConstant
            ? kSilent
            : static_cast<float>(std::max(deviation, kMinScale)));
  }
}

int64_t AnswersPerBatch(int64_t num_answers) {
  return std::clamp(num_answers / kBatchesPerEpoch, kMinAnswersPerBatch,
                    kMaxAnswersPerBatch);
}

// Questions are rare if a batch has few answers to each, or none.
Adam::Sizes SizesOf(const ResidualShape& shape, int64_t num_answers) {
  Adam::Sizes sizes = {.num_values = NumValues(shape)};
  const bool are_rare = AnswersPerBatch(num_answers) <
                        kCommonPerBatch * int64_t{shape.num_questions};
  if (are_rare) {
    const ResidualBlockView last = BlockOf(shape, ResidualBlock::kQuestionBias);
    sizes.rare_begin =
        BlockOf(shape, ResidualBlock::kQuestionDifficulty).offset;
    sizes.rare_end = last.offset + last.size();
  }
  return sizes;
}

// As in PyTorch, but that the output starts near 0, and so the whole as LR-H.
void Initialize(int64_t seed, ResidualWeights& weights) {
  std::mt19937_64 random(static_cast<uint64_t>(seed));
  weights.values.assign(NumValues(weights.shape), 0);
  const BlockMaps<float> blocks(weights.shape, absl::MakeSpan(weights.values));
  const auto normal = [&](ResidualBlock block, float deviation) {
    std::normal_distribution<float> values(0, deviation);
    for (float& value : blocks(block).reshaped()) value = values(random);
  };
  const auto uniform = [&](ResidualBlock block, int64_t fan_in) {
    const float bound = 1 / std::sqrt(static_cast<float>(fan_in));
    std::uniform_real_distribution<float> values(-bound, bound);
    for (float& value : blocks(block).reshaped()) value = values(random);
  };
  for (const ResidualBlock block :
       {ResidualBlock::kKcEmbedding, ResidualBlock::kKcVariation,
        ResidualBlock::kKcAnswer}) {
    normal(block, 0.1f);
  }
  normal(ResidualBlock::kQuestionVector, 0.01f);
  normal(ResidualBlock::kOutput, 0.01f);
  const int64_t units = weights.shape.num_units;
  const int64_t inputs = blocks(ResidualBlock::kInput).cols();
  const int64_t head_inputs = blocks(ResidualBlock::kHidden).cols();
  uniform(ResidualBlock::kInput, inputs);
  uniform(ResidualBlock::kInputBias, inputs);
  uniform(ResidualBlock::kHidden, head_inputs);
  uniform(ResidualBlock::kHiddenBias, head_inputs);
  for (const ResidualBlock block :
       {ResidualBlock::kGruInput, ResidualBlock::kGruState,
        ResidualBlock::kGruInputBias, ResidualBlock::kGruStateBias,
        ResidualBlock::kKcGruInput, ResidualBlock::kKcGruState,
        ResidualBlock::kKcGruInputBias, ResidualBlock::kKcGruStateBias}) {
    uniform(block, units);
  }
}

// -log P(the answer), and its derivative by the log-odds.
struct Loss {
  double loss = 0;
  float derivative = 0;
};

Loss LossOf(float log_odds, bool is_correct) {
  const double z = std::clamp(log_odds, -kMaxLogOdds, kMaxLogOdds);
  const double miss = is_correct ? -z : z;  // Log-odds of being wrong.
  const double loss = std::max(miss, 0.0) + std::log1p(std::exp(-std::abs(z)));
  return {loss, Sigmoid(log_odds) - (is_correct ? 1.0f : 0.0f)};
}

class Trainer {
 public:
  Trainer(const ResidualData& train, const ResidualData& validation,
          const ResidualTrainOptions& options)
      : train_(train),
        validation_(validation),
        options_(options),
        sequences_(SequencesOf(train.examples, kMaxSequence)),
        adam_(
            SizesOf(options.shape, static_cast<int64_t>(train.examples.size())),
            options.num_threads) {
    weights_.shape = options.shape;
    SetFeatureScales(train.examples, weights_);
    Initialize(options.seed, weights_);
    for (int64_t chunk = 0; chunk < kMaxChunks; ++chunk) {
      passes_.push_back(std::make_unique<ResidualPass<float>>(weights_));
    }
    Sequences held_out = SequencesOf(validation.examples, kMaxSequence);
    std::stable_sort(held_out.begin(), held_out.end(),
                     [](const AnswerSequence& a, const AnswerSequence& b) {
                       return a.size > b.size;
                     });
    for (const Sequences& piece :
         CutAnswers(held_out, kAnswersPerValidationChunk)) {
      held_out_.push_back(
          {validation.examples, PackAnswers(validation.examples, piece), {}});
    }
  }

  ResidualFit Train();

 private:
  // The mean loss of the answers, before each step.
  double TrainEpoch(int epoch);

  // The sum of losses.
  double Step(const Sequences& batch, double done);

  // The loss of one chunk and its gradient for the mean over `num_answers`.
  double AddGradient(const ResidualBatch& batch, int64_t num_answers,
                     ResidualPass<float>& pass, std::vector<float>& gradient);

  // Mean loss of validation; of the offsets alone, if there is no residual yet.
  double ValidationLoss() const;
  double OffsetLoss() const;

  std::vector<Sequences> Batches(int epoch) const;

  const ResidualData train_;
  const ResidualData validation_;
  const ResidualTrainOptions& options_;
  const Sequences sequences_;
  std::vector<ResidualBatch> held_out_;
  ResidualWeights weights_;
  Adam adam_;
  uint64_t num_steps_ = 0;
  // By chunk.
  std::vector<std::unique_ptr<ResidualPass<float>>> passes_;
  std::vector<std::vector<float>> gradients_;
};

float OffsetOf(const ResidualData& data, int64_t row) {
  return data.offsets.empty() ? 0 : data.offsets[row];
}

std::vector<Sequences> Trainer::Batches(int epoch) const {
  std::seed_seq seed{static_cast<uint32_t>(options_.seed),
                     static_cast<uint32_t>(options_.seed >> 32),
                     static_cast<uint32_t>(epoch)};
  std::mt19937_64 random(seed);
  std::uniform_real_distribution<double> noise(0, kLengthNoise);
  std::vector<std::pair<double, AnswerSequence>> order;
  for (const AnswerSequence& sequence : sequences_) {
    order.push_back(
        {static_cast<double>(sequence.size) + noise(random), sequence});
  }
  std::stable_sort(
      order.begin(), order.end(),
      [](const auto& a, const auto& b) { return a.first > b.first; });
  Sequences sorted;
  for (const auto& [length, sequence] : order) sorted.push_back(sequence);
  std::vector<Sequences> batches = CutAnswers(
      sorted, AnswersPerBatch(static_cast<int64_t>(train_.examples.size())));
  std::shuffle(batches.begin(), batches.end(), random);
  return batches;
}

double Trainer::AddGradient(const ResidualBatch& batch, int64_t num_answers,
                            ResidualPass<float>& pass,
                            std::vector<float>& gradient) {
  const auto residuals = pass.Forward(weights_.values, batch);
  const float share = 1 / static_cast<float>(num_answers);
  std::vector<float> derivatives;
  derivatives.reserve(residuals.size());
  double sum = 0;
  for (size_t column = 0; column < residuals.size(); ++column) {
    const int64_t row = batch.packed.rows[column];
    const Loss loss = LossOf(OffsetOf(train_, row) + residuals[column],
                             train_.examples[row].is_correct);
    sum += loss.loss;
    derivatives.push_back(loss.derivative * share);
  }
  gradient.assign(weights_.values.size(), 0);
  pass.Backward(weights_.values, batch, derivatives, absl::MakeSpan(gradient));
  AddQuestionPenalty<float>(weights_.shape, options_.question_penalty * share,
                            batch, weights_.values, absl::MakeSpan(gradient));
  return sum;
}

double Trainer::Step(const Sequences& batch, double done) {
  const std::vector<Sequences> chunks = BalancedChunks(batch);
  const auto num_chunks = static_cast<int64_t>(chunks.size());
  const int64_t num_answers = CountAnswers(batch);
  gradients_.resize(num_chunks);
  std::vector<double> losses(num_chunks);
  ParallelFor(options_.num_threads, num_chunks, 1, [&](int64_t chunk, int64_t) {
    std::seed_seq seed{static_cast<uint64_t>(options_.seed), num_steps_,
                       static_cast<uint64_t>(chunk)};
    const uint64_t mask_seed = std::mt19937_64(seed)();
    const ResidualBatch of_chunk{
        train_.examples,
        PackAnswers(train_.examples, chunks[chunk]),
        {options_.dropout, options_.question_dropout, mask_seed}};
    losses[chunk] =
        AddGradient(of_chunk, num_answers, *passes_[chunk], gradients_[chunk]);
  });
  const int schedule = options_.schedule_epochs > 0 ? options_.schedule_epochs
                                                    : options_.max_epochs;
  const double rate = std::max(kMinRate, 1 - done / schedule);
  adam_.Step(gradients_, kMaxNorm,
             static_cast<float>(options_.learning_rate * rate),
             absl::MakeSpan(weights_.values));
  ++num_steps_;
  return std::accumulate(losses.begin(), losses.end(), 0.0);
}

double Trainer::TrainEpoch(int epoch) {
  const std::vector<Sequences> batches = Batches(epoch);
  double sum = 0;
  for (size_t batch = 0; batch < batches.size(); ++batch) {
    const double done =
        epoch - 1 +
        static_cast<double>(batch) / static_cast<double>(batches.size());
    if (options_.progress) options_.progress(done / options_.max_epochs);
    sum += Step(batches[batch], done);
  }
  return sum / static_cast<double>(train_.examples.size());
}

double Trainer::OffsetLoss() const {
  double sum = 0;
  for (size_t row = 0; row < validation_.examples.size(); ++row) {
    sum += LossOf(OffsetOf(validation_, static_cast<int64_t>(row)),
                  validation_.examples[row].is_correct)
               .loss;
  }
  return sum / static_cast<double>(validation_.examples.size());
}

double Trainer::ValidationLoss() const {
  std::vector<double> losses(held_out_.size(), 0);
  const auto num_chunks = static_cast<int64_t>(held_out_.size());
  ParallelFor(options_.num_threads, num_chunks, 1, [&](int64_t chunk, int64_t) {
    const ResidualBatch& batch = held_out_[chunk];
    ResidualPass<float> pass(weights_);
    const auto residuals = pass.Forward(weights_.values, batch);
    for (size_t column = 0; column < residuals.size(); ++column) {
      const int64_t row = batch.packed.rows[column];
      losses[chunk] += LossOf(OffsetOf(validation_, row) + residuals[column],
                              validation_.examples[row].is_correct)
                           .loss;
    }
  });
  return std::accumulate(losses.begin(), losses.end(), 0.0) /
         static_cast<double>(validation_.examples.size());
}

ResidualFit Trainer::Train() {
  const bool validates = !validation_.examples.empty();
  ResidualFit fit;
  double best = validates && !train_.offsets.empty()
                    ? OffsetLoss()
                    : std::numeric_limits<double>::infinity();
  for (int epoch = 1; epoch <= options_.max_epochs; ++epoch) {
    const double train_loss = TrainEpoch(epoch);
    const double loss =
        validates ? ValidationLoss() : std::numeric_limits<double>::quiet_NaN();
    fit.curve.push_back({epoch, train_loss, loss});
    if (options_.progress) {
      options_.progress(static_cast<double>(epoch) / options_.max_epochs);
    }
    if (!validates || loss < best) {
      best = loss;
      fit.num_epochs = epoch;
      if (validates || epoch == options_.max_epochs) fit.weights = weights_;
    } else if (epoch - fit.num_epochs >= options_.patience &&
               2 * epoch >= options_.max_epochs) {
      break;
    }
  }
  return fit;
}

}  // namespace

ResidualFit TrainResidual(const ResidualData& train,
                          const ResidualData& validation,
                          const ResidualTrainOptions& options) {
  if (train.examples.empty() || options.max_epochs == 0) return {};
  return Trainer(train, validation, options).Train();
}

}  // namespace evenlight
