#include "recommender/models/residual.h"

#include <Eigen/Core>
#include <array>
#include <cassert>

#include "recommender/models/matrix_kernels.h"

namespace evenlight {
namespace {

using Vector = Eigen::VectorXf;
using VectorView = Eigen::Map<const Eigen::VectorXf>;
using Blocks = std::array<ResidualBlockView, kNumResidualBlocks>;

struct Size {
  int32_t rows = 0;
  int32_t cols = 0;
};

Size SizeOf(const ResidualShape& shape, ResidualBlock block) {
  const int32_t units = shape.num_units;
  const int32_t kc_dim = shape.num_kcs > 0 ? shape.kc_dim : 0;
  const int32_t question_dim = shape.num_questions > 0 ? shape.question_dim : 0;
  const int32_t kc_units = shape.has_kc_gru ? units : 0;
  switch (block) {
    case ResidualBlock::kKcEmbedding:
    case ResidualBlock::kKcVariation:
      return {kc_dim, shape.num_kcs};
    case ResidualBlock::kKcAnswer:
      return {kc_dim, 2 * shape.num_kcs};
    case ResidualBlock::kQuestionVector:
      return {question_dim, shape.num_questions};
    case ResidualBlock::kQuestionDifficulty:
    case ResidualBlock::kQuestionBias:
      return {1, shape.num_questions};
    case ResidualBlock::kKcBias:
      return {1, shape.num_kcs};
    case ResidualBlock::kInput:
      return {units, 2 * kc_dim + question_dim + 1 + shape.num_features};
    case ResidualBlock::kGruInput:
    case ResidualBlock::kGruState:
      return {3 * units, units};
    case ResidualBlock::kGruInputBias:
    case ResidualBlock::kGruStateBias:
      return {3 * units, 1};
    case ResidualBlock::kKcGruInput:
      return {3 * kc_units, 2 * kc_units};
    case ResidualBlock::kKcGruState:
      return {3 * kc_units, kc_units};
    case ResidualBlock::kKcGruInputBias:
    case ResidualBlock::kKcGruStateBias:
      return {3 * kc_units, shape.has_kc_gru ? 1 : 0};
    case ResidualBlock::kHidden:
      return {units,
              kc_dim + question_dim + units + kc_units + shape.num_features};
    case ResidualBlock::kInputBias:
    case ResidualBlock::kHiddenBias:
    case ResidualBlock::kOutput:
      return {units, 1};
    case ResidualBlock::kOutputBias:
      return {1, 1};
    case ResidualBlock::kCount:
      break;
  }
  return {};
}

Blocks BlocksOf(const ResidualShape& shape) {
  Blocks blocks;
  int64_t offset = 0;
  for (int block = 0; block < kNumResidualBlocks; ++block) {
    const Size size = SizeOf(shape, static_cast<ResidualBlock>(block));
    blocks[block] = {offset, size.rows, size.cols};
    offset += blocks[block].size();
  }
  return blocks;
}

// Kept by each thread: answers come one after the other for one model.
const Blocks& LatestBlocksOf(const ResidualShape& shape) {
  thread_local ResidualShape latest;
  thread_local Blocks blocks = BlocksOf(latest);
  if (!(shape == latest)) {
    latest = shape;
    blocks = BlocksOf(shape);
  }
  return blocks;
}

// Kept by each thread, so that an answer allocates little. Of a size of its
// own, as results must not depend on where a caller's vectors are aligned.
struct Scratch {
  Vector input;   // Of the layer at hand.
  Vector units;   // What it gives.
  Vector joined;  // [u, h]
  Vector from_input;
  Vector from_state;
  Vector state;
};

Scratch& ThreadScratch() {
  thread_local Scratch scratch;
  return scratch;
}

// The blocks of one model as Eigen sees them. One thread, which has no other;
// shorter-lived than `weights`.
class Network {
 public:
  explicit Network(const ResidualWeights& weights)
      : weights_(weights), blocks_(LatestBlocksOf(weights.shape)) {
    assert(static_cast<int64_t>(weights.values.size()) ==
           NumValues(weights.shape));
  }

  const ResidualShape& shape() const { return weights_.shape; }
  int kc_dim() const { return view(ResidualBlock::kKcEmbedding).rows; }
  int question_dim() const { return view(ResidualBlock::kQuestionVector).rows; }

  int num_columns(ResidualBlock block) const { return view(block).cols; }
  VectorView Column(ResidualBlock block, int column) const {
    const ResidualBlockView& at = view(block);
    return VectorView(
        weights_.values.data() + at.offset + int64_t{column} * at.rows,
        at.rows);
  }
  float Value(ResidualBlock block, int column) const {
    return weights_.values[view(block).offset + column];
  }

  // out = block input + bias.
  void Apply(ResidualBlock block, ResidualBlock bias, const Vector& input,
             Vector& out) const {
    const ResidualBlockView& at = view(block);
    assert(input.size() == at.cols);
    out = Column(bias, 0);
    AddProduct(weights_.values.data() + at.offset, at.rows, at.cols,
               input.data(), out.data());
  }

  bool Knows(QuestionRow row) const {
    return row != QuestionRow::kNone && shape().num_questions > 0;
  }
  bool Knows(KcRow row) const {
    return row != KcRow::kNone && shape().num_kcs > 0;
  }

  // q, into the first E + Q of `out`.
  void Embed(const LrhInput& input, Vector& out) const;

  // x, into the last F of `out`.
  void Standardise(const LrhInput& input, Vector& out) const;

 private:
  const ResidualBlockView& view(ResidualBlock block) const {
    return blocks_[static_cast<size_t>(block)];
  }

  const ResidualWeights& weights_;
  const Blocks& blocks_;
};

float ShareOf(const LrhInput& input) {
  return input.kcs.empty() ? 0 : 1.0f / static_cast<float>(input.kcs.size());
}

void Network::Embed(const LrhInput& input, Vector& out) const {
  const bool knows_question = Knows(input.question);
  const int question = ToInt(input.question);
  const float difficulty =
      knows_question ? Value(ResidualBlock::kQuestionDifficulty, question) : 0;
  auto of_kcs = out.head(kc_dim());
  of_kcs.setZero();
  for (const LrhInput::Kc& kc : input.kcs) {
    if (!Knows(kc.row)) continue;
    const int row = ToInt(kc.row);
    of_kcs += Column(ResidualBlock::kKcEmbedding, row) +
              difficulty * Column(ResidualBlock::kKcVariation, row);
  }
  of_kcs *= ShareOf(input);
  auto of_question = out.segment(kc_dim(), question_dim());
  of_question.setZero();
  if (knows_question) {
    of_question = Column(ResidualBlock::kQuestionVector, question);
  }
}

void Network::Standardise(const LrhInput& input, Vector& out) const {
  const int num_features = shape().num_features;
  assert(num_features <= kNumLrhShared);
  out.tail(num_features) =
      (Eigen::Map<const Eigen::ArrayXf>(input.shared.data(), num_features) -
       Eigen::Map<const Eigen::ArrayXf>(weights_.feature_mean.data(),
                                        num_features)) /
      Eigen::Map<const Eigen::ArrayXf>(weights_.feature_scale.data(),
                                       num_features);
}

// Moves `state` to GRU(v, state), from_input being W v + b and from_state
// U state + c, which are overwritten.
void Gate(Scratch& s, float* state) {
  const auto units = s.from_input.size() / 3;
  Eigen::Map<Vector> mapped(state, units);
  auto gates = s.from_input.head(2 * units).array();
  gates =
      (1 + (-(gates + s.from_state.head(2 * units).array())).exp()).inverse();
  auto next = s.from_input.tail(units).array();
  next = (next + gates.head(units) * s.from_state.tail(units).array()).tanh();
  s.state = next + gates.tail(units) * (mapped.array() - next);
  mapped = s.state;
}

}  // namespace

ResidualBlockView BlockOf(const ResidualShape& shape, ResidualBlock block) {
  return BlocksOf(shape)[static_cast<size_t>(block)];
}

int64_t NumValues(const ResidualShape& shape) {
  const Blocks blocks = BlocksOf(shape);
  return blocks.back().offset + blocks.back().size();
}

float ResidualLogOdds(const ResidualWeights& weights, const LrhInput& input,
                      absl::Span<const float> hidden,
                      absl::Span<const float> kc_hidden) {
  if (weights.empty()) return 0;
  const Network network(weights);
  const int units = network.shape().num_units;
  Scratch& s = ThreadScratch();
  s.input.resize(network.num_columns(ResidualBlock::kHidden));
  network.Embed(input, s.input);
  int at = network.kc_dim() + network.question_dim();
  s.input.segment(at, units) = VectorView(hidden.data(), units);
  if (network.shape().has_kc_gru) {
    at += units;
    s.input.segment(at, units) = VectorView(kc_hidden.data(), units);
  }
  network.Standardise(input, s.input);
  network.Apply(ResidualBlock::kHidden, ResidualBlock::kHiddenBias, s.input,
                s.units);
  s.state = network.Column(ResidualBlock::kOutput, 0);
  float log_odds = s.state.dot(s.units.cwiseMax(0.0f)) +
                   network.Value(ResidualBlock::kOutputBias, 0);
  if (network.Knows(input.question)) {
    log_odds +=
        network.Value(ResidualBlock::kQuestionBias, ToInt(input.question));
  }
  float of_kcs = 0;
  for (const LrhInput::Kc& kc : input.kcs) {
    if (!network.Knows(kc.row)) continue;
    of_kcs += network.Value(ResidualBlock::kKcBias, ToInt(kc.row));
  }
  return log_odds + of_kcs * ShareOf(input);
}

void UpdateResidual(const ResidualWeights& weights, const LrhInput& input,
                    bool is_correct, absl::Span<float> hidden,
                    absl::Span<float* const> kc_hidden) {
  if (weights.empty()) return;
  const Network network(weights);
  const int units = network.shape().num_units;
  const int kc_dim = network.kc_dim();
  Scratch& s = ThreadScratch();
  s.input.resize(network.num_columns(ResidualBlock::kInput));
  network.Embed(input, s.input);
  const int at = kc_dim + network.question_dim();
  auto of_answers = s.input.segment(at, kc_dim);
  of_answers.setZero();
  for (const LrhInput::Kc& kc : input.kcs) {
    if (!network.Knows(kc.row)) continue;
    of_answers += network.Column(ResidualBlock::kKcAnswer,
                                 2 * ToInt(kc.row) + (is_correct ? 1 : 0));
  }
  of_answers *= ShareOf(input);
  s.input[at + kc_dim] = is_correct ? 1.0f : -1.0f;
  network.Standardise(input, s.input);
  network.Apply(ResidualBlock::kInput, ResidualBlock::kInputBias, s.input,
                s.units);
  s.units = s.units.cwiseMax(0.0f).eval();

  s.state = VectorView(hidden.data(), units);
  network.Apply(ResidualBlock::kGruInput, ResidualBlock::kGruInputBias, s.units,
                s.from_input);
  network.Apply(ResidualBlock::kGruState, ResidualBlock::kGruStateBias, s.state,
                s.from_state);
  Gate(s, hidden.data());
  if (!network.shape().has_kc_gru) return;

  s.joined.resize(2 * units);
  s.joined << s.units, s.state;
  for (float* const state : kc_hidden) {
    network.Apply(ResidualBlock::kKcGruInput, ResidualBlock::kKcGruInputBias,
                  s.joined, s.from_input);
    s.state = VectorView(state, units);
    network.Apply(ResidualBlock::kKcGruState, ResidualBlock::kKcGruStateBias,
                  s.state, s.from_state);
    Gate(s, state);
  }
}

int64_t MultiplyAdds(const ResidualShape& shape) {
  int64_t count = 0;
  for (const ResidualBlock block :
       {ResidualBlock::kInput, ResidualBlock::kGruInput,
        ResidualBlock::kGruState, ResidualBlock::kKcGruInput,
        ResidualBlock::kKcGruState, ResidualBlock::kHidden,
        ResidualBlock::kOutput}) {
    count += BlockOf(shape, block).size();
  }
  return count;
}

}  // namespace evenlight
