#include "recommender/candidates/assigned.h"

namespace evenlight {

void ProposeAssigned(const SourceInput& input,
                     absl::Span<const ResourceIndex> assigned,
                     std::vector<Candidate>& candidates) {
  int32_t num_places = input.limit;
  for (const ResourceIndex resource : assigned) {
    if (num_places == 0) return;
    if (!input.is_eligible(resource)) continue;
    candidates.push_back({resource, Reason::kAssigned});
    --num_places;
  }
}

}  // namespace evenlight
