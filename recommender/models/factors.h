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
struct ResourceFactors {
  FactorMatrix factors;  // [num_resources x num_factors]
  Eigen::MatrixXf gram;  // [num_factors x num_factors] = factors^T * factors
  float unobserved_weight = 0;  // w >= 0: pull of unseen pairs towards 0.
  float regularization = 0;     // lambda > 0, per interaction; see FoldIn().
};

// One resource the learner engaged with, and how strongly.
struct Engagement {
  ResourceRow resource = ResourceRow::kNone;
  float weight = 1;  // > 0; 1 is one ordinary engagement.
};

// Returns the factors u [num_factors] of a learner with the given history, the
// minimizer of
//
//   sum_i c_i (1 - <u, v_i>)^2  +  w u^T G u  +  lambda (n + w |I|) |u|^2,
//
// where v_i, G, w and lambda are those of `resources`, n is the length of the
// history and |I| the number of resources. One row update of iALS: Hu, Koren &
// Volinsky (ICDM 2008), eq. 4, in the parametrisation of Rendle, Krichene,
// Zhang & Koren (RecSys 2022) with nu = 1.
//
// An empty history gives zeros. O(n d^2 + d^3) for d factors.
//
// OUT_OF_RANGE: a resource is not a row of `resources`.
// INVALID_ARGUMENT: a weight is not positive and finite.
absl::StatusOr<Eigen::VectorXf> FoldIn(const ResourceFactors& resources,
                                       absl::Span<const Engagement> history);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_MODELS_FACTORS_H_
