// Asks every source, and merges what they propose.

#ifndef EVENLIGHT_RECOMMENDER_PIPELINE_PROPOSE_H_
#define EVENLIGHT_RECOMMENDER_PIPELINE_PROPOSE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "core/recommendation.h"
#include "recommender/candidates/new_resources.h"
#include "recommender/candidates/source.h"
#include "recommender/pipeline/stage_watch.h"
#include "recommender/ranking/eligibility.h"
#include "recommender/state/learner_interest.h"
#include "recommender/state/learner_view.h"

namespace evenlight {

struct NamedSource;

// A resource and the reasons for which it was proposed: by one source, or once
// merged by all.
struct Proposal {
  ResourceIndex resource = ResourceIndex::kNone;
  ReasonSet reasons = 0;
  uint32_t sources = 0;  // Bit n is Sources()[n]; 0: the last resort alone.
};

struct Proposals {
  // In the order asked: a resource as often as it was proposed.
  std::vector<Proposal> all;
  // Sources that were not asked or failed, and why.
  std::vector<std::string> degraded;
};

struct ProposeInput {
  const LearnerView& view;
  const EligibilityGate& gate;
  const LearnerInterest& interest;
  // To choose from for what dismissals ask for.
  std::vector<ResourceIndex> related = {};
  absl::Span<const ResourceIndex> assigned = {};  // By teachers.
  // PipelineInput::new_resources.
  const NewResources* new_resources = nullptr;
  int32_t page_size = 10;
  uint64_t seed = 0;
  // RankingPolicy::switched_off.
  absl::Span<const std::string> switched_off = {};
  StageWatch* watch = nullptr;  // Asked for time by the name of each source.
  // At most 32, in the order asked. Empty: Sources().
  absl::Span<const NamedSource> sources = {};
};

// Holds at least `page_size` eligible resources if so many exist, and of those
// with nothing missing before them again as many; reviews among them only if
// their source is asked. A few hundred at most.
Proposals Propose(const ProposeInput& input);

// Each resource once, with all its reasons and sources, by position.
std::vector<Proposal> Merge(std::vector<Proposal> all);

// Sources that RankingPolicy::switched_off may name, as `source:next_step`.
std::vector<std::string> OptionalSources();

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_PIPELINE_PROPOSE_H_
