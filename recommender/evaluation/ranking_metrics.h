// How well a ranking finds what learners went on to use. Full ranking over all
// resources, never sampled negatives.

#ifndef EVENLIGHT_RECOMMENDER_EVALUATION_RANKING_METRICS_H_
#define EVENLIGHT_RECOMMENDER_EVALUATION_RANKING_METRICS_H_

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "core/ids.h"

namespace evenlight {

// The `k` rows with the highest scores, best first, without those in `seen`;
// equal scores in the order of rows. Fewer if there are no more. `scores` has a
// finite number per resource row.
std::vector<ResourceRow> TopUnseen(absl::Span<const float> scores,
                                   absl::Span<const ResourceRow> seen, int k);

// Of one learner. Both in [0, 1].
struct RankingScore {
  double recall = 0;  // Of the relevant resources, the share in the first k.
  // Sum of 1 / log2(1 + rank) over the relevant among the first k, over that of
  // the best possible ranking.
  double ndcg = 0;
};

// Scores the first `k` of `ranking`, which holds nothing twice. `relevant` is
// not empty and holds nothing twice.
RankingScore ScoreRanking(absl::Span<const ResourceRow> ranking,
                          absl::Span<const ResourceRow> relevant, int k);

// Means over learners, with standard errors.
struct RankingMetrics {
  int64_t num_learners = 0;
  double recall = 0;
  double recall_error = 0;
  double ndcg = 0;
  double ndcg_error = 0;
};

RankingMetrics MeanRanking(absl::Span<const RankingScore> scores);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_EVALUATION_RANKING_METRICS_H_
