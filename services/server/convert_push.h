// Pushes between the wire and storage/push_store.h.

#ifndef EVENLIGHT_SERVICES_SERVER_CONVERT_PUSH_H_
#define EVENLIGHT_SERVICES_SERVER_CONVERT_PUSH_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "core/catalog.h"
#include "google/protobuf/repeated_field.h"
#include "services/server/field_violations.h"
#include "storage/push_store.h"

namespace evenlight {

namespace v1 {
class Push;
class PushEdit;
}  // namespace v1

// The edits of a request by `teacher` at `now`; between `min_count` and 100.
// Every fault is a violation of `edits`.
std::vector<StoredPushEdit> ToPushEdits(
    const google::protobuf::RepeatedPtrField<v1::PushEdit>& edits,
    int min_count, const std::string& teacher, absl::Time now,
    FieldViolations* violations);

// The audience in `classes/{class}` or `learners/{learner}`; else a violation
// of `audience`.
Audience ToAudience(absl::string_view name, FieldViolations* violations);

// The push as it stands in `catalog` at `now`, as `audience` may see it: a
// learner does not learn who else has it. One without an id has no name and no
// list.
v1::Push FromPush(const StoredPush& push, const Audience& audience,
                  const Catalog& catalog, absl::Time now);

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_SERVER_CONVERT_PUSH_H_
