// Interaction lines, as recommender data sets are published: a learner, then
// the resources they used, parted by blanks; a line per learner.

#ifndef EVENLIGHT_SERVICES_INTEROP_INTERACTIONS_H_
#define EVENLIGHT_SERVICES_INTEROP_INTERACTIONS_H_

#include <cstdint>
#include <istream>
#include <vector>

#include "core/ids.h"
#include "services/interop/line_reader.h"

namespace evenlight {

// The learner of one line and their resources, in order.
struct LearnerInteractions {
  LearnerId learner;
  std::vector<ResourceId> resources;
};

struct InteractionsFile {
  std::vector<Lined<LearnerInteractions>> lines;
  int64_t num_interactions = 0;
  std::vector<RefusedRow> refused;
};

// A learner without resources is taken. A line with a wrong id is refused
// whole: what stood in its place is not known. A learner's second line too,
// because nothing tells which comes first.
InteractionsFile ReadInteractions(std::istream* in);

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_INTEROP_INTERACTIONS_H_
