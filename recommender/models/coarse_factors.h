// A copy of factors in 8 bits, a quarter of their bytes, with a bound on what
// the rounding can do to a score: what lets a scan that waits for memory pass
// over most rows without reading them in full, and still be exact.

#ifndef EVENLIGHT_RECOMMENDER_MODELS_COARSE_FACTORS_H_
#define EVENLIGHT_RECOMMENDER_MODELS_COARSE_FACTORS_H_

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <vector>

#include "absl/types/span.h"
#include "recommender/models/factors.h"
#include "recommender/models/top_kernels.h"

namespace evenlight {

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

  struct Query {
    std::vector<int16_t> values;  // [num_factors], and 0 if that is odd.
    float scale = 0;              // t
    float margin = 0;  // The bound but for s, and what float sums may lose.

    CoarseQuery view() const { return {values.data(), scale, margin}; }
  };
  // `query` [num_factors] must be finite.
  Query Round(absl::Span<const float> query) const;

  // Of 16 rows each; the last may go beyond the matrix, with rows of zeros.
  size_t num_blocks() const { return num_blocks_; }
  CoarseRows Blocks(size_t first, size_t count) const;

 private:
  struct Free {
    void operator()(void* memory) const { std::free(memory); }
  };

  void RoundRow(absl::Span<const float> values, size_t row);

  const size_t num_pairs_;
  const size_t num_blocks_;
  std::unique_ptr<int8_t[], Free> values_;  // As in CoarseRows; large pages.
  std::vector<float> scales_;               // [num_blocks x 16]
  double largest_residual_ = 0;             // rho
  double largest_norm_ = 0;                 // eta
};

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_MODELS_COARSE_FACTORS_H_
