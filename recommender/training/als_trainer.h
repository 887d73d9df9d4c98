// Factorises who engaged with what: implicit-feedback alternating least
// squares. The row update is FoldIn() of recommender/models/factors.h, so that
// a learner's factors at serving are those that training would give.

#ifndef EVENLIGHT_RECOMMENDER_TRAINING_ALS_TRAINER_H_
#define EVENLIGHT_RECOMMENDER_TRAINING_ALS_TRAINER_H_

#include <cstdint>
#include <functional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "recommender/models/factors.h"

namespace evenlight {

// Engagements by learner: those of learner l are
// entries[begin[l] .. begin[l + 1]), by resource row, each row once.
struct EngagementTable {
  int32_t num_resources = 0;
  std::vector<int64_t> begin = {0};
  std::vector<Engagement> entries;

  int64_t num_learners() const {
    return static_cast<int64_t>(begin.size()) - 1;
  }
  absl::Span<const Engagement> Of(int64_t learner) const {
    return absl::MakeConstSpan(entries).subspan(
        begin[learner], begin[learner + 1] - begin[learner]);
  }
  void AddLearner(absl::Span<const Engagement> engagements);
};

struct AlsOptions {
  int num_factors = 32;
  // w and lambda of FoldIn(). What is best differs between catalogs: see
  // interest_trial.h, which chooses.
  float unobserved_weight = 0.1f;
  float regularization = 0.02f;
  int num_epochs = 8;
  int64_t seed = 1;
  int num_threads = 1;
  std::function<void(double done)> progress;  // May be empty.
};

// The minimizer over learners' factors x_u and resources' factors y_i of
//
//   sum over engagements c_ui (1 - x_u . y_i)^2  +  w sum over all (x_u .
//   y_i)^2
//     +  lambda sum_u (n_u + w |I|) |x_u|^2  +  lambda sum_i (n_i + w |U|)
//     |y_i|^2
//
// after Rendle, Krichene, Zhang & Koren (RecSys 2022) with nu = 1, where n
// counts a row's engagements. Starts at N(0, 0.1 / sqrt(d)); each epoch solves
// all learners, then all resources, exactly by Cholesky, with the sum over all
// pairs taken from the other side's Gram matrix. Equal to the byte for any
// number of threads. O(epochs (n d^2 + (|U| + |I|) d^3)).
//
// INVALID_ARGUMENT: a weight is not positive and finite.
absl::StatusOr<ResourceFactors> TrainAls(const EngagementTable& engagements,
                                         const AlsOptions& options);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_TRAINING_ALS_TRAINER_H_
