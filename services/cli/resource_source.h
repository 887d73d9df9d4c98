// The engagements that `evenlight evaluate resources` measures on, from either
// kind of file.

#ifndef EVENLIGHT_SERVICES_CLI_RESOURCE_SOURCE_H_
#define EVENLIGHT_SERVICES_CLI_RESOURCE_SOURCE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "recommender/training/resource_split.h"
#include "services/cli/evaluate_resources.h"

namespace evenlight {

// Learners and resources have rows in the order of their ids, so that the order
// of a file changes nothing.
struct ResourceSource {
  ResourceSplit split;
  int64_t num_held_out = 0;
  std::string name;    // Of the files.
  std::string digest;  // Of two files: of their digests, in their order.
  // What a reader of the figures should know: who cannot be judged, what was
  // left out.
  std::vector<std::string> notes;
};

// Reads what the options name.
//
// NOT_FOUND: a file cannot be opened.
// INVALID_ARGUMENT: none or both of the sources, or a line is wrong; the
// message names the file, the line and how many more there are.
absl::StatusOr<ResourceSource> ReadResourceSource(
    const EvaluateResourcesOptions& options);

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_CLI_RESOURCE_SOURCE_H_
