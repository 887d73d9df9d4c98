// Examples at random, for tests of the residual: several learners, questions
// with one to three kcs, some rows that no model knows.

#ifndef EVENLIGHT_TESTS_RECOMMENDER_TRAINING_RESIDUAL_EXAMPLES_H_
#define EVENLIGHT_TESTS_RECOMMENDER_TRAINING_RESIDUAL_EXAMPLES_H_

#include <algorithm>
#include <cstdint>
#include <random>
#include <vector>

#include "recommender/models/residual.h"
#include "recommender/training/lrh_trainer.h"

namespace evenlight {

inline ResidualShape SmallShape() {
  ResidualShape shape;
  shape.num_kcs = 4;
  shape.num_questions = 6;
  shape.kc_dim = 3;
  shape.question_dim = 2;
  shape.num_units = 5;
  shape.num_features = 7;
  return shape;
}

// Weights that are all at work, none of them near 0.
inline ResidualWeights RandomWeights(const ResidualShape& shape,
                                     uint32_t seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal(0, 0.5f);
  ResidualWeights weights;
  weights.shape = shape;
  weights.values.resize(NumValues(shape));
  for (float& value : weights.values) value = normal(random);
  weights.feature_mean.assign(shape.num_features, 0.25f);
  weights.feature_scale.assign(shape.num_features, 0.5f);
  return weights;
}

// One part for each of `sizes`.
inline std::vector<LrhExample> RandomExamples(const ResidualShape& shape,
                                              const std::vector<int>& sizes,
                                              uint32_t seed) {
  std::mt19937 random(seed);
  const auto below = [&](int size) {
    return static_cast<int>(random() % static_cast<uint32_t>(size));
  };
  std::vector<LrhExample> examples;
  for (size_t part = 0; part < sizes.size(); ++part) {
    for (int answer = 0; answer < sizes[part]; ++answer) {
      LrhExample& example = examples.emplace_back();
      example.part = static_cast<int32_t>(part);
      example.is_correct = below(2) == 1;
      example.input.question =
          static_cast<QuestionRow>(below(shape.num_questions + 1) - 1);
      for (float& value : example.input.shared) {
        value = static_cast<float>(below(1000)) / 1000;
      }
      const int first = below(shape.num_kcs);
      const int num_kcs = 1 + below(3);
      for (int kc = 0; kc < num_kcs; ++kc) {
        const int row = (first + kc) % shape.num_kcs;
        example.input.kcs.push_back({static_cast<KcRow>(row), {}});
      }
      if (below(8) == 0) example.input.kcs.back().row = KcRow::kNone;
    }
  }
  return examples;
}

}  // namespace evenlight

#endif  // EVENLIGHT_TESTS_RECOMMENDER_TRAINING_RESIDUAL_EXAMPLES_H_
