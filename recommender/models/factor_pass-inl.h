// The one loop in which the factorisation spends its time: a pass over a block
// of gathered rows that takes their products with a vector and adds the rows up
// by them. A part of factor_kernels.cc, which includes it once per vector
// target.

#if defined(EVENLIGHT_RECOMMENDER_MODELS_FACTOR_PASS_INL_H_) == \
    defined(HWY_TARGET_TOGGLE)
#ifdef EVENLIGHT_RECOMMENDER_MODELS_FACTOR_PASS_INL_H_
#undef EVENLIGHT_RECOMMENDER_MODELS_FACTOR_PASS_INL_H_
#else
#define EVENLIGHT_RECOMMENDER_MODELS_FACTOR_PASS_INL_H_
#endif

#include <cstdint>

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
// in them.
constexpr int kRegisterVectors = kLanes == 16 ? 8 : 4;

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

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace evenlight
HWY_AFTER_NAMESPACE();

#endif  // EVENLIGHT_RECOMMENDER_MODELS_FACTOR_PASS_INL_H_
