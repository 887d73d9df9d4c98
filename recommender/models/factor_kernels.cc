#include "recommender/models/factor_kernels.h"

#include <algorithm>
#include <cstring>

// Arrays of vectors need a size known at compile time.
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "recommender/models/factor_kernels.cc"
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

// AVX-512 has 32 vector registers, its elders 16: how wide a row may be to stay
// in them, and how wide a tile of a matrix product.
constexpr int kRegisterVectors = kLanes == 16 ? 8 : 4;
constexpr int kTileVectors = kLanes == 16 ? 4 : 2;

// How many entries ahead a row of factors is asked for: far enough for DRAM.
constexpr size_t kPrefetchAhead = 48;

// Rows are taken by fours; a block is filled up with rows of zeros.
constexpr int64_t kGroup = 4;

float Dot(const float* a, const float* b, int padded) {
  Vector sum = hn::Zero(kFloats);
  for (int k = 0; k < padded; k += kLanes) {
    sum = hn::MulAdd(hn::Load(kFloats, a + k), hn::Load(kFloats, b + k), sum);
  }
  return hn::GetLane(hn::SumOfLanes(kFloats, sum));
}

#if HWY_TARGET == HWY_SCALAR

// For machines without vectors of four: as it is written.
template <bool kResidual>
float Pass(const float* block, const float* weights, int64_t num_rows,
           int padded, const float* v, float* out) {
  float loss = 0;
  for (int64_t row = 0; row < num_rows; ++row) {
    const float* const factors = block + row * padded;
    const float dot = Dot(factors, v, padded);
    const float coefficient = weights[row] * (kResidual ? 1 - dot : dot);
    if (kResidual) loss += coefficient * (1 - dot);
    for (int k = 0; k < padded; ++k) out[k] += coefficient * factors[k];
  }
  return loss;
}

#else

// In every block of four lanes: the sums over all lanes of a, b, c and d.
HWY_INLINE Vector SumsOfFour(Vector a, Vector b, Vector c, Vector d) {
  const hn::Repartition<uint64_t, Floats> kPairs;
  const auto ab = hn::Add(hn::InterleaveLower(kFloats, a, b),
                          hn::InterleaveUpper(kFloats, a, b));
  const auto cd = hn::Add(hn::InterleaveLower(kFloats, c, d),
                          hn::InterleaveUpper(kFloats, c, d));
  const auto ab_pairs = hn::BitCast(kPairs, ab);
  const auto cd_pairs = hn::BitCast(kPairs, cd);
  Vector sums = hn::Add(
      hn::BitCast(kFloats, hn::InterleaveLower(kPairs, ab_pairs, cd_pairs)),
      hn::BitCast(kFloats, hn::InterleaveUpper(kPairs, ab_pairs, cd_pairs)));
  if constexpr (kLanes == 16) {
    sums = hn::Add(sums, hn::ReverseBlocks(kFloats, sums));
  }
  if constexpr (kLanes >= 8) sums = hn::Add(sums, hn::SwapAdjacentBlocks(sums));
  return sums;
}

// What one group adds: its coefficients c (target - <row, v>), target 0 or 1,
// and their part of the loss.
template <bool kResidual>
HWY_INLINE Vector Coefficients(const float* weights, Vector dots,
                               Vector& loss) {
  const Vector weight = hn::LoadDup128(kFloats, weights);
  if constexpr (!kResidual) return hn::Mul(weight, dots);
  const Vector miss = hn::Sub(hn::Set(kFloats, 1.0f), dots);
  const Vector coefficients = hn::Mul(weight, miss);
  loss = hn::MulAdd(coefficients, miss, loss);
  return coefficients;
}

// out += sum_j coefficient_j row_j over the block, with `v` and `out` in
// registers. Returns sum_j c_j (1 - <row_j, v>)^2 if kResidual.
template <bool kResidual, int kVectors>
float PassInRegisters(const float* block, const float* weights,
                      int64_t num_rows, const float* v, float* out) {
  constexpr int kPadded = kVectors * kLanes;
  Vector in[kVectors];
  Vector sum[kVectors];
#pragma GCC unroll 8
  for (int k = 0; k < kVectors; ++k) {
    in[k] = hn::Load(kFloats, v + k * kLanes);
    sum[k] = hn::Load(kFloats, out + k * kLanes);
  }
  Vector loss = hn::Zero(kFloats);
  for (int64_t row = 0; row < num_rows; row += kGroup) {
    const float* const a = block + row * kPadded;
    const float* const b = a + kPadded;
    const float* const c = b + kPadded;
    const float* const d = c + kPadded;
    Vector dot_a = hn::Mul(hn::Load(kFloats, a), in[0]);
    Vector dot_b = hn::Mul(hn::Load(kFloats, b), in[0]);
    Vector dot_c = hn::Mul(hn::Load(kFloats, c), in[0]);
    Vector dot_d = hn::Mul(hn::Load(kFloats, d), in[0]);
#pragma GCC unroll 8
    for (int k = 1; k < kVectors; ++k) {
      dot_a = hn::MulAdd(hn::Load(kFloats, a + k * kLanes), in[k], dot_a);
      dot_b = hn::MulAdd(hn::Load(kFloats, b + k * kLanes), in[k], dot_b);
      dot_c = hn::MulAdd(hn::Load(kFloats, c + k * kLanes), in[k], dot_c);
      dot_d = hn::MulAdd(hn::Load(kFloats, d + k * kLanes), in[k], dot_d);
    }
    const Vector coefficients = Coefficients<kResidual>(
        weights + row, SumsOfFour(dot_a, dot_b, dot_c, dot_d), loss);
    const Vector of_a = hn::Broadcast<0>(coefficients);
    const Vector of_b = hn::Broadcast<1>(coefficients);
    const Vector of_c = hn::Broadcast<2>(coefficients);
    const Vector of_d = hn::Broadcast<3>(coefficients);
#pragma GCC unroll 8
    for (int k = 0; k < kVectors; ++k) {
      sum[k] = hn::MulAdd(hn::Load(kFloats, a + k * kLanes), of_a, sum[k]);
      sum[k] = hn::MulAdd(hn::Load(kFloats, b + k * kLanes), of_b, sum[k]);
      sum[k] = hn::MulAdd(hn::Load(kFloats, c + k * kLanes), of_c, sum[k]);
      sum[k] = hn::MulAdd(hn::Load(kFloats, d + k * kLanes), of_d, sum[k]);
    }
  }
#pragma GCC unroll 8
  for (int k = 0; k < kVectors; ++k) {
    hn::Store(sum[k], kFloats, out + k * kLanes);
  }
  return hn::GetLane(hn::SumOfLanes(kFloats, loss)) * 4 / kLanes;
}

// The same for rows that are too wide for the registers.
template <bool kResidual>
float PassInMemory(const float* block, const float* weights, int64_t num_rows,
                   int padded, const float* v, float* out) {
  Vector loss = hn::Zero(kFloats);
  for (int64_t row = 0; row < num_rows; row += kGroup) {
    const float* const a = block + row * padded;
    const float* const b = a + padded;
    const float* const c = b + padded;
    const float* const d = c + padded;
    Vector dot_a = hn::Zero(kFloats);
    Vector dot_b = dot_a;
    Vector dot_c = dot_a;
    Vector dot_d = dot_a;
#pragma GCC unroll 4
    for (int k = 0; k < padded; k += kLanes) {
      const Vector in = hn::Load(kFloats, v + k);
      dot_a = hn::MulAdd(hn::Load(kFloats, a + k), in, dot_a);
      dot_b = hn::MulAdd(hn::Load(kFloats, b + k), in, dot_b);
      dot_c = hn::MulAdd(hn::Load(kFloats, c + k), in, dot_c);
      dot_d = hn::MulAdd(hn::Load(kFloats, d + k), in, dot_d);
    }
    const Vector coefficients = Coefficients<kResidual>(
        weights + row, SumsOfFour(dot_a, dot_b, dot_c, dot_d), loss);
    const Vector of_a = hn::Broadcast<0>(coefficients);
    const Vector of_b = hn::Broadcast<1>(coefficients);
    const Vector of_c = hn::Broadcast<2>(coefficients);
    const Vector of_d = hn::Broadcast<3>(coefficients);
#pragma GCC unroll 4
    for (int k = 0; k < padded; k += kLanes) {
      Vector sum = hn::Load(kFloats, out + k);
      sum = hn::MulAdd(hn::Load(kFloats, a + k), of_a, sum);
      sum = hn::MulAdd(hn::Load(kFloats, b + k), of_b, sum);
      sum = hn::MulAdd(hn::Load(kFloats, c + k), of_c, sum);
      sum = hn::MulAdd(hn::Load(kFloats, d + k), of_d, sum);
      hn::Store(sum, kFloats, out + k);
    }
  }
  return hn::GetLane(hn::SumOfLanes(kFloats, loss)) * 4 / kLanes;
}

template <bool kResidual>
float Pass(const float* block, const float* weights, int64_t num_rows,
           int padded, const float* v, float* out) {
  const int num_vectors = padded / kLanes;
  if (num_vectors == 1) {
    return PassInRegisters<kResidual, 1>(block, weights, num_rows, v, out);
  }
  if (num_vectors == 2) {
    return PassInRegisters<kResidual, 2>(block, weights, num_rows, v, out);
  }
  if (num_vectors == 4) {
    return PassInRegisters<kResidual, 4>(block, weights, num_rows, v, out);
  }
  if constexpr (kRegisterVectors >= 8) {
    if (num_vectors == 6) {
      return PassInRegisters<kResidual, 6>(block, weights, num_rows, v, out);
    }
    if (num_vectors == 8) {
      return PassInRegisters<kResidual, 8>(block, weights, num_rows, v, out);
    }
  }
  return PassInMemory<kResidual>(block, weights, num_rows, padded, v, out);
}

#endif  // HWY_TARGET == HWY_SCALAR

// One row's system: the gathered block and the vectors of the iteration.
class RowSolver {
 public:
  RowSolver(const SpectralSystem& system, const SpectralRow& row,
            float* scratch)
      : system_(system),
        row_(row),
        padded_(PaddedFactors(system.num_factors)),
        num_at_once_(
            std::min(RowsAtOnce(padded_),
                     (static_cast<int64_t>(row.entries.size()) + 3) / 4 * 4)) {
    diagonal_ = scratch;
    inverse_ = diagonal_ + padded_;
    residual_ = inverse_ + padded_;
    direction_ = residual_ + padded_;
    product_ = direction_ + padded_;
    block_ = product_ + padded_;
    weights_ = block_ + num_at_once_ * padded_;
  }

  RowLoss Solve() {
    const float penalty = row_.penalty;
    float* const x = row_.factors;
    const double fit = Start();
    RowLoss loss;
    loss.before = fit + dense_before_;
    float rz = dense_rz_;
    for (int step = 0; step < system_.num_steps && rz > 1e-20f; ++step) {
      for (int k = 0; k < padded_; k += kLanes) {
        hn::Store(hn::Mul(hn::Load(kFloats, diagonal_ + k),
                          hn::Load(kFloats, direction_ + k)),
                  kFloats, product_ + k);
      }
      AddProducts<false>(direction_, product_);
      const float curvature = Dot(direction_, product_, padded_);
      const Vector alpha = hn::Set(kFloats, rz / curvature);
      Vector next = hn::Zero(kFloats);
      for (int k = 0; k < padded_; k += kLanes) {
        const Vector r = hn::NegMulAdd(alpha, hn::Load(kFloats, product_ + k),
                                       hn::Load(kFloats, residual_ + k));
        hn::Store(hn::MulAdd(alpha, hn::Load(kFloats, direction_ + k),
                             hn::Load(kFloats, x + k)),
                  kFloats, x + k);
        hn::Store(r, kFloats, residual_ + k);
        const Vector z = hn::Mul(r, hn::Load(kFloats, inverse_ + k));
        next = hn::MulAdd(r, z, next);
      }
      const float next_rz = hn::GetLane(hn::SumOfLanes(kFloats, next));
      const Vector beta = hn::Set(kFloats, next_rz / rz);
      rz = next_rz;
      for (int k = 0; k < padded_; k += kLanes) {
        const Vector z = hn::Mul(hn::Load(kFloats, residual_ + k),
                                 hn::Load(kFloats, inverse_ + k));
        hn::Store(hn::MulAdd(beta, hn::Load(kFloats, direction_ + k), z),
                  kFloats, direction_ + k);
      }
    }
    loss.penalty_after = double{penalty} * Dot(x, x, padded_);
    return loss;
  }

 private:
  // The residual b - A x at the start, its preconditioned direction, and the
  // objective without the fit. Returns the fit.
  double Start() {
    const float* const x = row_.factors;
    const Vector penalty = hn::Set(kFloats, row_.penalty);
    Vector dense = hn::Zero(kFloats);
    for (int k = 0; k < padded_; k += kLanes) {
      const Vector spectrum = hn::Load(kFloats, system_.dense + k);
      const Vector diagonal = hn::Add(spectrum, penalty);
      const Vector value = hn::Load(kFloats, x + k);
      Vector away = value;
      if (row_.prior != nullptr) {
        away = hn::Sub(value, hn::Load(kFloats, row_.prior + k));
      }
      const Vector pull = hn::MulAdd(penalty, away, hn::Mul(spectrum, value));
      dense = hn::MulAdd(hn::Mul(penalty, away), away, dense);
      dense = hn::MulAdd(hn::Mul(spectrum, value), value, dense);
      hn::Store(diagonal, kFloats, diagonal_ + k);
      hn::Store(hn::Div(hn::Set(kFloats, 1.0f), diagonal), kFloats,
                inverse_ + k);
      hn::Store(hn::Neg(pull), kFloats, residual_ + k);
    }
    dense_before_ = hn::GetLane(hn::SumOfLanes(kFloats, dense));
    if (static_cast<int64_t>(row_.entries.size()) <= num_at_once_) {
      Gather(0, static_cast<int64_t>(row_.entries.size()));
    }
    const double fit = AddProducts<true>(x, residual_);
    Vector rz = hn::Zero(kFloats);
    for (int k = 0; k < padded_; k += kLanes) {
      const Vector r = hn::Load(kFloats, residual_ + k);
      const Vector z = hn::Mul(r, hn::Load(kFloats, inverse_ + k));
      rz = hn::MulAdd(r, z, rz);
      hn::Store(z, kFloats, direction_ + k);
    }
    dense_rz_ = hn::GetLane(hn::SumOfLanes(kFloats, rz));
    return fit;
  }

  template <bool kResidual>
  double AddProducts(const float* v, float* out) {
    const auto size = static_cast<int64_t>(row_.entries.size());
    if (size <= num_at_once_) {
      return Pass<kResidual>(block_, weights_, (size + 3) / 4 * 4, padded_, v,
                             out);
    }
    double fit = 0;
    for (int64_t begin = 0; begin < size; begin += num_at_once_) {
      const int64_t count = std::min(num_at_once_, size - begin);
      Gather(begin, count);
      fit += Pass<kResidual>(block_, weights_, (count + 3) / 4 * 4, padded_, v,
                             out);
    }
    return fit;
  }

  // Copies the fixed rows of some entries side by side.
  void Gather(int64_t begin, int64_t count) {
    const Engagement* const entries = row_.entries.data() + begin;
    const size_t left = row_.entries.size() - static_cast<size_t>(begin);
    const auto num_rows = static_cast<size_t>(count);
    for (size_t row = 0; row < num_rows; ++row) {
      // The next row's entries mostly follow these in memory, but need not.
      if (row + kPrefetchAhead < left) {
        Prefetch(ToInt(entries[row + kPrefetchAhead].resource));
      }
      CopyRow(ToInt(entries[row].resource),
              block_ + static_cast<int64_t>(row) * padded_);
      weights_[row] = entries[row].weight;
    }
    for (int64_t row = count; row % kGroup != 0; ++row) {
      std::fill_n(block_ + row * padded_, padded_, 0.0f);
      weights_[row] = 0;
    }
  }

  void Prefetch(int32_t row) const {
    constexpr int kLineBytes = 64;
    const char* address;
    int64_t bytes = padded_;
    if (system_.fixed_half != nullptr) {
      address = reinterpret_cast<const char*>(system_.fixed_half +
                                              int64_t{row} * padded_);
      bytes *= 2;
    } else {
      address = reinterpret_cast<const char*>(system_.fixed +
                                              row * system_.fixed_stride);
      bytes *= 4;
    }
    for (int64_t at = 0; at < bytes; at += kLineBytes) {
      __builtin_prefetch(address + at, 0, 2);
    }
  }

  void CopyRow(int32_t row, float* to) const {
    if (system_.fixed_half != nullptr) {
      const hn::Rebind<hwy::float16_t, Floats> halves;
      const auto* const from = reinterpret_cast<const hwy::float16_t*>(
          system_.fixed_half + int64_t{row} * padded_);
      for (int k = 0; k < padded_; k += kLanes) {
        hn::Store(hn::PromoteTo(kFloats, hn::Load(halves, from + k)), kFloats,
                  to + k);
      }
      return;
    }
    const float* const from = system_.fixed + row * system_.fixed_stride;
    if (system_.num_factors == padded_) {
      for (int k = 0; k < padded_; k += kLanes) {
        hn::Store(hn::LoadU(kFloats, from + k), kFloats, to + k);
      }
      return;
    }
    std::memcpy(to, from, sizeof(float) * system_.num_factors);
    std::fill(to + system_.num_factors, to + padded_, 0.0f);
  }

  const SpectralSystem& system_;
  const SpectralRow& row_;
  const int padded_;
  const int64_t num_at_once_;
  // In the scratch.
  float* diagonal_;
  float* inverse_;
  float* residual_;
  float* direction_;
  float* product_;
  float* block_;
  float* weights_;
  double dense_before_ = 0;
  float dense_rz_ = 0;
};

RowLoss Solve(const SpectralSystem& system, const SpectralRow& row,
              float* scratch) {
  return RowSolver(system, row, scratch).Solve();
}

// Four rows of a times kVectors columns of b, over `depth`: the tile that both
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
      hn::Store(sum[r][v], kFloats, out + r * out_row + v * kLanes);
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

void Halve(const float* values, int64_t count, uint16_t* halves) {
  const hn::Rebind<hwy::float16_t, Floats> kHalves;
  auto* const to = reinterpret_cast<hwy::float16_t*>(halves);
  for (int64_t k = 0; k < count; k += kLanes) {
    hn::Store(hn::DemoteTo(kHalves, hn::Load(kFloats, values + k)), kHalves,
              to + k);
  }
}

const char* Target() { return hwy::TargetName(HWY_TARGET); }

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace evenlight
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace evenlight {

HWY_EXPORT(Solve);
HWY_EXPORT(Gram);
HWY_EXPORT(Rotate);
HWY_EXPORT(Halve);
HWY_EXPORT(Target);

const char* VectorTarget() { return HWY_DYNAMIC_DISPATCH(Target)(); }

int64_t FactorScratchFloats(int num_factors, int64_t max_entries) {
  const int padded = PaddedFactors(num_factors);
  const int64_t num_rows =
      std::min(RowsAtOnce(padded), (max_entries + 3) / 4 * 4);
  return 5 * padded + num_rows * (padded + 1) + 16;
}

RowLoss SolveRow(const SpectralSystem& system, const SpectralRow& row,
                 float* scratch) {
  return HWY_DYNAMIC_DISPATCH(Solve)(system, row, scratch);
}

void AddGram(const float* rows, int64_t num_rows, int padded, float* gram) {
  HWY_DYNAMIC_DISPATCH(Gram)(rows, num_rows, padded, gram);
}

void RotateRows(float* rows, int64_t num_rows, int padded,
                const float* rotation, float* scratch) {
  HWY_DYNAMIC_DISPATCH(Rotate)(rows, num_rows, padded, rotation, scratch);
}

void ToHalf(const float* values, int64_t count, uint16_t* halves) {
  HWY_DYNAMIC_DISPATCH(Halve)(values, count, halves);
}

}  // namespace evenlight
#endif  // HWY_ONCE
