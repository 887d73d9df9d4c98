// Which version of a tenant's models should serve: a pure rule over what is on
// disk, what is broken and what the operator pinned.

#ifndef EVENLIGHT_RECOMMENDER_LIFECYCLE_VERSION_POLICY_H_
#define EVENLIGHT_RECOMMENDER_LIFECYCLE_VERSION_POLICY_H_

#include <cstdint>
#include <optional>

#include "absl/container/flat_hash_set.h"
#include "absl/types/span.h"

namespace evenlight {

// What is known of one tenant's versions.
struct VersionFacts {
  absl::Span<const int64_t> published;         // Any order.
  const absl::flat_hash_set<int64_t>& broken;  // Known not to load.
  std::optional<int64_t> pinned;
  int64_t serving = 0;  // 0: none.
};

// The version to serve: the pinned one if it is published and not broken, else
// (when pinned) the serving one if any serves, else the newest that is not
// broken. 0 if there is none. Equal to `serving` when nothing should change.
int64_t ChooseVersion(const VersionFacts& facts);

// The newest published version below `serving` that is not broken; 0 if there
// is none.
int64_t PreviousVersion(const VersionFacts& facts);

}  // namespace evenlight

#endif  // EVENLIGHT_RECOMMENDER_LIFECYCLE_VERSION_POLICY_H_
