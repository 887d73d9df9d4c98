// Factorises who engaged with what: implicit-feedback factorisation by
// conjugate gradient in the eigenbasis of the Gram matrix ("spectral PCG").
// als_trainer.h is the exact reference that tests compare it with.

#ifndef EVENLIGHT_RECOMMENDER_TRAINING_FACTOR_TRAINER_H_
#define EVENLIGHT_RECOMMENDER_TRAINING_FACTOR_TRAINER_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "recommender/models/factors.h"
#include "recommender/training/engagement_table.h"

namespace evenlight {

// What is known of resources before anybody used them: of row r, features
// features[begin[r] .. begin[r + 1]), each in [0, num_features()).
struct FeatureTable {
  // By feature: how many resources' worth of doubt it starts with, > 0. What
  // says little of most resources deserves more.
  std::vector<float> doubts;
  std::vector<int64_t> begin = {0};
  std::vector<int32_t> features;

  int32_t num_features() const { return static_cast<int32_t>(doubts.size()); }
  int64_t num_rows() const { return static_cast<int64_t>(begin.size()) - 1; }
  absl::Span<const int32_t> Of(int64_t row) const {
    return absl::MakeConstSpan(features).subspan(begin[row],
                                                 begin[row + 1] - begin[row]);
  }
};

struct TrainedFactors {
  ResourceFactors resources;
  FactorMatrix learners;  // [num_learners x num_factors], in the same basis.
  // With features: row f is what feature f adds to the factors of a resource
  // that nobody has met yet. [num_features x num_factors]; else empty.
  FactorMatrix cold;
};

struct FactorEpoch {
  int epoch = 0;       // From 1.
  double seconds = 0;  // Of this epoch's solving, without on_epoch().
  // The objective, with the learners solved and the resources as the epoch
  // found them.
  double loss = 0;
  // A copy of what there is now; costs a pass over all factors.
  absl::FunctionRef<TrainedFactors()> factors;
};

struct FactorOptions {
  int num_factors = 64;  // In [1, 1024]; multiples of 16 cost the least.
  // w, lambda and nu of FoldIn(). What is best differs between catalogs: see
  // interest_trial.h, which chooses.
  float unobserved_weight = 0.1f;
  float regularization = 0.003f;
  float exponent = 1;
  int num_epochs = 5;
  // Steps of conjugate gradient per row and half-epoch; 2 are as good as exact.
  int num_steps = 2;
  // Gathers from a copy in half precision: faster where the tables are far
  // larger than the cache, equal metrics to four digits.
  bool half_precision = false;
  int64_t seed = 1;
  int num_threads = 1;
  // Factors to start from, row by row as in the table, of any basis; a row of
  // zeros starts at random. Must have as many rows and factors as asked. Null:
  // all start at random, N(0, 0.1 / sqrt(d)).
  const FactorMatrix* initial = nullptr;
  // One row per resource. Null: the prior mean of every resource is 0.
  const FeatureTable* features = nullptr;
  // Called after every epoch; false stops. May be empty.
  std::function<bool(const FactorEpoch&)> on_epoch;
};

// An approximate minimizer over learners' factors x_u and resources' y_i of
//
//   sum over engagements c_ui (1 - x_u . y_i)^2
//     + w sum over all pairs (x_u . y_i)^2
//     + lambda sum_u (n_u + w |I|)^nu |x_u|^2
//     + lambda sum_i (n_i + w |U|)^nu |y_i - B g_i|^2
//
// after Rendle, Krichene, Zhang & Koren (RecSys 2022), where n sums a row's
// weights, g_i are the features and B, learnt once per epoch by ridge
// regression in which each resource counts once and each feature has its doubt,
// is 0 without them. Each half-epoch diagonalises the Gram matrix of the fixed
// side, rotates both sides into its eigenbasis, where the dense part of every
// row's system is diagonal, and takes `num_steps` steps of conjugate gradient,
// from the row's last value, preconditioned by that diagonal.
//
// Equal to the byte for any number of threads, on one build and vector target.
// O(epochs (steps n d + (|U| + |I|) d^2 + d^3)). Memory: both tables of factors
// (half as much again for the larger with half_precision), the engagements
// twice, with those given, and O((threads + 32) d^2), with a megabyte for each
// thread at most. In the end, when one of the two copies of the engagements is
// gone, a table at a time is there twice.
//
// INVALID_ARGUMENT: as ValidateTable(), or an option is out of its range.
absl::StatusOr<TrainedFactors> TrainFactors(const EngagementTable& engagements,
                                            const FactorOptions& options);

// Sum of `cold` rows over `features`: the factors of a resource that nobody has
// met yet. [num_factors]
Eigen::VectorXf ColdFactors(const FactorMatrix& cold,
                            absl::Span<const int32_t> features);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_TRAINING_FACTOR_TRAINER_H_
