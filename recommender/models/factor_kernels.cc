#include "recommender/models/factor_kernels.h"

#include <algorithm>
#include <cstring>

// Arrays of vectors need a size known at compile time.
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "recommender/models/factor_kernels.cc"
#include "hwy/foreach_target.h"  // Includes this file once per target.
#include "hwy/highway.h"
#include "recommender/models/factor_pass-inl.h"

HWY_BEFORE_NAMESPACE();
namespace evenlight {
namespace HWY_NAMESPACE {
namespace {

// How many entries ahead a row of factors is asked for: far enough for DRAM.
constexpr size_t kPrefetchAhead = 48;

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

const char* Target() { return hwy::TargetName(HWY_TARGET); }

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace evenlight
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace evenlight {

HWY_EXPORT(Solve);
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

}  // namespace evenlight
#endif  // HWY_ONCE
