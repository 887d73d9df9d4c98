// What another policy would have earned over a whole list, from logs in which
// any of the places may have been drawn. With w_k = target / propensity of the
// item shown at place k, given the items above it, r_k its reward, K places,
// and means over lists:
//
//   IPS             mean of w_1 ... w_K (r_1 + ... + r_K)
//   RIPS            mean of sum over k of w_1 ... w_k r_k
//   additive        mean of (1 + sum over k of (w_k - 1)) (r_1 + ... + r_K)
//
// IPS is unbiased without an assumption. Reward-interaction IPS (McInerney,
// Brost, Chandar, Mehrotra & Carterette, KDD 2020; here without normalising
// weights, as in Kiyohara et al., WSDM 2022) is unbiased if a reward depends on
// its item and on those above it, not on those below. The additive estimator is
// the pseudo-inverse one of Swaminathan et al. (NeurIPS 2017) in the form it
// takes where places are drawn independently of each other (Vlassis et al.,
// NeurIPS 2021); it is unbiased if each item adds a term of its own to the
// list's reward. Fewer factors, narrower intervals.
//
// Where one place alone is drawn, as the service does, IPS and the additive
// estimator are the same.

#ifndef EVENLIGHT_RECOMMENDER_EVALUATION_SLATE_ESTIMATES_H_
#define EVENLIGHT_RECOMMENDER_EVALUATION_SLATE_ESTIMATES_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "recommender/evaluation/policy_estimate.h"

namespace evenlight {

// The item shown at a place, given those above it.
struct LoggedPlace {
  double propensity = 1;  // Of the logging policy, in (0, 1].
  double target = 1;      // Of the policy that is evaluated, in [0, 1].
  double reward = 0;
};

struct LoggedSlate {
  std::vector<LoggedPlace> places;  // From the first on; not empty.
  int64_t learner = 0;
};

// Estimates by IPS, RIPS and the additive estimator, in this order. Weights are
// those of whole lists; of the additive one they may be negative. That the log
// supports the policy is the caller's to see to: it cannot be told from what
// was shown.
//
// INVALID_ARGUMENT: an option or a slate is wrong; the message names which.
// FAILED_PRECONDITION: the sample is too small (see OffPolicyOptions).
absl::StatusOr<std::vector<PolicyEstimate>> EstimateSlates(
    absl::Span<const LoggedSlate> slates, const OffPolicyOptions& options = {});

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_EVALUATION_SLATE_ESTIMATES_H_
