#include "recommender/models/matrix_kernels.h"

#include <algorithm>
#include <cstring>

// Arrays of vectors need a size known at compile time.
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "recommender/models/matrix_kernels.cc"
#include "hwy/foreach_target.h"  // Includes this file once per target.
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace evenlight {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

using Floats = hn::ScalableTag<float>;
using Vector = hn::Vec<Floats>;

constexpr Floats kFloats;
// At most 16, the unit of padding.
constexpr int kLanes = static_cast<int>(hn::MaxLanes(kFloats));
static_assert(kLanes <= 16);

// How wide a tile may be to stay in registers, of which AVX-512 has 32 and its
// elders 16.
constexpr int kTileVectors = kLanes == 16 ? 4 : 2;

// Four rows of a times kVectors columns of b, over `depth`: the tile that all
// matrix products are made of. a's element (r, k) is a[r * a_row + k * a_step].
template <int kVectors>
HWY_INLINE void Tile(const float* a, int64_t a_row, int64_t a_step,
                     const float* b, int64_t b_row, int64_t depth,
                     bool is_added, float* out, int64_t out_row) {
  Vector sum[4][kVectors];
#pragma GCC unroll 4
  for (int r = 0; r < 4; ++r) {
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v) {
      sum[r][v] = is_added ? hn::Load(kFloats, out + r * out_row + v * kLanes)
                           : hn::Zero(kFloats);
    }
  }
  for (int64_t k = 0; k < depth; ++k) {
    Vector columns[kVectors];
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v) {
      columns[v] = hn::Load(kFloats, b + k * b_row + v * kLanes);
    }
#pragma GCC unroll 4
    for (int r = 0; r < 4; ++r) {
      const Vector value = hn::Set(kFloats, a[r * a_row + k * a_step]);
#pragma GCC unroll 4
      for (int v = 0; v < kVectors; ++v) {
        sum[r][v] = hn::MulAdd(value, columns[v], sum[r][v]);
      }
    }
  }
#pragma GCC unroll 4
  for (int r = 0; r < 4; ++r) {
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v) {
      // Scores are not padded; of aligned rows it costs no more.
      hn::StoreU(sum[r][v], kFloats, out + r * out_row + v * kLanes);
    }
  }
}

void Gram(const float* rows, int64_t num_rows, int padded, float* gram) {
  // A block of rows that stays in the second-level cache over all tiles.
  const int64_t at_once = std::max<int64_t>(4, (1 << 16) / padded);
  constexpr int kWide = kTileVectors * kLanes;
  for (int64_t begin = 0; begin < num_rows; begin += at_once) {
    const int64_t depth = std::min(at_once, num_rows - begin);
    const float* const block = rows + begin * padded;
    for (int i = 0; i < padded; i += 4) {
      int j = i / kLanes * kLanes;  // The first column that is not below.
      for (; j + kWide <= padded; j += kWide) {
        Tile<kTileVectors>(block + i, 1, padded, block + j, padded, depth, true,
                           gram + int64_t{i} * padded + j, padded);
      }
      for (; j < padded; j += kLanes) {
        Tile<1>(block + i, 1, padded, block + j, padded, depth, true,
                gram + int64_t{i} * padded + j, padded);
      }
    }
  }
}

void Rotate(float* rows, int64_t num_rows, int padded, const float* rotation,
            float* scratch) {
  constexpr int kWide = kTileVectors * kLanes;
  for (int64_t row = 0; row < num_rows; row += 4) {
    float* const four = rows + row * padded;
    int j = 0;
    for (; j + kWide <= padded; j += kWide) {
      Tile<kTileVectors>(four, padded, 1, rotation + j, padded, padded, false,
                         scratch + j, padded);
    }
    for (; j < padded; j += kLanes) {
      Tile<1>(four, padded, 1, rotation + j, padded, padded, false, scratch + j,
              padded);
    }
    std::memcpy(four, scratch, sizeof(float) * 4 * padded);
  }
}

void Multiply(const float* rows, int64_t num_rows, int num_factors,
              const float* panel, float* scores, int64_t stride) {
  constexpr int kWidth = static_cast<int>(kPanelWidth);
  constexpr int kWide = kTileVectors * kLanes;
  static_assert(kWidth % kWide == 0);
  for (int64_t row = 0; row < num_rows; row += 4) {
    for (int j = 0; j < kWidth; j += kWide) {
      Tile<kTileVectors>(rows + row * num_factors, num_factors, 1, panel + j,
                         kWidth, num_factors, false, scores + row * stride + j,
                         stride);
    }
  }
}

// kVectors vectors of rows times the vector: four sums each, as one would wait
// for itself.
template <int kVectors>
HWY_INLINE void AddRows(const float* HWY_RESTRICT matrix, int64_t num_rows,
                        int64_t num_columns, const float* HWY_RESTRICT vector,
                        float* HWY_RESTRICT out) {
  Vector sum[4][kVectors];
#pragma GCC unroll 4
  for (int part = 0; part < 4; ++part) {
#pragma GCC unroll 2
    for (int v = 0; v < kVectors; ++v) sum[part][v] = hn::Zero(kFloats);
  }
  const auto add = [&](int part, int64_t column) HWY_ATTR {
    const Vector value = hn::Set(kFloats, vector[column]);
    const float* const rows = matrix + column * num_rows;
#pragma GCC unroll 2
    for (int v = 0; v < kVectors; ++v) {
      sum[part][v] = hn::MulAdd(hn::LoadU(kFloats, rows + v * kLanes), value,
                                sum[part][v]);
    }
  };
  int64_t column = 0;
  for (; column + 4 <= num_columns; column += 4) {
#pragma GCC unroll 4
    for (int part = 0; part < 4; ++part) add(part, column + part);
  }
  for (; column < num_columns; ++column) add(0, column);
#pragma GCC unroll 2
  for (int v = 0; v < kVectors; ++v) {
    const Vector all =
        hn::Add(hn::Add(sum[0][v], sum[1][v]), hn::Add(sum[2][v], sum[3][v]));
    float* const to = out + v * kLanes;
    hn::StoreU(hn::Add(hn::LoadU(kFloats, to), all), kFloats, to);
  }
}

void Apply(const float* HWY_RESTRICT matrix, int64_t num_rows,
           int64_t num_columns, const float* HWY_RESTRICT vector,
           float* HWY_RESTRICT out) {
  int64_t row = 0;
  for (; row + 2 * kLanes <= num_rows; row += 2 * kLanes) {
    AddRows<2>(matrix + row, num_rows, num_columns, vector, out + row);
  }
  for (; row + kLanes <= num_rows; row += kLanes) {
    AddRows<1>(matrix + row, num_rows, num_columns, vector, out + row);
  }
  for (; row < num_rows; ++row) {
    for (int64_t column = 0; column < num_columns; ++column) {
      out[row] += matrix[column * num_rows + row] * vector[column];
    }
  }
}

void Halve(const float* values, int64_t count, uint16_t* halves) {
  const hn::Rebind<hwy::float16_t, Floats> kHalves;
  auto* const to = reinterpret_cast<hwy::float16_t*>(halves);
  for (int64_t k = 0; k < count; k += kLanes) {
    hn::Store(hn::DemoteTo(kHalves, hn::Load(kFloats, values + k)), kHalves,
              to + k);
  }
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace evenlight
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace evenlight {

HWY_EXPORT(Gram);
HWY_EXPORT(Rotate);
HWY_EXPORT(Multiply);
HWY_EXPORT(Apply);
HWY_EXPORT(Halve);

void AddGram(const float* rows, int64_t num_rows, int padded, float* gram) {
  HWY_DYNAMIC_DISPATCH(Gram)(rows, num_rows, padded, gram);
}

void RotateRows(float* rows, int64_t num_rows, int padded,
                const float* rotation, float* scratch) {
  HWY_DYNAMIC_DISPATCH(Rotate)(rows, num_rows, padded, rotation, scratch);
}

void ScorePanel(const float* rows, int64_t num_rows, int num_factors,
                const float* panel, float* scores, int64_t stride) {
  HWY_DYNAMIC_DISPATCH(Multiply)
  (rows, num_rows, num_factors, panel, scores, stride);
}

void AddProduct(const float* matrix, int64_t num_rows, int64_t num_columns,
                const float* vector, float* out) {
  HWY_DYNAMIC_DISPATCH(Apply)(matrix, num_rows, num_columns, vector, out);
}

void ToHalf(const float* values, int64_t count, uint16_t* halves) {
  HWY_DYNAMIC_DISPATCH(Halve)(values, count, halves);
}

}  // namespace evenlight
#endif  // HWY_ONCE
