#include "recommender/training/train_gates.h"

#include <utility>

#include "absl/strings/str_format.h"

namespace evenlight {

std::string Describe(const Gate& gate) {
  return absl::StrFormat(
      "refused by a gate: %s by %.4f, at most %.4f is allowed", gate.name,
      gate.value, gate.limit);
}

Gate LogLossGate(std::string name, const LossDifference& excess) {
  const double limit = kLogLossMargin + 2 * excess.standard_error;
  return {std::move(name), excess.mean, limit, excess.mean <= limit};
}

Gate LearntLossGate(const LossDifference& excess) {
  const double limit = -2 * excess.standard_error;
  return {"log loss of learnt weights above that of hand-set ones", excess.mean,
          limit, excess.mean < 0 && excess.mean <= limit};
}

Gate LearntNdcgGate(double learnt_ndcg, double hand_set_ndcg) {
  const double loss = hand_set_ndcg - learnt_ndcg;
  return {"NDCG of learnt weights below that of hand-set ones", loss,
          kNdcgMargin, loss <= kNdcgMargin};
}

bool IsWorthIt(const RankingMetrics& ranker, const RankingMetrics& popularity) {
  return ranker.num_learners > 0 &&
         ranker.ndcg >= popularity.ndcg - kNdcgMargin;
}

}  // namespace evenlight
