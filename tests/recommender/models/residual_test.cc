#include "recommender/models/residual.h"

#include <cmath>
#include <random>
#include <vector>

#include "gtest/gtest.h"

namespace evenlight {
namespace {

ResidualShape Shape() {
  ResidualShape shape;
  shape.num_kcs = 3;
  shape.num_questions = 2;
  shape.kc_dim = 2;
  shape.question_dim = 1;
  shape.num_units = 4;
  shape.num_features = 3;
  return shape;
}

ResidualWeights RandomWeights(const ResidualShape& shape) {
  std::mt19937 random(7);
  std::normal_distribution<float> normal(0, 0.5f);
  ResidualWeights weights;
  weights.shape = shape;
  weights.values.resize(NumValues(shape));
  for (float& value : weights.values) value = normal(random);
  weights.feature_mean.assign(shape.num_features, 0.5f);
  weights.feature_scale.assign(shape.num_features, 2.0f);
  return weights;
}

LrhInput Input(int question, const std::vector<int>& kcs) {
  LrhInput input;
  input.question = static_cast<QuestionRow>(question);
  for (const int kc : kcs) input.kcs.push_back({static_cast<KcRow>(kc), {}});
  input.shared[0] = 1;
  input.shared[2] = -2;
  return input;
}

// Residuals of right answers to `inputs` in turn, all on one kc's state.
std::vector<float> Replay(const ResidualWeights& weights,
                          const std::vector<LrhInput>& inputs) {
  std::vector<float> hidden(weights.num_units(), 0);
  std::vector<float> of_kc(weights.num_units(), 0);
  std::vector<float> residuals;
  for (const LrhInput& input : inputs) {
    residuals.push_back(ResidualLogOdds(weights, input, hidden, of_kc));
    float* const state = of_kc.data();
    UpdateResidual(weights, input, true, absl::MakeSpan(hidden),
                   absl::MakeConstSpan(&state, 1));
  }
  return residuals;
}

TEST(ResidualShapeTest, BlocksFollowEachOther) {
  int64_t offset = 0;
  for (int block = 0; block < kNumResidualBlocks; ++block) {
    const auto view = BlockOf(Shape(), static_cast<ResidualBlock>(block));
    EXPECT_EQ(view.offset, offset) << block;
    EXPECT_GT(view.size(), 0) << block;
    offset += view.size();
  }
  EXPECT_EQ(NumValues(Shape()), offset);
}

TEST(ResidualShapeTest, SizesAreThoseOfTheFormula) {
  const auto size = [](ResidualBlock block) {
    return BlockOf(Shape(), block).size();
  };
  EXPECT_EQ(size(ResidualBlock::kKcAnswer), 2 * 6);
  EXPECT_EQ(size(ResidualBlock::kInput), 4 * (2 + 1 + 2 + 1 + 3));
  EXPECT_EQ(size(ResidualBlock::kKcGruInput), 12 * 8);
  EXPECT_EQ(size(ResidualBlock::kHidden), 4 * (2 + 1 + 4 + 4 + 3));
  EXPECT_EQ(MultiplyAdds(Shape()), 36 + 48 + 48 + 96 + 48 + 56 + 4);
}

TEST(ResidualShapeTest, WhatIsLeftOutTakesNoPlace) {
  ResidualShape shape = Shape();
  shape.has_kc_gru = false;
  shape.num_questions = 0;
  shape.num_features = 0;
  for (const ResidualBlock block :
       {ResidualBlock::kKcGruInput, ResidualBlock::kKcGruState,
        ResidualBlock::kKcGruInputBias, ResidualBlock::kQuestionVector,
        ResidualBlock::kQuestionBias}) {
    EXPECT_EQ(BlockOf(shape, block).size(), 0);
  }
  EXPECT_EQ(BlockOf(shape, ResidualBlock::kHidden).cols, 2 + 4);
  EXPECT_EQ(BlockOf(shape, ResidualBlock::kInput).cols, 2 + 2 + 1);
}

// One unit, one kc, one feature; worked by hand after the formulas of the
// header.
TEST(ResidualTest, GivesTheNumbersOfAHandWorkedExample) {
  ResidualShape shape;
  shape.num_kcs = 1;
  shape.kc_dim = 1;
  shape.num_units = 1;
  shape.num_features = 1;
  ResidualWeights weights;
  weights.shape = shape;
  weights.feature_mean = {1};
  weights.feature_scale = {2};
  weights.values = {0.5f,        // e
                    9,           // d: without questions it does nothing.
                    -1,   0.2f,  // a
                    0.1f,        // b_kc
                    1,    1,    0.3f, 0.5f,  // I: q, a, y, x
                    0.1f,                    // b_I
                    1,    -1,   2,           // W
                    0.5f, 1,    -1,          // U
                    0,    0.1f, 0,           // b
                    0,    0,    0.2f,        // c
                    1,    0,    1,           // W_kc, of u
                    0,    1,    -1,          // of h
                    0.1f, 0.2f, 0.3f,        // U_kc
                    0,    0,    0,           // b_kc
                    0,    0,    0.4f,        // c_kc
                    1,    2,    -1,   1,     // H: q, h, s, x
                    0.2f,                    // b_H
                    2,                       // o
                    0.3f};                   // b_o
  ASSERT_EQ(NumValues(shape), weights.values.size());
  LrhInput input = Input(-1, {0});
  input.shared[0] = 2;  // x = 0.5

  float h = 0.25f;
  float s = -0.5f;
  // relu(0.5 + 0.5 + 0.5 + 0.5 + 0.2) = 2.2
  EXPECT_NEAR(ResidualLogOdds(weights, input, {&h, 1}, {&s, 1}),
              2 * 2.2 + 0.3 + 0.1, 1e-5);

  // u = 0.5 + 0.2 + 0.3 + 0.25 + 0.1 = 1.35
  const auto sigmoid = [](double x) { return 1 / (1 + std::exp(-x)); };
  const double r = sigmoid(1.35 + 0.125);
  const double z = sigmoid(-1.35 + 0.1 + 0.25);
  const double n = std::tanh(2.7 + r * (-0.25 + 0.2));
  const double after = (1 - z) * n + z * 0.25;
  const double r_kc = sigmoid(1.35 + 0.1 * -0.5);
  const double z_kc = sigmoid(after + 0.2 * -0.5);
  const double n_kc = std::tanh(1.35 - after + r_kc * (0.3 * -0.5 + 0.4));
  float* const state = &s;
  UpdateResidual(weights, input, true, {&h, 1}, {&state, 1});
  EXPECT_NEAR(h, after, 1e-5);
  EXPECT_NEAR(s, (1 - z_kc) * n_kc + z_kc * -0.5, 1e-5);
}

TEST(ResidualTest, IsNothingWithoutWeights) {
  const ResidualWeights none;
  EXPECT_EQ(ResidualLogOdds(none, Input(0, {0}), {}, {}), 0);
  UpdateResidual(none, Input(0, {0}), true, {}, {});
}

TEST(ResidualTest, RowsThatTheModelDoesNotKnowAddNothing) {
  ResidualWeights weights = RandomWeights(Shape());
  const auto unknown = Replay(weights, {Input(-1, {-1}), Input(-1, {-1})});
  // Whatever rows hold, they are not read.
  for (const ResidualBlock block :
       {ResidualBlock::kKcEmbedding, ResidualBlock::kKcVariation,
        ResidualBlock::kKcAnswer, ResidualBlock::kQuestionDifficulty,
        ResidualBlock::kQuestionVector, ResidualBlock::kQuestionBias,
        ResidualBlock::kKcBias}) {
    const auto view = BlockOf(weights.shape, block);
    for (int64_t at = 0; at < view.size(); ++at) {
      weights.values[view.offset + at] = 1e9f;
    }
  }
  EXPECT_EQ(Replay(weights, {Input(-1, {-1}), Input(-1, {-1})}), unknown);
  EXPECT_EQ(Replay(weights, {Input(-1, {}), Input(-1, {})})[0], unknown[0]);
}

TEST(ResidualTest, TheMeanDividesByAllKcs) {
  const ResidualWeights weights = RandomWeights(Shape());
  const std::vector<float> zero(4, 0);
  const auto residual = [&](const LrhInput& input) {
    return ResidualLogOdds(weights, input, zero, zero);
  };
  EXPECT_NEAR(residual(Input(0, {1, 1})), residual(Input(0, {1})), 1e-5);
  EXPECT_NE(residual(Input(0, {1, -1})), residual(Input(0, {1})));
}

TEST(ResidualTest, EachKcMovesByItself) {
  const ResidualWeights weights = RandomWeights(Shape());
  std::vector<float> hidden(4, 0.1f);
  std::vector<float> first(4, 0.3f);
  std::vector<float> second(4, -0.3f);
  std::vector<float> same_as_second = second;
  std::vector<float*> states = {first.data(), second.data(),
                                same_as_second.data()};
  UpdateResidual(weights, Input(0, {0, 1, 2}), true, absl::MakeSpan(hidden),
                 states);
  EXPECT_EQ(second, same_as_second);
  EXPECT_NE(first, second);
}

// Where a state lies in memory does not change its bits.
TEST(ResidualTest, AlignmentChangesNothing) {
  ResidualShape shape = Shape();
  shape.num_units = 19;
  const ResidualWeights weights = RandomWeights(shape);
  std::vector<float> first;
  for (int shift = 0; shift < 8; ++shift) {
    std::vector<float> memory(64, 0.2f);
    const absl::Span<float> hidden(memory.data() + shift, 19);
    std::vector<float> other(64, 0.4f);
    float* const of_kc = other.data() + 7 - shift;
    UpdateResidual(weights, Input(1, {2}), false, hidden, {&of_kc, 1});
    std::vector<float> result(hidden.begin(), hidden.end());
    result.insert(result.end(), of_kc, of_kc + 19);
    result.push_back(ResidualLogOdds(weights, Input(1, {2}), hidden,
                                     absl::MakeConstSpan(of_kc, 19)));
    if (shift == 0) first = result;
    EXPECT_EQ(result, first) << shift;
  }
}

}  // namespace
}  // namespace evenlight
