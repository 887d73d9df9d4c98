// What another policy would have earned at the exploration slot, from the logs
// of the policy that served. The other places of a list stay as logged; for
// rewards of the whole list see slate_estimates.h.
//
// With a the action shown, r its reward, w = target(a) / propensity(a), q a
// model of rewards, and means over lists:
//
//   IPS      mean of w r                         Horvitz & Thompson, JASA 1952
//   SNIPS    sum of w r / sum of w               Swaminathan & Joachims,
//                                                NeurIPS 2015
//   clipped  mean of min(w, max_weight) r        Ionides, JCGS 2008
//   DR       mean of sum_b target(b) q(b) + w (r - q(a))
//                                                Dudik, Langford & Li, ICML
//                                                2011
//
// IPS is unbiased. So is DR, whatever q says, as long as q was not learnt from
// the list it is used on (see reward_model.h). SNIPS is not, but its bias falls
// as one over the number of lists. Clipped IPS is biased however many lists
// there are, downwards if no reward is negative: its interval is one of its own
// mean and need not cover the truth.

#ifndef EVENLIGHT_RECOMMENDER_EVALUATION_OFF_POLICY_H_
#define EVENLIGHT_RECOMMENDER_EVALUATION_OFF_POLICY_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "recommender/evaluation/policy_estimate.h"

namespace evenlight {

// One action that a slot could have shown.
struct LoggedAction {
  double propensity = 0;  // Of the logging policy, in [0, 1].
  double target = 0;      // Of the policy that is evaluated, in [0, 1].
  double predicted = 0;   // q; 0 where there is no model: DR is then IPS.
};

// The exploration slot of one list.
struct LoggedSlot {
  std::vector<LoggedAction> actions;  // Propensities add up to 1.
  int32_t chosen = 0;                 // Index of the action shown.
  double reward = 0;
  int64_t learner = 0;
  // False: the policy differs at a place that the log never varied, or wants an
  // action that is not among `actions`.
  bool is_like_log = true;
};

// Whether the log can tell about the policy here: it is like the log elsewhere,
// and all that it may show was possible.
bool HasSupport(const LoggedSlot& slot);

// Estimates by IPS, SNIPS, clipped IPS and DR, in this order. Slots whose
// action was certain are left out: they have nothing to weigh.
//
// INVALID_ARGUMENT: an option or a slot is wrong; the message names which.
// FAILED_PRECONDITION: refused, with the numbers: some lists have no support,
// or the sample is too small (see OffPolicyOptions).
absl::StatusOr<std::vector<PolicyEstimate>> EstimatePolicy(
    absl::Span<const LoggedSlot> slots, const OffPolicyOptions& options = {});

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_EVALUATION_OFF_POLICY_H_
