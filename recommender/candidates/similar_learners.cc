#include "recommender/candidates/similar_learners.h"

#include <algorithm>
#include <array>

#include "recommender/candidates/ask_ahead.h"
#include "recommender/candidates/top_few.h"
#include "recommender/models/coarse_factors.h"
#include "recommender/models/top_kernels.h"

namespace evenlight {
namespace {

// Compared with one threshold: at first few, so that there soon is one.
constexpr size_t kFirstLot = 64;
constexpr size_t kLargestLot = 512;

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

// Scores those of `lot` that may be among the best, by their factors in 8 bits,
// and offers them.
class FactorOffers {
 public:
  FactorOffers(const SourceInput& input, absl::Span<const float> learner,
               TopFew& best)
      : input_(input),
        snapshot_(input.view.snapshot()),
        learner_(learner),
        rounded_(snapshot_.coarse.Round(learner)),
        best_(best) {}

  void Offer(absl::Span<const ResourceIndex> lot) {
    const size_t count = snapshot_.coarse.FindPossible(
        lot, rounded_, best_.threshold() - kUnderflow, possible_.data());
    // Together, so that the memory is asked for all rows before the first is
    // needed.
    for (size_t i = 0; i < count; ++i) {
      rows_[i] = snapshot_.FactorsOf(lot[possible_[i]]).data();
    }
    ScoreRowsAt({rows_.data(), count}, learner_, scores_.data());
    for (size_t i = 0; i < count; ++i) {
      if (!best_.Takes(scores_[i], lot[possible_[i]])) continue;
      AskForFacts(*snapshot_.catalog, lot[possible_[i]]);
    }
    for (size_t i = 0; i < count; ++i) {
      evenlight::Offer(input_, scores_[i], lot[possible_[i]], best_);
    }
  }

 private:
  // What products that underflow may lose; nothing beside an ordinary score.
  static constexpr float kUnderflow = 1e-36f;

  const SourceInput& input_;
  const ServingSnapshot& snapshot_;
  const absl::Span<const float> learner_;
  const RoundedQuery rounded_;
  TopFew& best_;
  std::array<int32_t, kLargestLot> possible_;
  std::array<const float*, kLargestLot> rows_;
  std::array<float, kLargestLot> scores_;
};

void OfferByFactors(const SourceInput& input, const LearnerInterest& interest,
                    TopFew& best) {
  FactorOffers offers(
      input,
      {interest.factors.data(), static_cast<size_t>(interest.factors.size())},
      best);
  size_t first = 0;
  for (size_t lot = kFirstLot; first < input.scope.size();
       first += lot, lot = std::min(2 * lot, kLargestLot)) {
    offers.Offer(input.scope.subspan(first, lot));
  }
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
