#include "recommender/training/train_gates.h"

#include <utility>

namespace evenlight {

Gate LogLossGate(std::string name, const LossDifference& excess) {
  const double limit = kLogLossMargin + 2 * excess.standard_error;
  return {std::move(name), excess.mean, limit, excess.mean <= limit};
}

bool AreFactorsWorthIt(const RankingMetrics& factors,
                       const RankingMetrics& popularity) {
  return factors.num_learners > 0 &&
         factors.ndcg >= popularity.ndcg - kNdcgMargin;
}

}  // namespace evenlight
