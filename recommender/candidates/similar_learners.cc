#include "recommender/candidates/similar_learners.h"

#include <array>

#include "recommender/candidates/top_few.h"
#include "recommender/models/exact_top.h"
#include "recommender/models/top_kernels.h"

namespace evenlight {
namespace {

// Scored together, so that the memory is asked for all their rows, which lie
// scattered, before the first is needed.
constexpr size_t kRowsAtOnce = 64;

// Most are not near the top; only the few that are ask for the gate.
void Offer(const SourceInput& input, float score, ResourceIndex resource,
           TopFew& best) {
  if (best.Takes(score, resource) && input.is_eligible(resource)) {
    best.Add(score, resource);
  }
}

void OfferByNeighbours(const SourceInput& input,
                       const LearnerInterest& interest, TopFew& best) {
  const ServingSnapshot& snapshot = input.view.snapshot();
  for (const ResourceIndex resource : input.scope) {
    const float score = InterestIn(interest, snapshot, resource).value_or(0);
    if (score > 0) Offer(input, score, resource, best);
  }
}

// All rows in 8 bits cost less than an eighth of them in full.
constexpr size_t kShelfShare = 8;

bool IsMostOf(absl::Span<const ResourceIndex> scope,
              const InterestModel& model) {
  return scope.size() * kShelfShare >=
         static_cast<size_t>(model.num_resources());
}

// Those that the model knows, by a scan of all its rows: what is eligible is in
// scope.
void OfferKnown(const SourceInput& input, absl::Span<const float> learner,
                TopFew& best) {
  const ServingSnapshot& snapshot = input.view.snapshot();
  const auto is_eligible = [&](ResourceRow row) {
    const ResourceIndex resource = snapshot.catalog_rows[ToInt(row)];
    return resource != ResourceIndex::kNone && input.is_eligible(resource);
  };
  for (const auto& [score, row] : snapshot.models->interest.scan().TopRows(
           learner, input.limit, is_eligible)) {
    best.Add(score, snapshot.catalog_rows[ToInt(row)]);
  }
}

void OfferByFactors(const SourceInput& input, const LearnerInterest& interest,
                    TopFew& best) {
  const ServingSnapshot& snapshot = input.view.snapshot();
  const absl::Span<const float> learner(
      interest.factors.data(), static_cast<size_t>(interest.factors.size()));
  std::array<ResourceIndex, kRowsAtOnce> some;
  std::array<const float*, kRowsAtOnce> rows;
  std::array<float, kRowsAtOnce> scores;
  size_t count = 0;
  const InterestModel& model = snapshot.models->interest;
  const bool scans_all = model.has_factors() && IsMostOf(input.scope, model);
  if (scans_all) OfferKnown(input, learner, best);
  const auto offer = [&] {
    ScoreRowsAt({rows.data(), count}, learner, scores.data());
    for (size_t i = 0; i < count; ++i) Offer(input, scores[i], some[i], best);
    count = 0;
  };
  for (const ResourceIndex resource : input.scope) {
    if (scans_all && snapshot.resource_row(resource) != ResourceRow::kNone) {
      continue;
    }
    const absl::Span<const float> factors = snapshot.FactorsOf(resource);
    if (factors.empty()) continue;
    some[count] = resource;
    rows[count++] = factors.data();
    if (count == kRowsAtOnce) offer();
  }
  offer();
}

}  // namespace

void ProposeSimilarLearners(const SourceInput& input,
                            const LearnerInterest& interest,
                            std::vector<Candidate>& candidates) {
  if (!interest.is_known()) return;
  TopFew best(input.limit);
  if (interest.scores.empty()) {
    OfferByFactors(input, interest, best);
  } else {
    OfferByNeighbours(input, interest, best);
  }
  for (const auto& [score, resource] : best.Take()) {
    candidates.push_back({resource, Reason::kSimilarLearners});
  }
}

}  // namespace evenlight
