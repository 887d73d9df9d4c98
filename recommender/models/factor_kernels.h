// The inner loops that solve rows of the factorisation, compiled for several
// vector targets (Google Highway); the best one of this machine is chosen at
// run time. Those of its matrix products are in matrix_kernels.h.

#ifndef EVENLIGHT_RECOMMENDER_MODELS_FACTOR_KERNELS_H_
#define EVENLIGHT_RECOMMENDER_MODELS_FACTOR_KERNELS_H_

#include <cstddef>
#include <cstdint>

#include "absl/types/span.h"
#include "recommender/models/factors.h"
#include "recommender/models/matrix_kernels.h"

namespace evenlight {

// The vector target in use, for example "AVX3" or "AVX2". Fixed for a process,
// unless a test changes it.
const char* VectorTarget();

// Rows of factors that FactorScratchFloats() has room for at once; a longer
// history is gathered again for each pass.
constexpr int64_t RowsAtOnce(int padded) {
  return (int64_t{1} << 18) / padded / 4 * 4;
}

// One side of the factorisation, fixed, in the eigenbasis of its Gram matrix:
// what all row systems of the other side share. Pointers outlive its use.
struct SpectralSystem {
  int num_factors = 0;
  // Row r starts at fixed + r * fixed_stride; fixed_stride >= num_factors.
  const float* fixed = nullptr;
  int64_t fixed_stride = 0;
  // The same in half precision, of stride PaddedFactors(); or null.
  const uint16_t* fixed_half = nullptr;
  const float* dense =
      nullptr;  // w * spectrum. [PaddedFactors()], zero-padded.
  int num_steps = 2;
};

// One row of the other side.
struct SpectralRow {
  absl::Span<const Engagement> entries;  // Rows of `fixed`, weights > 0.
  float penalty = 0;                     // lambda (n + w |fixed|)^nu > 0.
  const float* prior = nullptr;          // [PaddedFactors()]; or null: 0.
  float* factors = nullptr;  // [PaddedFactors()]: from here, to the result.
};

// Of a row's objective: fit + dense part + penalty before, and what the penalty
// alone is after.
struct RowLoss {
  double before = 0;
  double penalty_after = 0;
};

// Floats that SolveRow() needs beside, 64-byte aligned, for rows of up to
// `max_entries`.
int64_t FactorScratchFloats(int num_factors, int64_t max_entries);

// Takes `system.num_steps` steps of conjugate gradient towards the minimizer x
// of
//   sum_j c_j (1 - <x, v_j>)^2 + sum_k dense_k x_k^2 + penalty |x - prior|^2
//
// from row.factors, preconditioned by the inverse of diag(dense) + penalty. Two
// steps are as good as exact when started near; see docs/models.md.
RowLoss SolveRow(const SpectralSystem& system, const SpectralRow& row,
                 float* scratch);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_MODELS_FACTOR_KERNELS_H_
