// Resource names such as `learners/l1`: the collection and the id in it. They
// exist at the network's edge only.

#ifndef EVENLIGHT_SERVICES_SERVER_RESOURCE_NAME_H_
#define EVENLIGHT_SERVICES_SERVER_RESOURCE_NAME_H_

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "core/event.h"
#include "services/server/field_violations.h"

namespace evenlight {

inline constexpr char kLearners[] = "learners/";
inline constexpr char kTeachers[] = "teachers/";
inline constexpr char kResources[] = "resources/";
inline constexpr char kKcs[] = "knowledgeComponents/";
inline constexpr char kClasses[] = "classes/";
inline constexpr char kSchools[] = "schools/";
inline constexpr char kLists[] = "lists/";
inline constexpr char kPushes[] = "pushes/";

// The id in `name`, which must be `collection` and a valid id; else empty, with
// a violation at `path`. An empty name is a violation too.
std::string IdIn(absl::string_view collection, absl::string_view name,
                 const FieldPath& path, FieldViolations* violations);

// As IdIn(), but an empty name is fine and gives an empty id.
std::string OptionalIdIn(absl::string_view collection, absl::string_view name,
                         const FieldPath& path, FieldViolations* violations);

// The actor in `learners/{learner}` or `teachers/{teacher}`.
Actor ActorIn(absl::string_view name, const FieldPath& path,
              FieldViolations* violations);

inline std::string NameOf(absl::string_view collection, absl::string_view id) {
  return absl::StrCat(collection, id);
}
std::string NameOf(const Actor& actor);

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_SERVER_RESOURCE_NAME_H_
