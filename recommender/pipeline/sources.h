// The flat list of candidate sources: their names, places and for whom they
// are.

#ifndef EVENLIGHT_RECOMMENDER_PIPELINE_SOURCES_H_
#define EVENLIGHT_RECOMMENDER_PIPELINE_SOURCES_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "recommender/candidates/source.h"
#include "recommender/pipeline/propose.h"

namespace evenlight {

struct NamedSource {
  const char* name;  // `source:next_step`; lives for ever.
  // If it fails, nothing that it proposed counts, and the answer names it with
  // the message.
  absl::Status (*propose)(const ProposeInput& input, const SourceInput& places,
                          std::vector<Candidate>& candidates);
  int32_t num_places;
  bool has_a_page = false;   // At least: what it does not find does not exist.
  bool is_for_new = false;   // Asked for learners without events,
  bool is_for_known = true;  // and for those with.
  bool is_optional = true;   // May be switched off, or left out when late.
};

// In the order asked; at most 32.
absl::Span<const NamedSource> Sources();

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_PIPELINE_SOURCES_H_
