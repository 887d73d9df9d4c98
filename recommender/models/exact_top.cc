#include "recommender/models/exact_top.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

#include "recommender/models/top_kernels.h"

namespace evenlight {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

// What products that underflow may lose; nothing beside an ordinary score.
constexpr float kUnderflow = 1e-36f;

// How many rows are scored against one threshold: few, so that it is fresh;
// many, so that calls cost nothing; and what they write stays in cache.
constexpr size_t kChunkRows = 240;
constexpr size_t kChunkBlocks = 64;
// Rows in flight when they are fetched from anywhere.
constexpr size_t kRowsInFlight = 64;
// Below, a batch is not worth the panel.
constexpr Eigen::Index kMinBatch = 4;

// The best rows so far. One thread.
class BestRows {
 public:
  BestRows(size_t limit, size_t num_rows) : limit_(limit) {
    heap_.reserve(std::min(limit, num_rows));
  }

  // No row with a lower score is taken.
  float threshold() const {
    return heap_.size() < limit_ ? -kInfinity : heap_.front().score;
  }

  template <class Filter>
  void Offer(ScoredRow scored, Filter is_eligible) {
    const bool is_full = heap_.size() == limit_;
    if (is_full && !scored.IsBetterThan(heap_.front())) return;
    if (!is_eligible(scored.row)) return;
    if (is_full) {
      ReplaceWorst(scored);
    } else {
      heap_.push_back(scored);
      std::push_heap(heap_.begin(), heap_.end(), kIsBetter);
    }
  }

  // Best first; nothing is left.
  std::vector<ScoredRow> Take() {
    std::sort_heap(heap_.begin(), heap_.end(), kIsBetter);
    return std::exchange(heap_, {});
  }

 private:
  static constexpr auto kIsBetter = [](const ScoredRow& a, const ScoredRow& b) {
    return a.IsBetterThan(b);
  };

  // One way down the heap, where pop_heap and push_heap take three.
  void ReplaceWorst(ScoredRow scored) {
    size_t hole = 0;
    for (size_t child = 1; child < heap_.size(); child = 2 * hole + 1) {
      const size_t sibling = std::min(child + 1, heap_.size() - 1);
      child = heap_[child].IsBetterThan(heap_[sibling]) ? sibling : child;
      if (!scored.IsBetterThan(heap_[child])) break;
      heap_[hole] = heap_[child];
      hole = child;
    }
    heap_[hole] = scored;
  }

  size_t limit_;
  std::vector<ScoredRow> heap_;  // The worst in front.
};

double Norm(absl::Span<const float> values) {
  double sum = 0;
  for (const float value : values) {
    sum += static_cast<double>(value) * static_cast<double>(value);
  }
  return std::sqrt(sum);
}

absl::Span<const float> RowOf(const FactorMatrix& matrix, size_t row) {
  const auto size = static_cast<size_t>(matrix.cols());
  return {matrix.data() + row * size, size};
}

// Scores the rows, which lie anywhere, and offers them to `best`.
template <class Row>
void OfferRows(const FactorMatrix& factors, absl::Span<const float> query,
               absl::Span<const Row> rows, RowFilter is_eligible,
               BestRows& best) {
  std::array<const float*, kRowsInFlight> values;
  std::array<float, kRowsInFlight> scores;
  for (size_t first = 0; first < rows.size(); first += kRowsInFlight) {
    const absl::Span<const Row> some = rows.subspan(first, kRowsInFlight);
    for (size_t i = 0; i < some.size(); ++i) {
      values[i] = RowOf(factors, static_cast<size_t>(some[i])).data();
    }
    ScoreRowsAt({values.data(), some.size()}, query, scores.data());
    for (size_t i = 0; i < some.size(); ++i) {
      best.Offer({scores[i], static_cast<ResourceRow>(some[i])}, is_eligible);
    }
  }
}

void ScanCoarsely(const FactorMatrix& factors, const CoarseFactors& coarse,
                  absl::Span<const float> query, RowFilter is_eligible,
                  BestRows& best) {
  const RoundedQuery rounded = coarse.Round(query);
  std::array<int32_t, kChunkBlocks * CoarseRows::kBlockRows> possible;
  for (size_t block = 0; block < coarse.num_blocks(); block += kChunkBlocks) {
    const size_t first = block * CoarseRows::kBlockRows;
    size_t count =
        FindPossible(coarse.Blocks(block, kChunkBlocks), rounded.view(),
                     best.threshold() - kUnderflow, possible.data());
    for (size_t i = 0; i < count; ++i) {
      possible[i] += static_cast<int32_t>(first);
    }
    // The last block may go beyond the matrix.
    while (count > 0 && possible[count - 1] >= factors.rows()) --count;
    OfferRows<int32_t>(factors, query, {possible.data(), count}, is_eligible,
                       best);
  }
}

void ScanInFull(const FactorMatrix& factors, absl::Span<const float> query,
                RowFilter is_eligible, BestRows& best) {
  const auto num_rows = static_cast<size_t>(factors.rows());
  std::array<float, kChunkRows> scores;
  for (size_t first = 0; first < num_rows; first += kChunkRows) {
    const size_t count = std::min(kChunkRows, num_rows - first);
    ScoreRows({RowOf(factors, first).data(), count, query.size()}, query.data(),
              scores.data());
    float threshold = best.threshold();
    for (size_t i = 0; i < count; ++i) {
      if (scores[i] < threshold) continue;
      best.Offer({scores[i], static_cast<ResourceRow>(first + i)}, is_eligible);
      threshold = best.threshold();
    }
  }
}

// Up to 32 queries of a batch and their best rows. One thread.
class BatchPanel {
 public:
  // Panel products and exact scores differ by less than `loss` |query|.
  BatchPanel(const FactorMatrix& queries, size_t first_query, double loss,
             BestRows empty)
      : queries_(queries),
        first_query_(first_query),
        num_queries_(
            std::min(QueryPanel::kWidth,
                     static_cast<size_t>(queries.rows()) - first_query)),
        values_(static_cast<size_t>(queries.cols()) * QueryPanel::kWidth),
        best_(num_queries_, empty) {
    thresholds_.fill(kInfinity);
    for (size_t query = 0; query < num_queries_; ++query) {
      const absl::Span<const float> values = QueryValues(query);
      losses_[query] = static_cast<float>(loss * Norm(values)) + kUnderflow;
      for (size_t factor = 0; factor < values.size(); ++factor) {
        values_[factor * QueryPanel::kWidth + query] = values[factor];
      }
    }
  }

  // `hits` has room for num_rows x kWidth.
  void Offer(const RowBlock& block, size_t first_row,
             BatchRowFilter is_eligible, std::vector<RowHit>& hits) {
    for (size_t query = 0; query < num_queries_; ++query) {
      thresholds_[query] = best_[query].threshold() - losses_[query];
    }
    const size_t num_hits = FindHits(
        block, {values_.data(), thresholds_.data(), num_queries_}, hits.data());
    for (size_t i = 0; i < num_hits; ++i) {
      const RowHit hit = hits[i];
      const auto query = static_cast<size_t>(hit.query);
      const auto row = static_cast<size_t>(hit.row);
      ScoredRow scored;
      scored.row = static_cast<ResourceRow>(first_row + row);
      ScoreRows({block.values + row * block.num_factors, 1, block.num_factors},
                QueryValues(query).data(), &scored.score);
      best_[query].Offer(scored, [&](ResourceRow candidate) {
        return is_eligible(first_query_ + query, candidate);
      });
    }
  }

  // Appends one result per query; nothing is left.
  void Take(std::vector<std::vector<ScoredRow>>& results) {
    for (BestRows& best : best_) results.push_back(best.Take());
  }

 private:
  absl::Span<const float> QueryValues(size_t query) const {
    return RowOf(queries_, first_query_ + query);
  }

  const FactorMatrix& queries_;
  const size_t first_query_;
  const size_t num_queries_;
  std::vector<float> values_;  // As in QueryPanel.
  std::array<float, QueryPanel::kWidth> thresholds_;
  std::array<float, QueryPanel::kWidth> losses_ = {};
  std::vector<BestRows> best_;  // [num_queries]
};

// Each block of rows is read from memory once, for all panels.
void ScanForPanels(const FactorMatrix& factors, BatchRowFilter is_eligible,
                   std::vector<BatchPanel>& panels) {
  const auto num_rows = static_cast<size_t>(factors.rows());
  std::vector<RowHit> hits(kChunkRows * QueryPanel::kWidth);
  for (size_t first = 0; first < num_rows; first += kChunkRows) {
    const RowBlock block{RowOf(factors, first).data(),
                         std::min(kChunkRows, num_rows - first),
                         static_cast<size_t>(factors.cols())};
    for (BatchPanel& panel : panels) {
      panel.Offer(block, first, is_eligible, hits);
    }
  }
}

}  // namespace

FactorScan::FactorScan(const FactorMatrix& factors, const Options& options)
    : factors_(factors) {
  if (options.has_coarse_copy) coarse_.emplace(factors);
  for (size_t row = 0; row < num_rows(); ++row) {
    largest_norm_ = std::max(largest_norm_, Norm(RowOf(factors, row)));
  }
}

std::vector<ScoredRow> FactorScan::TopRows(absl::Span<const float> query,
                                           int limit,
                                           RowFilter is_eligible) const {
  if (limit <= 0) return {};
  BestRows best(static_cast<size_t>(limit), num_rows());
  if (coarse_.has_value()) {
    ScanCoarsely(factors_, *coarse_, query, is_eligible, best);
  } else {
    ScanInFull(factors_, query, is_eligible, best);
  }
  return best.Take();
}

std::vector<ScoredRow> FactorScan::TopRowsOf(absl::Span<const ResourceRow> rows,
                                             absl::Span<const float> query,
                                             int limit,
                                             RowFilter is_eligible) const {
  if (limit <= 0) return {};
  BestRows best(static_cast<size_t>(limit), rows.size());
  OfferRows(factors_, query, rows, is_eligible, best);
  return best.Take();
}

std::vector<std::vector<ScoredRow>> FactorScan::TopRowsBatch(
    const FactorMatrix& queries, int limit, BatchRowFilter is_eligible) const {
  std::vector<std::vector<ScoredRow>> results;
  if (limit <= 0 || queries.rows() < kMinBatch) {
    for (size_t query = 0; query < static_cast<size_t>(queries.rows());
         ++query) {
      results.push_back(
          TopRows(RowOf(queries, query), limit,
                  [&](ResourceRow row) { return is_eligible(query, row); }));
    }
    return results;
  }
  // Two sums of the same products in different orders, each within this.
  const double loss =
      static_cast<double>(num_factors() + 16) *
      static_cast<double>(std::numeric_limits<float>::epsilon()) *
      largest_norm_;
  const BestRows empty(static_cast<size_t>(limit), num_rows());
  std::vector<BatchPanel> panels;
  for (Eigen::Index first = 0; first < queries.rows();
       first += Eigen::Index{QueryPanel::kWidth}) {
    panels.emplace_back(queries, static_cast<size_t>(first), loss, empty);
  }
  ScanForPanels(factors_, is_eligible, panels);
  for (BatchPanel& panel : panels) panel.Take(results);
  return results;
}

}  // namespace evenlight
