#include "recommender/models/matrix_kernels.h"

#include <hwy/targets.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "gtest/gtest.h"

namespace evenlight {
namespace {

std::vector<float> RandomValues(int64_t count, std::mt19937* random) {
  std::normal_distribution<float> normal;
  std::vector<float> values(static_cast<size_t>(count));
  for (float& value : values) value = normal(*random);
  return values;
}

// Of every remainder by the width of a vector, for each that there is.
TEST(AddProductTest, IsThePlainSumForAnyNumberOfRowsOnEveryTarget) {
  std::mt19937 random(5);
  for (const int64_t num_columns : {0, 1, 3, 4, 33}) {
    for (int64_t num_rows = 0; num_rows <= 100; ++num_rows) {
      const auto matrix = RandomValues(num_rows * num_columns, &random);
      const auto vector = RandomValues(num_columns, &random);
      const auto before = RandomValues(num_rows, &random);
      for (const int64_t target : hwy::SupportedAndGeneratedTargets()) {
        std::vector<float> out = before;
        hwy::SetSupportedTargetsForTest(target);
        AddProduct(matrix.data(), num_rows, num_columns, vector.data(),
                   out.data());
        hwy::SetSupportedTargetsForTest(0);
        for (int64_t row = 0; row < num_rows; ++row) {
          double sum = before[row];
          double size = std::abs(sum);
          for (int64_t column = 0; column < num_columns; ++column) {
            const double term = double{matrix[column * num_rows + row]} *
                                double{vector[column]};
            sum += term;
            size += std::abs(term);
          }
          ASSERT_NEAR(out[row], sum, 1e-6 * size)
              << "row " << row << " of " << num_rows << " x " << num_columns;
        }
      }
    }
  }
}

}  // namespace
}  // namespace evenlight
