// Latent factors of resources, and how a learner's factors follow from them.

#ifndef EVENLIGHT_RECOMMENDER_MODELS_FACTORS_H_
#define EVENLIGHT_RECOMMENDER_MODELS_FACTORS_H_

#include <Eigen/Core>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "core/ids.h"

namespace evenlight {

// Row-major, so that the factors of one resource are contiguous.
using FactorMatrix =
    Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

// The resource side of a trained implicit-feedback factorisation. Immutable.
//
// All members are of one generation and never mixed: the factors stand in the
// eigenbasis of their own Gram matrix, where G = diag(spectrum). A rotation of
// learners and resources alike changes no score, so any factors may be brought
// there; see ToEigenbasis().
struct ResourceFactors {
  FactorMatrix factors;      // [num_resources x num_factors]
  Eigen::VectorXf spectrum;  // [num_factors], >= 0: the squared column norms.
  float unobserved_weight = 0;  // w >= 0: pull of unseen pairs towards 0.
  float regularization = 0;     // lambda > 0; see FoldIn().
  float exponent = 1;           // nu in [0, 1]; see FoldIn().
};

// One resource the learner engaged with, and how strongly.
struct Engagement {
  ResourceRow resource = ResourceRow::kNone;
  float weight = 1;  // > 0; 1 is one ordinary engagement.
};

// factors = factors * rotation [num_factors x num_factors], in place, with room
// for some rows only.
void Rotate(const Eigen::MatrixXf& rotation, FactorMatrix& factors);

// Rotates `resources.factors` into the eigenbasis of their Gram matrix and sets
// `spectrum`. Returns the rotation Q [num_factors x num_factors]: new = old Q,
// also for whatever else stood in the old basis. O(n d^2 + d^3).
Eigen::MatrixXf ToEigenbasis(ResourceFactors& resources);

// Returns the factors u [num_factors] of a learner with the given history, the
// minimizer of
//
//   sum_i c_i (1 - <u, v_i>)^2  +  w u^T G u  +  lambda (n + w |I|)^nu |u|^2,
//
// where v_i, G = diag(spectrum), w, lambda and nu are those of `resources`,
// n = sum_i c_i, and |I| is the number of resources. One row update of iALS:
// Hu, Koren & Volinsky (ICDM 2008), eq. 4, in the parametrisation of Rendle,
// Krichene, Zhang & Koren (RecSys 2022).
//
// Eight steps of conjugate gradient from zero, preconditioned by the exact
// inverse of the part that is dense, which the eigenbasis makes diagonal: as
// good as exact where it counts, and O(n d) instead of O(n d^2 + d^3). An empty
// history gives zeros.
//
// OUT_OF_RANGE: a resource is not a row of `resources`.
// INVALID_ARGUMENT: a weight is not positive and finite.
absl::StatusOr<Eigen::VectorXf> FoldIn(const ResourceFactors& resources,
                                       absl::Span<const Engagement> history);

// The same minimizer by Cholesky, exactly: what the tests hold FoldIn() and the
// trainer to. `gram` [num_factors x num_factors] is that of the factors, which
// may stand in any basis; `spectrum` is not read.
absl::StatusOr<Eigen::VectorXf> FoldInExactly(
    const ResourceFactors& resources, const Eigen::MatrixXf& gram,
    absl::Span<const Engagement> history);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_MODELS_FACTORS_H_
