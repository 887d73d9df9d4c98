#include "recommender/evaluation/slate_estimates.h"

#include <cmath>

#include "absl/strings/str_cat.h"
#include "core/status_macros.h"

namespace evenlight {
namespace {

absl::Status CheckSlate(const LoggedSlate& slate, size_t row) {
  if (slate.places.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("slate ", row, " has no places"));
  }
  for (const LoggedPlace& place : slate.places) {
    if (place.propensity > 0 && place.propensity <= 1 && place.target >= 0 &&
        place.target <= 1 && std::isfinite(place.reward)) {
      continue;
    }
    return absl::InvalidArgumentError(absl::StrCat(
        "slate ", row, ": propensity ", place.propensity, ", target ",
        place.target, " or reward ", place.reward, " is out of range"));
  }
  return absl::OkStatus();
}

// One slate under the three estimators.
struct SlateTerms {
  double reward = 0;           // sum r_k
  double weight = 1;           // prod w_k
  double interaction = 0;      // sum of w_1 ... w_k r_k
  double additive_weight = 1;  // 1 + sum (w_k - 1)
};

SlateTerms TermsOf(const LoggedSlate& slate) {
  SlateTerms terms;
  for (const LoggedPlace& place : slate.places) {
    const double weight = place.target / place.propensity;
    terms.reward += place.reward;
    terms.weight *= weight;
    terms.interaction += terms.weight * place.reward;
    terms.additive_weight += weight - 1;
  }
  return terms;
}

}  // namespace

absl::StatusOr<std::vector<PolicyEstimate>> EstimateSlates(
    absl::Span<const LoggedSlate> slates, const OffPolicyOptions& options) {
  RETURN_IF_ERROR(CheckOptions(options));
  std::vector<WeightedList> ips;
  std::vector<WeightedList> interaction;
  std::vector<WeightedList> additive;
  for (size_t row = 0; row < slates.size(); ++row) {
    RETURN_IF_ERROR(CheckSlate(slates[row], row));
    const SlateTerms terms = TermsOf(slates[row]);
    const int64_t learner = slates[row].learner;
    ips.push_back({terms.weight * terms.reward, terms.weight, learner});
    interaction.push_back({terms.interaction, terms.weight, learner});
    additive.push_back(
        {terms.additive_weight * terms.reward, terms.additive_weight, learner});
  }
  RETURN_IF_ERROR(CheckSample(ips, options));
  return std::vector<PolicyEstimate>{
      MeanOf(Estimator::kSlateIps, ips),
      MeanOf(Estimator::kRewardInteractionIps, interaction),
      MeanOf(Estimator::kAdditiveSlate, additive)};
}

}  // namespace evenlight
