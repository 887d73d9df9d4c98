#include "recommender/evaluation/off_policy.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "core/status_macros.h"

namespace evenlight {
namespace {

// Propensities are logged as floats.
constexpr double kSumTolerance = 1e-4;

bool IsProbability(double p) { return p >= 0 && p <= 1; }

const LoggedAction& Shown(const LoggedSlot& slot) {
  return slot.actions[slot.chosen];
}

double WeightOf(const LoggedSlot& slot) {
  return Shown(slot).target / Shown(slot).propensity;
}

absl::Status CheckActions(const LoggedSlot& slot) {
  double sum_logged = 0;
  double sum_target = 0;
  for (const LoggedAction& action : slot.actions) {
    if (!IsProbability(action.propensity) || !IsProbability(action.target)) {
      return absl::InvalidArgumentError(
          absl::StrCat("propensity ", action.propensity, " or target ",
                       action.target, " is not in [0, 1]"));
    }
    if (!std::isfinite(action.predicted)) {
      return absl::InvalidArgumentError(absl::StrCat(
          "predicted reward ", action.predicted, " is not finite"));
    }
    sum_logged += action.propensity;
    sum_target += action.target;
  }
  if (std::abs(sum_logged - 1) > kSumTolerance) {
    return absl::InvalidArgumentError(
        absl::StrCat("propensities add up to ", sum_logged, " and not to 1"));
  }
  // What the policy shows outside the actions is said by `is_like_log`.
  if (slot.is_like_log && std::abs(sum_target - 1) > kSumTolerance) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the policy's probabilities add up to ", sum_target, " and not to 1"));
  }
  return absl::OkStatus();
}

absl::Status CheckSlot(const LoggedSlot& slot) {
  if (slot.chosen < 0 ||
      slot.chosen >= static_cast<int32_t>(slot.actions.size())) {
    return absl::InvalidArgumentError(
        absl::StrCat("action ", slot.chosen, " is none of the ",
                     slot.actions.size(), " that were possible"));
  }
  if (!(Shown(slot).propensity > 0)) {
    return absl::InvalidArgumentError("the action shown has propensity 0");
  }
  if (!std::isfinite(slot.reward)) {
    return absl::InvalidArgumentError(
        absl::StrCat("reward ", slot.reward, " is not finite"));
  }
  return CheckActions(slot);
}

absl::Status CheckSupport(absl::Span<const LoggedSlot* const> slots) {
  const auto num_without =
      std::count_if(slots.begin(), slots.end(),
                    [](const LoggedSlot* slot) { return !HasSupport(*slot); });
  if (num_without == 0) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrFormat(
      "%d of %d lists (%.1f %%) have no support: there the policy differs from "
      "the log at a place that exploration did not vary, or wants what could "
      "not be shown; only a policy that differs in the exploration slot alone "
      "can be evaluated from this log",
      num_without, slots.size(),
      100.0 * static_cast<double>(num_without) /
          static_cast<double>(slots.size())));
}

PolicyEstimate Clipped(std::vector<WeightedList> lists, double max_weight) {
  for (WeightedList& list : lists) {
    const double clipped = std::min(list.weight, max_weight);
    list.value = list.weight > 0 ? list.value / list.weight * clipped : 0;
    list.weight = clipped;
  }
  return MeanOf(Estimator::kClippedIps, lists);
}

// A ratio of means; its error is that of v + w (r - v) / mean w about v.
PolicyEstimate SelfNormalised(std::vector<WeightedList> lists) {
  double sum_values = 0;
  double sum_weights = 0;
  for (const WeightedList& list : lists) {
    sum_values += list.value;
    sum_weights += list.weight;
  }
  const double ratio = sum_values / sum_weights;
  const double mean_weight = sum_weights / static_cast<double>(lists.size());
  for (WeightedList& list : lists) {
    list.value = ratio + (list.value - list.weight * ratio) / mean_weight;
  }
  return MeanOf(Estimator::kSnips, lists);
}

double DoublyRobustTerm(const LoggedSlot& slot) {
  double term = WeightOf(slot) * (slot.reward - Shown(slot).predicted);
  for (const LoggedAction& action : slot.actions) {
    term += action.target * action.predicted;
  }
  return term;
}

}  // namespace

bool HasSupport(const LoggedSlot& slot) {
  return slot.is_like_log &&
         std::none_of(slot.actions.begin(), slot.actions.end(),
                      [](const LoggedAction& action) {
                        return action.target > 0 && !(action.propensity > 0);
                      });
}

absl::StatusOr<std::vector<PolicyEstimate>> EstimatePolicy(
    absl::Span<const LoggedSlot> slots, const OffPolicyOptions& options) {
  RETURN_IF_ERROR(CheckOptions(options));
  std::vector<const LoggedSlot*> drawn;
  for (size_t row = 0; row < slots.size(); ++row) {
    const absl::Status status = CheckSlot(slots[row]);
    if (!status.ok()) {
      return absl::Status(status.code(),
                          absl::StrCat("slot ", row, ": ", status.message()));
    }
    if (Shown(slots[row]).propensity < 1) drawn.push_back(&slots[row]);
  }
  RETURN_IF_ERROR(CheckSupport(drawn));

  std::vector<WeightedList> ips;
  std::vector<WeightedList> doubly_robust;
  for (const LoggedSlot* slot : drawn) {
    const double weight = WeightOf(*slot);
    ips.push_back({weight * slot->reward, weight, slot->learner});
    doubly_robust.push_back({DoublyRobustTerm(*slot), weight, slot->learner});
  }
  RETURN_IF_ERROR(CheckSample(ips, options));
  return std::vector<PolicyEstimate>{
      MeanOf(Estimator::kIps, ips), SelfNormalised(ips),
      Clipped(ips, options.max_weight),
      MeanOf(Estimator::kDoublyRobust, doubly_robust)};
}

}  // namespace evenlight
