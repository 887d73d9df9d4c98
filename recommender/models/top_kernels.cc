#include "recommender/models/top_kernels.h"

#include <algorithm>
#include <cstring>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "recommender/models/top_kernels.cc"
#include <hwy/foreach_target.h>  // Includes this file once per target.
//
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace evenlight {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

constexpr size_t kBytesPerLine = 64;
constexpr size_t kFloatsPerLine = kBytesPerLine / sizeof(float);
// How far ahead of the products consecutive rows are asked for. The hardware
// alone stops at the end of a page.
constexpr size_t kBytesAhead = 4096;

HWY_INLINE float Dot(const float* HWY_RESTRICT row,
                     const float* HWY_RESTRICT query, size_t num_factors) {
  const hn::ScalableTag<float> tag;
  const size_t num_lanes = hn::Lanes(tag);
  auto sum = hn::Zero(tag);
  size_t factor = 0;
  for (; factor + num_lanes <= num_factors; factor += num_lanes) {
    sum = hn::MulAdd(hn::LoadU(tag, row + factor),
                     hn::LoadU(tag, query + factor), sum);
  }
  float total = hn::GetLane(hn::SumOfLanes(tag, sum));
  for (; factor < num_factors; ++factor) total += row[factor] * query[factor];
  return total;
}

void ScoreRows(const RowBlock& block, const float* query, float* scores) {
  for (size_t row = 0; row < block.num_rows; ++row) {
    const float* const values = block.values + row * block.num_factors;
    for (size_t i = 0; i < block.num_factors; i += kFloatsPerLine) {
      __builtin_prefetch(reinterpret_cast<const char*>(values + i) +
                         kBytesAhead);
    }
    scores[row] = Dot(values, query, block.num_factors);
  }
}

void ScoreRowsAt(absl::Span<const float* const> rows,
                 absl::Span<const float> query, float* scores) {
  for (const float* const row : rows) {
    for (size_t i = 0; i < query.size(); i += kFloatsPerLine) {
      __builtin_prefetch(row + i);
    }
  }
  for (size_t i = 0; i < rows.size(); ++i) {
    scores[i] = Dot(rows[i], query.data(), query.size());
  }
}

// As many sums as the registers hold beside a row's factor and two vectors of
// the queries'.
constexpr size_t kRowsAtOnce = HWY_TARGET <= HWY_AVX3 ? 12 : 6;

struct PanelPart {
  const float* HWY_RESTRICT queries;     // Of the panel, from `first_query`.
  const float* HWY_RESTRICT thresholds;  // The same.
  size_t first_query;
};

template <class Tag, class Vector>
HWY_INLINE RowHit* AddHits(Tag tag, Vector scores, const float* thresholds,
                           RowHit at, RowHit* hits) {
  const auto is_hit = hn::Ge(scores, hn::LoadU(tag, thresholds));
  if (HWY_LIKELY(hn::AllFalse(tag, is_hit))) return hits;
  uint8_t bits[8] = {};
  hn::StoreMaskBits(tag, is_hit, bits);
  for (size_t lane = 0; lane < hn::Lanes(tag); ++lane) {
    if ((bits[lane / 8] >> (lane % 8) & 1) == 0) continue;
    *hits++ = {at.row, at.query + static_cast<int32_t>(lane)};
  }
  return hits;
}

// Rows [first, first + kRows) of the block against kVectors vectors of queries.
template <size_t kRows, size_t kVectors>
HWY_INLINE RowHit* FindHitsOf(const RowBlock& block, size_t first,
                              const PanelPart& part, RowHit* hits) {
  const hn::ScalableTag<float> tag;
  using Vector = hn::Vec<decltype(tag)>;
  const size_t num_lanes = hn::Lanes(tag);
  const float* HWY_RESTRICT rows = block.values + first * block.num_factors;
  Vector sums[kRows][kVectors];
  HWY_UNROLL(16)
  for (size_t row = 0; row < kRows; ++row) {
    HWY_UNROLL(2)
    for (size_t v = 0; v < kVectors; ++v) sums[row][v] = hn::Zero(tag);
  }
  for (size_t factor = 0; factor < block.num_factors; ++factor) {
    const float* HWY_RESTRICT queries =
        part.queries + factor * QueryPanel::kWidth;
    // A line or less for each factor, so that memory is busy all the time.
    __builtin_prefetch(reinterpret_cast<const char*>(rows) + kBytesAhead +
                       factor * kRows * sizeof(float));
    Vector query[kVectors];
    HWY_UNROLL(2)
    for (size_t v = 0; v < kVectors; ++v) {
      query[v] = hn::LoadU(tag, queries + v * num_lanes);
    }
    HWY_UNROLL(16)
    for (size_t row = 0; row < kRows; ++row) {
      const Vector value = hn::Set(tag, rows[row * block.num_factors + factor]);
      HWY_UNROLL(2)
      for (size_t v = 0; v < kVectors; ++v) {
        sums[row][v] = hn::MulAdd(value, query[v], sums[row][v]);
      }
    }
  }
  HWY_UNROLL(16)
  for (size_t row = 0; row < kRows; ++row) {
    HWY_UNROLL(2)
    for (size_t v = 0; v < kVectors; ++v) {
      const size_t lane = v * num_lanes;
      hits = AddHits(tag, sums[row][v], part.thresholds + lane,
                     {static_cast<int32_t>(first + row),
                      static_cast<int32_t>(part.first_query + lane)},
                     hits);
    }
  }
  return hits;
}

template <size_t kVectors>
HWY_INLINE RowHit* FindHitsIn(const RowBlock& block, const PanelPart& part,
                              RowHit* hits) {
  size_t row = 0;
  for (; row + kRowsAtOnce <= block.num_rows; row += kRowsAtOnce) {
    hits = FindHitsOf<kRowsAtOnce, kVectors>(block, row, part, hits);
  }
  for (; row < block.num_rows; ++row) {
    hits = FindHitsOf<1, kVectors>(block, row, part, hits);
  }
  return hits;
}

size_t FindHits(const RowBlock& block, const QueryPanel& panel, RowHit* hits) {
  const size_t num_lanes = hn::Lanes(hn::ScalableTag<float>());
  RowHit* end = hits;
  for (size_t query = 0; query < panel.num_queries;) {
    const PanelPart part{panel.values + query, panel.thresholds + query, query};
    if (panel.num_queries - query > num_lanes) {
      end = FindHitsIn<2>(block, part, end);
      query += 2 * num_lanes;
    } else {
      end = FindHitsIn<1>(block, part, end);
      query += num_lanes;
    }
  }
  return static_cast<size_t>(end - hits);
}

// Lines in flight on their way from anywhere.
constexpr size_t kRowsAhead = 24;

void AskForRow(const ScatteredRows& coarse, int32_t row) {
  const int8_t* const values =
      coarse.values + static_cast<size_t>(row) * coarse.stride;
  for (size_t at = 0; at < coarse.stride; at += kBytesPerLine) {
    __builtin_prefetch(values + at);
  }
}

bool IsPossible(const ScatteredRows& coarse, int32_t row, int32_t product,
                const CoarseQuery& query, float threshold) {
  return coarse.scales[row] *
             (static_cast<float>(product) * query.scale + query.margin) >=
         threshold;
}

// Plain.
int32_t CoarseDotOf(const ScatteredRows& coarse, int32_t row,
                    const CoarseQuery& query) {
  const int8_t* const values =
      coarse.values + static_cast<size_t>(row) * coarse.stride;
  int32_t sum = 0;
  for (size_t i = 0; i < coarse.stride; ++i) {
    sum += values[i] * query.values[i];
  }
  return sum;
}

#if HWY_TARGET == HWY_SCALAR

constexpr size_t kScatteredAtOnce = 1;

void CoarseDotsOf(const ScatteredRows& coarse, const int32_t* rows,
                  const CoarseQuery& query, int32_t* products) {
  *products = CoarseDotOf(coarse, *rows, query);
}

// Plain loops, which the compiler knows how to spread over lanes.
size_t FindPossible(const CoarseRows& coarse, const CoarseQuery& query,
                    float threshold, int32_t* rows) {
  constexpr size_t kRows = CoarseRows::kBlockRows;
  int32_t* end = rows;
  const int8_t* values = coarse.values;
  for (size_t first = 0; first < coarse.num_blocks * kRows; first += kRows) {
    int32_t sums[kRows] = {};
    for (size_t pair = 0; pair < coarse.num_pairs;
         ++pair, values += 2 * kRows) {
      for (size_t row = 0; row < kRows; ++row) {
        sums[row] += values[2 * row] * query.values[2 * pair] +
                     values[2 * row + 1] * query.values[2 * pair + 1];
      }
    }
    for (size_t row = 0; row < kRows; ++row) {
      const float product = static_cast<float>(sums[row]);
      if (coarse.scales[first + row] * (product * query.scale + query.margin) >=
          threshold) {
        *end++ = static_cast<int32_t>(first + row);
      }
    }
  }
  return static_cast<size_t>(end - rows);
}

#else

// As many rows as the sums have lanes, so that those of all can be taken across
// lanes together.
constexpr size_t kScatteredAtOnce = ScatteredRows::kStrideUnit / 2;

HWY_INLINE void CoarseDotsOf(const ScatteredRows& coarse,
                             const int32_t* HWY_RESTRICT rows,
                             const CoarseQuery& query,
                             int32_t* HWY_RESTRICT products) {
  const hn::CappedTag<int16_t, ScatteredRows::kStrideUnit> tag16;
  const hn::Rebind<int8_t, decltype(tag16)> tag8;
  const hn::RepartitionToWide<decltype(tag16)> tag;
  constexpr size_t kLanes = hn::MaxLanes(tag);
  static_assert(kScatteredAtOnce % kLanes == 0);
  hn::Vec<decltype(tag)> sums[kLanes];
  for (size_t first = 0; first < kScatteredAtOnce; first += kLanes) {
    HWY_UNROLL(16)
    for (size_t i = 0; i < kLanes; ++i) {
      const int8_t* const values =
          coarse.values + static_cast<size_t>(rows[first + i]) * coarse.stride;
      auto sum = hn::Zero(tag);
      auto other_sum = hn::Zero(tag);
      for (size_t at = 0; at < coarse.stride; at += 2 * kLanes) {
        sum = hn::ReorderWidenMulAccumulate(
            tag, hn::PromoteTo(tag16, hn::LoadU(tag8, values + at)),
            hn::LoadU(tag16, query.values + at), sum, other_sum);
      }
      sums[i] = hn::Add(sum, other_sum);
    }
    // Each round adds neighbours and puts two vectors into one, until lane i
    // is row i.
    for (size_t count = kLanes; count > 1; count /= 2) {
      for (size_t i = 0; i < count / 2; ++i) {
        const auto low = sums[2 * i];
        const auto high = sums[2 * i + 1];
        sums[i] = hn::Add(hn::ConcatEven(tag, high, low),
                          hn::ConcatOdd(tag, high, low));
      }
    }
    hn::StoreU(sums[0], tag, products + first);
  }
}

// One vector of a block's rows: its products with the query.
template <class Tag>
HWY_INLINE hn::Vec<Tag> CoarseDots(Tag tag, const int8_t* HWY_RESTRICT values,
                                   const CoarseQuery& query, size_t num_pairs) {
  const hn::Repartition<int16_t, Tag> tag16;
  const hn::Rebind<int8_t, decltype(tag16)> tag8;
  constexpr size_t kPairBytes = 2 * CoarseRows::kBlockRows;
  auto sum = hn::Zero(tag);
  auto other_sum = hn::Zero(tag);
  for (size_t pair = 0; pair < num_pairs; ++pair) {
    int32_t both;
    std::memcpy(&both, query.values + 2 * pair, sizeof(both));
    const auto row =
        hn::PromoteTo(tag16, hn::LoadU(tag8, values + pair * kPairBytes));
    sum = hn::ReorderWidenMulAccumulate(
        tag, row, hn::BitCast(tag16, hn::Set(tag, both)), sum, other_sum);
  }
  return hn::RearrangeToOddPlusEven(sum, other_sum);
}

size_t FindPossible(const CoarseRows& coarse, const CoarseQuery& query,
                    float threshold, int32_t* rows) {
  constexpr size_t kRows = CoarseRows::kBlockRows;
  const hn::CappedTag<float, kRows> tag;
  const hn::Rebind<int32_t, decltype(tag)> tag32;
  const size_t num_lanes = hn::Lanes(tag);
  const auto scale = hn::Set(tag, query.scale);
  const auto margin = hn::Set(tag, query.margin);
  const auto least = hn::Set(tag, threshold);
  const size_t block_bytes = coarse.num_pairs * 2 * kRows;
  int32_t* end = rows;
  for (size_t block = 0; block < coarse.num_blocks; ++block) {
    const int8_t* const values = coarse.values + block * block_bytes;
    for (size_t i = 0; i < block_bytes; i += kBytesPerLine) {
      __builtin_prefetch(values + i + kBytesAhead);
    }
    for (size_t row = 0; row < kRows; row += num_lanes) {
      const size_t first = block * kRows + row;
      const auto dots = hn::ConvertTo(
          tag, CoarseDots(tag32, values + 2 * row, query, coarse.num_pairs));
      const auto bounds = hn::Mul(hn::LoadU(tag, coarse.scales + first),
                                  hn::MulAdd(dots, scale, margin));
      const auto is_possible = hn::Ge(bounds, least);
      if (HWY_LIKELY(hn::AllFalse(tag, is_possible))) continue;
      uint8_t bits[8] = {};
      hn::StoreMaskBits(tag, is_possible, bits);
      for (size_t lane = 0; lane < num_lanes; ++lane) {
        if ((bits[lane / 8] >> (lane % 8) & 1) == 0) continue;
        *end++ = static_cast<int32_t>(first + lane);
      }
    }
  }
  return static_cast<size_t>(end - rows);
}

#endif  // HWY_TARGET == HWY_SCALAR

size_t FindPossibleAt(const ScatteredRows& coarse,
                      absl::Span<const int32_t> rows, const CoarseQuery& query,
                      float threshold, int32_t* positions) {
  int32_t* end = positions;
  int32_t products[kScatteredAtOnce];
  const auto keep = [&](size_t i, int32_t product) {
    if (IsPossible(coarse, rows[i], product, query, threshold)) {
      *end++ = static_cast<int32_t>(i);
    }
  };
  size_t first = 0;
  for (; first + kScatteredAtOnce <= rows.size(); first += kScatteredAtOnce) {
    const size_t ahead =
        std::min(first + kScatteredAtOnce + kRowsAhead, rows.size());
    for (size_t i = first + kRowsAhead; i < ahead; ++i) {
      AskForRow(coarse, rows[i]);
    }
    CoarseDotsOf(coarse, rows.data() + first, query, products);
    for (size_t i = 0; i < kScatteredAtOnce; ++i) {
      keep(first + i, products[i]);
    }
  }
  for (; first < rows.size(); ++first) {
    keep(first, CoarseDotOf(coarse, rows[first], query));
  }
  return static_cast<size_t>(end - positions);
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace evenlight
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace evenlight {

HWY_EXPORT(ScoreRows);
HWY_EXPORT(ScoreRowsAt);
HWY_EXPORT(FindHits);
HWY_EXPORT(FindPossible);
HWY_EXPORT(FindPossibleAt);

void ScoreRows(const RowBlock& block, const float* query, float* scores) {
  HWY_DYNAMIC_DISPATCH(ScoreRows)(block, query, scores);
}

void ScoreRowsAt(absl::Span<const float* const> rows,
                 absl::Span<const float> query, float* scores) {
  HWY_DYNAMIC_DISPATCH(ScoreRowsAt)(rows, query, scores);
}

size_t FindHits(const RowBlock& block, const QueryPanel& panel, RowHit* hits) {
  return HWY_DYNAMIC_DISPATCH(FindHits)(block, panel, hits);
}

size_t FindPossible(const CoarseRows& coarse, const CoarseQuery& query,
                    float threshold, int32_t* rows) {
  return HWY_DYNAMIC_DISPATCH(FindPossible)(coarse, query, threshold, rows);
}

size_t FindPossibleAt(const ScatteredRows& coarse,
                      absl::Span<const int32_t> rows, const CoarseQuery& query,
                      float threshold, int32_t* positions) {
  return HWY_DYNAMIC_DISPATCH(FindPossibleAt)(coarse, rows, query, threshold,
                                              positions);
}

}  // namespace evenlight
#endif  // HWY_ONCE
