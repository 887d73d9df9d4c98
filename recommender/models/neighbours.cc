#include "recommender/models/neighbours.h"

#include <algorithm>

namespace evenlight {

void ScoreByNeighbours(const ResourceNeighbours& neighbours,
                       absl::Span<const Engagement> history,
                       absl::Span<float> scores) {
  std::fill(scores.begin(), scores.end(), 0.0f);
  for (const Engagement& engagement : history) {
    for (const auto& neighbour : neighbours.Of(engagement.resource)) {
      scores[ToInt(neighbour.resource)] += neighbour.similarity;
    }
  }
}

}  // namespace evenlight
