#include "recommender/training/residual_batch.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "tests/recommender/training/residual_examples.h"

namespace evenlight {
namespace {

const std::vector<int> kSizes = {1, 9, 4, 9, 12, 2};

ResidualBatch BatchOf(const std::vector<LrhExample>& examples,
                      const ResidualDropout& dropout = {}) {
  return {examples, PackAnswers(examples, SequencesOf(examples, 1000)),
          dropout};
}

std::vector<double> InDouble(const ResidualWeights& weights) {
  return {weights.values.begin(), weights.values.end()};
}

struct NamedShape {
  std::string name;
  ResidualShape shape;
};

std::vector<NamedShape> Shapes() {
  const ResidualShape all = SmallShape();
  ResidualShape no_kc_gru = all;
  no_kc_gru.has_kc_gru = false;
  ResidualShape no_features = all;
  no_features.num_features = 0;
  ResidualShape no_questions = all;
  no_questions.num_questions = 0;
  ResidualShape kcs_only = no_questions;
  kcs_only.num_features = 0;
  kcs_only.has_kc_gru = false;
  return {{"all", all},
          {"no kc GRU", no_kc_gru},
          {"no features", no_features},
          {"no questions", no_questions},
          {"kcs only", kcs_only}};
}

const std::map<ResidualBlock, std::string>& BlockNames() {
  static const auto& names = *new std::map<ResidualBlock, std::string>{
      {ResidualBlock::kKcEmbedding, "kc embedding"},
      {ResidualBlock::kKcVariation, "kc variation"},
      {ResidualBlock::kKcAnswer, "kc answer"},
      {ResidualBlock::kQuestionDifficulty, "question difficulty"},
      {ResidualBlock::kQuestionVector, "question vector"},
      {ResidualBlock::kQuestionBias, "question bias"},
      {ResidualBlock::kKcBias, "kc bias"},
      {ResidualBlock::kInput, "input"},
      {ResidualBlock::kInputBias, "input bias"},
      {ResidualBlock::kGruInput, "GRU input"},
      {ResidualBlock::kGruState, "GRU state"},
      {ResidualBlock::kGruInputBias, "GRU input bias"},
      {ResidualBlock::kGruStateBias, "GRU state bias"},
      {ResidualBlock::kKcGruInput, "kc GRU input"},
      {ResidualBlock::kKcGruState, "kc GRU state"},
      {ResidualBlock::kKcGruInputBias, "kc GRU input bias"},
      {ResidualBlock::kKcGruStateBias, "kc GRU state bias"},
      {ResidualBlock::kHidden, "hidden"},
      {ResidualBlock::kHiddenBias, "hidden bias"},
      {ResidualBlock::kOutput, "output"},
      {ResidualBlock::kOutputBias, "output bias"}};
  return names;
}

// A function of all residuals whose derivatives are neither equal nor small.
class Objective {
 public:
  Objective(const ResidualWeights& weights, ResidualBatch batch)
      : pass_(weights), shape_(weights.shape), batch_(std::move(batch)) {}

  double Value(const std::vector<double>& values) {
    const auto residuals = pass_.Forward(values, batch_);
    double sum = 0;
    for (size_t at = 0; at < residuals.size(); ++at) {
      sum += Slope(at) * residuals[at];
    }
    std::vector<double> unused(values.size(), 0);
    return sum + AddQuestionPenalty<double>(shape_, kPenalty, batch_, values,
                                            absl::MakeSpan(unused));
  }

  std::vector<double> Gradient(const std::vector<double>& values) {
    const size_t size = pass_.Forward(values, batch_).size();
    std::vector<double> slopes;
    for (size_t at = 0; at < size; ++at) slopes.push_back(Slope(at));
    std::vector<double> gradient(values.size(), 0);
    pass_.Backward(values, batch_, slopes, absl::MakeSpan(gradient));
    AddQuestionPenalty<double>(shape_, kPenalty, batch_, values,
                               absl::MakeSpan(gradient));
    return gradient;
  }

 private:
  static constexpr double kPenalty = 0.03;
  static double Slope(size_t at) {
    return std::sin(1.0 + static_cast<double>(at));
  }

  ResidualPass<double> pass_;
  const ResidualShape shape_;
  const ResidualBatch batch_;
};

// Checks every value of every block by central differences.
void CheckGradients(const ResidualShape& shape,
                    const ResidualDropout& dropout) {
  const auto examples = RandomExamples(SmallShape(), kSizes, 5);
  const ResidualWeights weights = RandomWeights(shape, 3);
  Objective objective(weights, BatchOf(examples, dropout));
  std::vector<double> values = InDouble(weights);
  const std::vector<double> gradient = objective.Gradient(values);
  constexpr double kStep = 1e-6;
  for (const auto& [block, name] : BlockNames()) {
    const ResidualBlockView view = BlockOf(shape, block);
    double largest = 0;
    for (int64_t at = view.offset; at < view.offset + view.size(); ++at) {
      const double value = values[at];
      values[at] = value + kStep;
      const double above = objective.Value(values);
      values[at] = value - kStep;
      const double below = objective.Value(values);
      values[at] = value;
      EXPECT_NEAR(gradient[at], (above - below) / (2 * kStep), 1e-6)
          << name << " " << at - view.offset;
      largest = std::max(largest, std::abs(gradient[at]));
    }
    // Without questions nothing varies.
    const bool is_used =
        view.size() > 0 &&
        (block != ResidualBlock::kKcVariation || shape.num_questions > 0);
    EXPECT_EQ(largest > 1e-3, is_used) << name;
  }
}

TEST(ResidualBatchTest, BlockNamesAreComplete) {
  EXPECT_EQ(BlockNames().size(), kNumResidualBlocks);
}

TEST(ResidualBatchTest, GradientsAreThoseOfFiniteDifferences) {
  for (const auto& [name, shape] : Shapes()) {
    SCOPED_TRACE(name);
    CheckGradients(shape, {});
  }
}

TEST(ResidualBatchTest, GradientsWithDropoutAreThoseOfFiniteDifferences) {
  for (const auto& [name, shape] : Shapes()) {
    SCOPED_TRACE(name);
    CheckGradients(shape, {0.3f, 0.2f, 17});
  }
}

TEST(ResidualBatchTest, DropoutIsRepeatableFromItsSeed) {
  const auto examples = RandomExamples(SmallShape(), kSizes, 5);
  const ResidualWeights weights = RandomWeights(SmallShape(), 3);
  const auto residuals = [&](uint64_t seed) {
    ResidualPass<float> pass(weights);
    const auto of_pass =
        pass.Forward(weights.values, BatchOf(examples, {0.3f, 0.2f, seed}));
    return std::vector<float>(of_pass.begin(), of_pass.end());
  };
  EXPECT_EQ(residuals(1), residuals(1));
  EXPECT_NE(residuals(1), residuals(2));
}

// Scaling up what is kept makes good for what is not: the mean over many masks
// of a network that is linear in its last layer's input is that without.
TEST(ResidualBatchTest, DropoutOfQuestionsKeepsTheMean) {
  ResidualShape shape = SmallShape();
  const auto examples = RandomExamples(shape, {1}, 5);
  ResidualWeights weights = RandomWeights(shape, 3);
  // No relu cuts anything off.
  const ResidualBlockView bias = BlockOf(shape, ResidualBlock::kHiddenBias);
  for (int64_t at = 0; at < bias.size(); ++at) {
    weights.values[bias.offset + at] = 100;
  }
  ResidualPass<float> pass(weights);
  const float without = pass.Forward(weights.values, BatchOf(examples))[0];
  double sum = 0;
  constexpr int kTimes = 4000;
  for (uint64_t seed = 0; seed < kTimes; ++seed) {
    sum += pass.Forward(weights.values, BatchOf(examples, {0, 0.5f, seed}))[0];
  }
  EXPECT_NEAR(sum / kTimes, without, 0.05);
}

// Replays a learner as the service does: a state per kc, each moved by itself.
std::vector<float> ServedResiduals(const ResidualWeights& weights,
                                   absl::Span<const LrhExample> examples) {
  const int units = weights.num_units();
  std::vector<float> residuals;
  std::vector<float> hidden;
  std::map<KcRow, std::vector<float>> of_kcs;
  for (size_t row = 0; row < examples.size(); ++row) {
    const LrhExample& example = examples[row];
    if (row == 0 || example.part != examples[row - 1].part) {
      hidden.assign(units, 0);
      of_kcs.clear();
    }
    std::vector<float> mean(units, 0);
    std::vector<float*> states;
    for (const LrhInput::Kc& kc : example.input.kcs) {
      std::vector<float>& state = of_kcs[kc.row];
      state.resize(units);
      states.push_back(state.data());
      for (int unit = 0; unit < units; ++unit) {
        mean[unit] +=
            state[unit] / static_cast<float>(example.input.kcs.size());
      }
    }
    if (!weights.shape.has_kc_gru) states.clear();
    residuals.push_back(ResidualLogOdds(weights, example.input, hidden, mean));
    UpdateResidual(weights, example.input, example.is_correct,
                   absl::MakeSpan(hidden), states);
  }
  return residuals;
}

// By position in `examples`.
std::vector<float> BatchResiduals(const ResidualWeights& weights,
                                  const std::vector<LrhExample>& examples) {
  const ResidualBatch batch = BatchOf(examples);
  ResidualPass<float> pass(weights);
  const auto packed = pass.Forward(weights.values, batch);
  std::vector<float> residuals(examples.size());
  for (size_t column = 0; column < packed.size(); ++column) {
    residuals[batch.packed.rows[column]] = packed[column];
  }
  return residuals;
}

TEST(ResidualBatchTest, IsWhatIsServed) {
  for (const auto& [name, shape] : Shapes()) {
    SCOPED_TRACE(name);
    const auto examples = RandomExamples(SmallShape(), kSizes, 8);
    const ResidualWeights weights = RandomWeights(shape, 9);
    const auto served = ServedResiduals(weights, examples);
    const auto of_batch = BatchResiduals(weights, examples);
    for (size_t row = 0; row < examples.size(); ++row) {
      EXPECT_NEAR(of_batch[row], served[row], 1e-4) << row;
    }
  }
}

TEST(ResidualBatchTest, LaterAnswersMoveNothingBefore) {
  const std::vector<int> sizes = {30, 30, 30};
  auto examples = RandomExamples(SmallShape(), sizes, 8);
  const ResidualWeights weights = RandomWeights(SmallShape(), 9);
  const auto of_batch = BatchResiduals(weights, examples);
  const auto served = ServedResiduals(weights, examples);
  for (const int flip_from : {0, 1, 13, 29}) {
    auto flipped = examples;
    for (size_t row = 0; row < flipped.size(); ++row) {
      if (static_cast<int>(row) % 30 < flip_from) continue;
      flipped[row].is_correct = !flipped[row].is_correct;
    }
    const auto batch_flipped = BatchResiduals(weights, flipped);
    const auto served_flipped = ServedResiduals(weights, flipped);
    int num_moved = 0;
    for (size_t row = 0; row < examples.size(); ++row) {
      if (static_cast<int>(row) % 30 <= flip_from) {
        EXPECT_EQ(of_batch[row], batch_flipped[row]) << row;
        EXPECT_EQ(served[row], served_flipped[row]) << row;
      } else if (of_batch[row] != batch_flipped[row]) {
        ++num_moved;
      }
    }
    EXPECT_EQ(num_moved > 0, flip_from < 29);
  }
}

}  // namespace
}  // namespace evenlight
