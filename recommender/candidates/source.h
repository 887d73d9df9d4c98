// What every candidate source reads and gives. A source proposes resources for
// one stated reason and knows no other source; none of them orders a list.

#ifndef EVENLIGHT_RECOMMENDER_CANDIDATES_SOURCE_H_
#define EVENLIGHT_RECOMMENDER_CANDIDATES_SOURCE_H_

#include <cstdint>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/types/span.h"
#include "core/recommendation.h"
#include "recommender/state/learner_view.h"

namespace evenlight {

struct Candidate {
  ResourceIndex resource = ResourceIndex::kNone;
  Reason reason = Reason::kUnspecified;
};

// Borrowed for the call. A source appends at most `limit` candidates, each
// resource once, the best first, and only such as the predicate takes, so that
// no place is wasted on what the gate would remove.
struct SourceInput {
  const LearnerView& view;
  // All that can pass the filter is here; it may hold more.
  absl::Span<const ResourceIndex> scope;
  absl::Span<const KcIndex> scope_kcs;  // Of the resources in `scope`.
  // Would the gate pass it for any reason but a review; for a review?
  absl::FunctionRef<bool(ResourceIndex)> is_eligible;
  absl::FunctionRef<bool(ResourceIndex)> is_review_eligible;
  int32_t grade = 0;  // Asked for; 0: not known.
  int32_t limit = 0;
  uint64_t seed = 0;  // Of what a source draws.
};

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_CANDIDATES_SOURCE_H_
