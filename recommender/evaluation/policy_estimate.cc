#include "recommender/evaluation/policy_estimate.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_format.h"

namespace evenlight {
namespace {

// The 97.5 % quantile of Student's t by two terms of its expansion about the
// normal one (Fisher & Cornish 1960), within 0.2 % from 10 degrees on.
double StudentQuantile(double degrees) {
  constexpr double kZ = 1.959964;
  constexpr double kZ3 = kZ * kZ * kZ;
  constexpr double kZ5 = kZ3 * kZ * kZ;
  return kZ + (kZ3 + kZ) / (4 * degrees) +
         (5 * kZ5 + 16 * kZ3 + 3 * kZ) / (96 * degrees * degrees);
}

double EffectiveSample(absl::Span<const WeightedList> lists) {
  double sum = 0;
  double sum_of_squares = 0;
  for (const WeightedList& list : lists) {
    sum += list.weight;
    sum_of_squares += list.weight * list.weight;
  }
  return sum_of_squares > 0 ? sum * sum / sum_of_squares : 0;
}

// Sums of (value - mean) by learner, in the order in which learners come: the
// order of a hash table must not move the last digit.
std::vector<double> SumsByLearner(absl::Span<const WeightedList> lists,
                                  double mean) {
  absl::flat_hash_map<int64_t, size_t> rows;
  std::vector<double> sums;
  for (const WeightedList& list : lists) {
    const auto [row, is_new] = rows.try_emplace(list.learner, sums.size());
    if (is_new) sums.push_back(0);
    sums[row->second] += list.value - mean;
  }
  return sums;
}

}  // namespace

const char* Name(Estimator estimator) {
  switch (estimator) {
    case Estimator::kIps:
      return "ips";
    case Estimator::kSnips:
      return "snips";
    case Estimator::kClippedIps:
      return "clipped";
    case Estimator::kDoublyRobust:
      return "dr";
    case Estimator::kSlateIps:
      return "slate_ips";
    case Estimator::kRewardInteractionIps:
      return "slate_rips";
    case Estimator::kAdditiveSlate:
      return "slate_additive";
  }
  return "unknown";
}

bool IsUnbiased(Estimator estimator) {
  return estimator != Estimator::kSnips && estimator != Estimator::kClippedIps;
}

PolicyEstimate MeanOf(Estimator estimator,
                      absl::Span<const WeightedList> lists) {
  PolicyEstimate estimate;
  estimate.estimator = estimator;
  estimate.num_lists = static_cast<int64_t>(lists.size());
  const double count = static_cast<double>(lists.size());
  for (const WeightedList& list : lists) {
    estimate.value += list.value / count;
    estimate.max_weight = std::max(estimate.max_weight, list.weight);
  }
  estimate.effective_sample = EffectiveSample(lists);

  const std::vector<double> sums = SumsByLearner(lists, estimate.value);
  const double num_learners = static_cast<double>(sums.size());
  double half_width = std::numeric_limits<double>::infinity();
  estimate.standard_error = half_width;
  if (num_learners >= 2) {
    double sum_of_squares = 0;
    for (const double sum : sums) sum_of_squares += sum * sum;
    // Few learners lie nearer to their own mean than to the true one.
    const double spread = num_learners / (num_learners - 1);
    estimate.standard_error = std::sqrt(spread * sum_of_squares) / count;
    half_width = StudentQuantile(num_learners - 1) * estimate.standard_error;
  }
  estimate.low = estimate.value - half_width;
  estimate.high = estimate.value + half_width;
  return estimate;
}

absl::Status CheckSample(absl::Span<const WeightedList> lists,
                         const OffPolicyOptions& options) {
  absl::flat_hash_set<int64_t> learners;
  for (const WeightedList& list : lists) learners.insert(list.learner);
  if (static_cast<int64_t>(learners.size()) < options.min_learners) {
    return absl::FailedPreconditionError(absl::StrFormat(
        "%d lists with an exploration slot are of %d learners and an interval "
        "needs %d: log more with exploration on",
        lists.size(), learners.size(), options.min_learners));
  }
  const double effective_sample = EffectiveSample(lists);
  if (effective_sample < options.min_effective_sample) {
    return absl::FailedPreconditionError(absl::StrFormat(
        "the effective sample is %.1f of %d lists and must be %.0f: the policy "
        "seldom shows what the log has; log more, or evaluate a policy that is "
        "nearer to the logging one",
        effective_sample, lists.size(), options.min_effective_sample));
  }
  return absl::OkStatus();
}

absl::Status CheckOptions(const OffPolicyOptions& options) {
  if (!(options.max_weight > 0)) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "the largest weight %g is not positive", options.max_weight));
  }
  if (!(options.min_effective_sample >= 1)) {
    return absl::InvalidArgumentError(
        absl::StrFormat("the least effective sample %g is not 1 or more",
                        options.min_effective_sample));
  }
  if (options.min_learners < 2) {
    return absl::InvalidArgumentError(
        absl::StrFormat("the least number of learners %d is not 2 or more",
                        options.min_learners));
  }
  return absl::OkStatus();
}

}  // namespace evenlight
