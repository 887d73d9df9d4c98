// A push while it is made or changed, as plain values: what may stand on it and
// what a teacher's edits do to it. No network, no store.

#ifndef EVENLIGHT_SERVICES_SERVER_PUSH_DRAFT_H_
#define EVENLIGHT_SERVICES_SERVER_PUSH_DRAFT_H_

#include <vector>

#include "absl/time/time.h"
#include "absl/types/span.h"
#include "core/catalog.h"
#include "core/ids.h"
#include "services/server/field_violations.h"
#include "storage/push_store.h"

namespace evenlight {

inline constexpr int kMaxPushedResources = 100;
inline constexpr int kMaxPushEdits = 500;  // In a push's life.

// Puts `resources` on the empty list of `push`, in their order. A violation of
// `resources[i]` for each that `catalog` does not hold, that learners must not
// see at `now` (hidden, expired, not yet published, a lesson plan), or that is
// named twice.
void AddResources(absl::Span<const ResourceId> resources,
                  const Catalog& catalog, absl::Time now, StoredPush* push,
                  FieldViolations* violations);

// Applies `edits`, which are well formed, to the list and the bans of `push`
// and adds them to its edits; see PushEdit in push_service.proto. A violation
// of `edits[i]` for each that does not fit, and of `edits` if nothing is left
// on the list, or more than kMaxPushedResources, or there are more than
// kMaxPushEdits by now.
void ApplyEdits(absl::Span<const StoredPushEdit> edits, const Catalog& catalog,
                absl::Time now, StoredPush* push, FieldViolations* violations);

// The resources of `push` that are not on `before`; all of them if that is
// null.
std::vector<ResourceId> AddedResources(const StoredPush& push,
                                       const StoredPush* before);

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_SERVER_PUSH_DRAFT_H_
