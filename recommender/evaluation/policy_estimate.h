// An estimate of what a policy earns, and what its reader must know to trust
// it: interval, effective sample size, largest weight.

#ifndef EVENLIGHT_RECOMMENDER_EVALUATION_POLICY_ESTIMATE_H_
#define EVENLIGHT_RECOMMENDER_EVALUATION_POLICY_ESTIMATE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"

namespace evenlight {

// What it is and when it is unbiased is in off_policy.h and slate_estimates.h.
enum class Estimator {
  kIps,
  kSnips,
  kClippedIps,
  kDoublyRobust,
  kSlateIps,
  kRewardInteractionIps,
  kAdditiveSlate,
};

// `ips`, `snips`, `clipped`, `dr`, `slate_ips`, `slate_rips`, `slate_additive`.
const char* Name(Estimator estimator);

// Whether its mean over logs is the policy's value, given right propensities
// and, of slates, the assumption that slate_estimates.h names.
bool IsUnbiased(Estimator estimator);

// When an estimate is refused, and how it is made.
struct OffPolicyOptions {
  // Fewer lists than this, counted by effective sample size, tell nothing:
  // their interval is itself a guess.
  double min_effective_sample = 100;
  // Intervals are made from differences between learners.
  int64_t min_learners = 30;
  double max_weight = 10;  // Of clipped IPS; positive.
};

struct PolicyEstimate {
  Estimator estimator = Estimator::kIps;
  double value = 0;  // Mean reward of a list.
  double standard_error = 0;
  double low = 0;  // The 95 % interval.
  double high = 0;
  double effective_sample = 0;  // (sum w)^2 / sum w^2; Kish 1965.
  double max_weight = 0;
  int64_t num_lists = 0;
};

// What an estimator makes of one list.
struct WeightedList {
  double value = 0;   // The estimate is the mean of these.
  double weight = 1;  // How much likelier the policy shows it than the log.
  int64_t learner = 0;
};

// The mean of the values and its 95 % interval. Lists of one learner are alike,
// so the error is that of sums by learner (cluster-robust; Liang & Zeger,
// Biometrika 1986), with Student's t for as many learners. Values of a linear
// estimator are its terms, those of a ratio its linearisation. Of fewer than
// two learners the interval is unbounded.
PolicyEstimate MeanOf(Estimator estimator,
                      absl::Span<const WeightedList> lists);

// FAILED_PRECONDITION: there are fewer learners or a smaller effective sample
// than `options` ask for; the message has the numbers.
absl::Status CheckSample(absl::Span<const WeightedList> lists,
                         const OffPolicyOptions& options);

// INVALID_ARGUMENT: an option is out of its range.
absl::Status CheckOptions(const OffPolicyOptions& options);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_EVALUATION_POLICY_ESTIMATE_H_
