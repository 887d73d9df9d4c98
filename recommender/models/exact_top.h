// The resources whose factors score highest with a query, exactly: a scan of
// all of them or of a list, in which filters and exclusions are applied.
//
// No index: up to 10^6 resources a scan takes milliseconds, misses nothing and
// needs no upkeep.

#ifndef EVENLIGHT_RECOMMENDER_MODELS_EXACT_TOP_H_
#define EVENLIGHT_RECOMMENDER_MODELS_EXACT_TOP_H_

#include <Eigen/Core>
#include <cstddef>
#include <optional>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/types/span.h"
#include "core/ids.h"
#include "recommender/models/coarse_factors.h"
#include "recommender/models/factors.h"

namespace evenlight {

struct ScoredRow {
  float score = 0;  // <query, factors of the row>, in fp32.
  ResourceRow row = ResourceRow::kNone;

  // The order of every result: the higher score, then the lower row.
  bool IsBetterThan(const ScoredRow& other) const {
    return score != other.score ? score > other.score : row < other.row;
  }
};

// May the row be in the result? Asked at most once a row and query, and only of
// rows that beat the best `limit` so far, so that it may be dear.
using RowFilter = absl::FunctionRef<bool(ResourceRow)>;
// The same for the query of that position in a batch.
using BatchRowFilter = absl::FunctionRef<bool(size_t query, ResourceRow)>;

// Immutable. Every result is what sorting all eligible rows would give: the
// best `limit` of them, best first, ties by row; fewer only if fewer are
// eligible; none if `limit` <= 0. A row has the same score by every method.
// Scores differ between machines with other vector instructions by rounding.
//
// Queries are finite and of `num_factors` entries.
class FactorScan {
 public:
  struct Options {
    // A second copy in 8 bits: single scans of all rows are five or more
    // times as fast, for num_resources x (num_factors + 4) bytes and half a
    // second at 10^6 x 64.
    bool has_coarse_copy = true;
  };

  // `factors` [num_resources x num_factors], finite, is borrowed and outlives
  // this.
  FactorScan(const FactorMatrix& factors, const Options& options);
  explicit FactorScan(const FactorMatrix& factors)
      : FactorScan(factors, Options()) {}

  // Of all rows. With the coarse copy, reads in full only rows whose bound
  // (CoarseFactors) reaches the worst of the best so far.
  std::vector<ScoredRow> TopRows(absl::Span<const float> query, int limit,
                                 RowFilter is_eligible) const;

  // Of the rows listed, in any order, each at most once and none kNone.
  std::vector<ScoredRow> TopRowsOf(absl::Span<const ResourceRow> rows,
                                   absl::Span<const float> query, int limit,
                                   RowFilter is_eligible) const;

  // Of all rows for each row of `queries` [num_queries x num_factors]; several
  // times less per query than one by one, from 4 queries on, best with 32 or
  // more.
  std::vector<std::vector<ScoredRow>> TopRowsBatch(
      const FactorMatrix& queries, int limit, BatchRowFilter is_eligible) const;

  size_t num_rows() const { return static_cast<size_t>(factors_.rows()); }
  size_t num_factors() const { return static_cast<size_t>(factors_.cols()); }

 private:
  const FactorMatrix& factors_;
  std::optional<CoarseFactors> coarse_;
  double largest_norm_ = 0;  // Of a row.
};

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_MODELS_EXACT_TOP_H_
