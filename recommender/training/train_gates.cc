#include "recommender/training/train_gates.h"

#include <utility>

namespace evenlight {

Gate LogLossGate(std::string name, const LossDifference& excess) {
  const double limit = kLogLossMargin + 2 * excess.standard_error;
  return {std::move(name), excess.mean, limit, excess.mean <= limit};
}

bool IsWorthIt(const RankingMetrics& ranker, const RankingMetrics& popularity) {
  return ranker.num_learners > 0 &&
         ranker.ndcg >= popularity.ndcg - kNdcgMargin;
}

}  // namespace evenlight
