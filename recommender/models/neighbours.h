// Resources beside resources: which others speak for whom. The form that
// item-kNN and EASE serve in.

#ifndef EVENLIGHT_RECOMMENDER_MODELS_NEIGHBOURS_H_
#define EVENLIGHT_RECOMMENDER_MODELS_NEIGHBOURS_H_

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "core/ids.h"
#include "recommender/models/factors.h"

namespace evenlight {

// Neighbours in compressed rows: those of resource r, the most similar first,
// are neighbours[begin[r] .. begin[r + 1]). Immutable.
struct ResourceNeighbours {
  struct Neighbour {
    ResourceRow resource = ResourceRow::kNone;
    float similarity = 0;  // Finite; not 0. EASE's may be negative.

    friend bool operator==(const Neighbour&, const Neighbour&) = default;
  };

  std::vector<int64_t> begin = {0};
  std::vector<Neighbour> neighbours;

  int32_t num_resources() const {
    return static_cast<int32_t>(begin.size()) - 1;
  }
  absl::Span<const Neighbour> Of(ResourceRow resource) const {
    const int32_t row = ToInt(resource);
    return absl::MakeConstSpan(neighbours)
        .subspan(begin[row], begin[row + 1] - begin[row]);
  }
};

// Sets the score of each resource to the sum of its similarities to the
// resources of `history`, whose weights are not read. `scores` has one per
// resource.
void ScoreByNeighbours(const ResourceNeighbours& neighbours,
                       absl::Span<const Engagement> history,
                       absl::Span<float> scores);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_MODELS_NEIGHBOURS_H_
