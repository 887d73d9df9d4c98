// The inner loops of the exact top-k search, compiled for every vector
// instruction set and chosen at run time (Google Highway), so that one binary
// is fast on all x86-64 machines. They know no heap, filter or resource: see
// exact_top.h.
//
// All are pure and may run together. Factors must be finite.

#ifndef EVENLIGHT_RECOMMENDER_MODELS_TOP_KERNELS_H_
#define EVENLIGHT_RECOMMENDER_MODELS_TOP_KERNELS_H_

#include <cstddef>
#include <cstdint>

#include "absl/types/span.h"

namespace evenlight {

// Consecutive rows of a row-major matrix. Borrowed.
struct RowBlock {
  const float* values = nullptr;  // [num_rows x num_factors]
  size_t num_rows = 0;
  size_t num_factors = 0;
};

// Writes <row, query> of every row to `scores` [num_rows]. `query` has
// `num_factors` entries. The sum is taken in the same order whatever the block,
// and as in ScoreRowsAt(): on one machine a row has one score.
void ScoreRows(const RowBlock& block, const float* query, float* scores);

// The same of rows that lie anywhere. Asks the memory for all of them before
// the first product: give it some tens at a time.
void ScoreRowsAt(absl::Span<const float* const> rows,
                 absl::Span<const float> query, float* scores);

// Up to 32 queries side by side, so that a row is compared with all of them
// while it is in a register. Borrowed.
struct QueryPanel {
  static constexpr size_t kWidth = 32;

  // [num_factors x kWidth]: factor by factor; unused columns are zeros.
  const float* values = nullptr;
  const float* thresholds = nullptr;  // [kWidth]; unused columns +infinity.
  size_t num_queries = 0;             // <= kWidth
};

// A row (from the first of the block) and a query (column of the panel).
struct RowHit {
  int32_t row = 0;
  int32_t query = 0;
};

// Writes each pair whose product is at least the query's threshold to `hits`,
// rows ascending within a query, and returns how many. The products are summed
// in another order than in ScoreRows(): they agree to rounding only.
// `hits` has room for num_rows * kWidth.
size_t FindHits(const RowBlock& block, const QueryPanel& panel, RowHit* hits);

// Factors rounded to 8 bits, one scale per row, in an order that needs no sum
// across lanes: blocks of 16 rows, within them pairs of factors, within them
// rows. With an odd number of factors the last pair holds a zero. Borrowed.
struct CoarseRows {
  static constexpr size_t kBlockRows = 16;

  const int8_t* values = nullptr;  // [num_blocks x num_pairs x kBlockRows x 2]
  const float* scales = nullptr;   // [num_blocks x kBlockRows]
  size_t num_blocks = 0;
  size_t num_pairs = 0;
};

// A query rounded to 16 bits. That costs no more than 8 bits, because the
// products are taken in 16, and leaves the rows' rounding as the only one that
// counts.
struct CoarseQuery {
  const int16_t* values = nullptr;  // [num_pairs x 2]
  float scale = 0;
  float margin = 0;  // Added to the product; see CoarseFactors.
};

// Writes each row with
//
//   row_scale (query_scale <row, query> + margin)  >=  threshold
//
// to `rows`, ascending, from the first row given, and returns how many. The sum
// of the absolute products must be below 2^31. `rows` has room for all.
size_t FindPossible(const CoarseRows& coarse, const CoarseQuery& query,
                    float threshold, int32_t* rows);

// Factors rounded to 8 bits, row after row, to be read here and there.
// Borrowed.
struct ScatteredRows {
  static constexpr size_t kStrideUnit = 32;

  const int8_t* values = nullptr;  // [num_rows x stride]
  const float* scales = nullptr;   // [num_rows]; nan: the row is no factors.
  size_t stride = 0;               // A multiple of kStrideUnit.
};

// As FindPossible() of the rows listed; writes positions in `rows`.
// `query.values` has `stride` entries.
size_t FindPossibleAt(const ScatteredRows& coarse,
                      absl::Span<const int32_t> rows, const CoarseQuery& query,
                      float threshold, int32_t* positions);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_MODELS_TOP_KERNELS_H_
