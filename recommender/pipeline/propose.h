// Asks every source and merges what they propose.

#ifndef EVENLIGHT_RECOMMENDER_PIPELINE_PROPOSE_H_
#define EVENLIGHT_RECOMMENDER_PIPELINE_PROPOSE_H_

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "core/recommendation.h"
#include "recommender/candidates/source.h"
#include "recommender/ranking/eligibility.h"
#include "recommender/state/learner_interest.h"
#include "recommender/state/learner_view.h"

namespace evenlight {

// A set of reasons: bit n is Reason n.
using ReasonSet = uint32_t;

// A resource and all reasons for which it was proposed.
struct Proposal {
  ResourceIndex resource = ResourceIndex::kNone;
  ReasonSet reasons = 0;
};

struct ProposeInput {
  const LearnerView& view;
  const EligibilityGate& gate;
  const LearnerInterest& interest;
  // To choose from for what dismissals ask for.
  std::vector<ResourceIndex> related = {};
  absl::Span<const ResourceIndex> assigned = {};  // By teachers.
  int32_t page_size = 10;
};

// In the order of positions, each resource once. Holds at least `page_size`
// eligible resources if so many exist, and of those with nothing missing before
// them again as many. A few hundred at most.
std::vector<Proposal> Propose(const ProposeInput& input);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_PIPELINE_PROPOSE_H_
