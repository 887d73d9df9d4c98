#include "recommender/state/learner_interest.h"

#include <utility>

#include "recommender/models/factors.h"
#include "recommender/models/neighbours.h"
#include "recommender/state/engagement.h"

namespace evenlight {
namespace {

std::vector<Engagement> KnownHistory(const LearnerView& view) {
  const InterestModel& interest = view.snapshot().models->interest;
  std::vector<ResourceRow> rows;  // Of those that are known, as they are asked.
  const auto is_known = [&](ResourceKey key) {
    const ResourceRow row = interest.FindResource(key);
    if (row == ResourceRow::kNone) return false;
    rows.push_back(row);
    return true;
  };
  std::vector<Engagement> history;
  for (const ResourceState* resource :
       LatestEngagements(view.state(), is_known)) {
    history.push_back({rows[history.size()],
                       EngagementWeight(*resource, view.state().last.time)});
  }
  return history;
}

}  // namespace

LearnerInterest InterestOf(const LearnerView& view) {
  const InterestModel& model = view.snapshot().models->interest;
  LearnerInterest interest;
  if (!model.has_factors() && !model.has_neighbours()) return interest;
  const std::vector<Engagement> history = KnownHistory(view);
  if (history.empty()) return interest;
  if (model.has_neighbours()) {
    interest.scores.resize(static_cast<size_t>(model.num_resources()));
    ScoreByNeighbours(model.params().neighbours, history,
                      absl::MakeSpan(interest.scores));
  }
  if (!model.has_factors()) return interest;
  absl::StatusOr<Eigen::VectorXf> factors =
      FoldIn(model.params().factors, history);
  if (!factors.ok()) {
    interest.fault = factors.status();
  } else if (!factors->allFinite()) {
    interest.fault = absl::DataLossError(
        "the learner's factors are not finite: the model's are damaged");
  } else {
    interest.factors = *std::move(factors);
  }
  return interest;
}

std::optional<float> InterestIn(const LearnerInterest& interest,
                                const ServingSnapshot& snapshot,
                                ResourceIndex resource) {
  const ResourceRow row = snapshot.resource_row(resource);
  if (row != ResourceRow::kNone && !interest.scores.empty()) {
    return interest.scores[ToInt(row)];
  }
  const absl::Span<const float> factors = snapshot.FactorsOf(resource);
  if (factors.empty() || interest.factors.size() == 0) return std::nullopt;
  return Eigen::Map<const Eigen::VectorXf>(
             factors.data(), static_cast<Eigen::Index>(factors.size()))
      .dot(interest.factors);
}

}  // namespace evenlight
