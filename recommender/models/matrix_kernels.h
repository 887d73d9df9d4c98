// Products of matrices of factors and other passes over them, compiled for
// several vector targets (Google Highway); the best one of this machine is
// chosen at run time. All are pure and may run together.
//
// Rows of factors are padded with zeros to PaddedFactors() floats and 64-byte
// aligned, where nothing else is said.

#ifndef EVENLIGHT_RECOMMENDER_MODELS_MATRIX_KERNELS_H_
#define EVENLIGHT_RECOMMENDER_MODELS_MATRIX_KERNELS_H_

#include <cstdint>

namespace evenlight {

// `num_factors` rounded up to a multiple of 16.
constexpr int PaddedFactors(int num_factors) {
  return (num_factors + 15) / 16 * 16;
}

// gram += rows^T rows, upper triangle only. [padded x padded], row-major;
// `rows` has num_rows, a multiple of 4, of `padded` floats.
void AddGram(const float* rows, int64_t num_rows, int padded, float* gram);

// rows = rows * rotation, in place. `rotation` is [padded x padded], row-major;
// num_rows is a multiple of 4. `scratch` holds 4 * padded floats, 64-byte
// aligned.
void RotateRows(float* rows, int64_t num_rows, int padded,
                const float* rotation, float* scratch);

// Columns of a panel of ScorePanel().
inline constexpr int64_t kPanelWidth = 64;

// Scores of some rows with 64 others: scores[r * stride + c] is the product of
// row r and column c of `panel` [num_factors x kPanelWidth], row-major and
// aligned. `rows` [num_rows x num_factors] and `scores` need be neither padded
// nor aligned; num_rows is a multiple of 4. A pair has the same score wherever
// it stands.
void ScorePanel(const float* rows, int64_t num_rows, int num_factors,
                const float* panel, float* scores, int64_t stride);

// out += matrix * vector: `matrix` is [num_rows x num_columns], column-major,
// `vector` [num_columns], `out` [num_rows]; none is padded or aligned.
void AddProduct(const float* matrix, int64_t num_rows, int64_t num_columns,
                const float* vector, float* out);

// Rounds to half precision, stored as its 16 bits. [count]
void ToHalf(const float* values, int64_t count, uint16_t* halves);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_MODELS_MATRIX_KERNELS_H_
