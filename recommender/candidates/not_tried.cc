#include "recommender/candidates/not_tried.h"

namespace evenlight {

void ProposeNotTried(const SourceInput& input,
                     std::vector<Candidate>& candidates) {
  int num_left = input.limit;
  for (const bool is_ready : {true, false}) {
    for (const ResourceIndex resource : input.scope) {
      if (num_left == 0) return;
      if (!input.is_eligible(resource) ||
          input.view.IsReady(resource) != is_ready) {
        continue;
      }
      candidates.push_back({resource, Reason::kNotTried});
      --num_left;
    }
  }
}

}  // namespace evenlight
