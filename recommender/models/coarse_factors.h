// A copy of factors in 8 bits, a quarter of their bytes, with a bound on what
// the rounding can do to a score: what lets a scan that waits for memory pass
// over most rows without reading them in full, and still be exact.

#ifndef EVENLIGHT_RECOMMENDER_MODELS_COARSE_FACTORS_H_
#define EVENLIGHT_RECOMMENDER_MODELS_COARSE_FACTORS_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <vector>

#include "absl/types/span.h"
#include "recommender/models/factors.h"
#include "recommender/models/top_kernels.h"

namespace evenlight {

// What rounding takes from rows, in units of their scale, at most: rho and eta
// of CoarseFactors.
struct RoundingLoss {
  double residual = 0;  // rho
  double norm = 0;      // eta

  RoundingLoss Max(const RoundingLoss& other) const {
    return {std::max(residual, other.residual), std::max(norm, other.norm)};
  }
};

// Writes the integers of one finite row to `integers` [values.size()], returns
// their scale and raises `loss` to the row's.
float RoundRow(absl::Span<const float> values, int8_t* integers,
               RoundingLoss& loss);

// A query to compare with rounded rows.
struct RoundedQuery {
  std::vector<int16_t> values;  // [num_values], zeros beyond the factors.
  float scale = 0;              // t
  float margin = 0;  // The bound but for s, and what float sums may lose.

  CoarseQuery view() const { return {values.data(), scale, margin}; }
};

// Rounds a finite query for rows with this loss, padded to `num_values`.
RoundedQuery RoundQuery(absl::Span<const float> query, size_t num_values,
                        const RoundingLoss& loss);

// Immutable.
//
// Row y is kept as a scale s and integers r in [-127, 127], y = s r + e; a
// query as q = t p + f with integers p. With rho = max |e| / s and
// eta = max |r| over all rows, by Cauchy and Schwarz
//
//   <q, y>  <=  s (t <p, r> + |q| rho + |f| eta),
//
// and so no row of which the right side is below a threshold has a score that
// reaches it. One rho and one eta for all rows cost no memory, and little
// besides: with 64 factors of like size rho is 2.3 to 2.7 and the bound some
// 0.6 % of |q| |y|.
class CoarseFactors {
 public:
  // Needs finite factors [num_resources x num_factors]; does not keep them.
  // Memory: num_resources x (num_factors + 4) bytes.
  explicit CoarseFactors(const FactorMatrix& factors);

  // `query` [num_factors] must be finite.
  RoundedQuery Round(absl::Span<const float> query) const;

  // Of 16 rows each; the last may go beyond the matrix, with rows of zeros.
  size_t num_blocks() const { return num_blocks_; }
  CoarseRows Blocks(size_t first, size_t count) const;

 private:
  struct Free {
    void operator()(void* memory) const { std::free(memory); }
  };

  const size_t num_pairs_;
  const size_t num_blocks_;
  std::unique_ptr<int8_t[], Free> values_;  // As in CoarseRows; large pages.
  std::vector<float> scales_;               // [num_blocks x 16]
  RoundingLoss loss_;                       // At least that of every row.
};

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_MODELS_COARSE_FACTORS_H_
