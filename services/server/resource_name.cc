#include "services/server/resource_name.h"

#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "core/ids.h"

namespace evenlight {

std::string IdIn(absl::string_view collection, absl::string_view name,
                 const FieldPath& path, FieldViolations* violations) {
  absl::string_view id = name;
  if (absl::ConsumePrefix(&id, collection) && IsValidId(id)) {
    return std::string(id);
  }
  violations->Add(path, absl::StrCat(Quoted(name), " is not `", collection,
                                     "` and ", kIdRule));
  return "";
}

std::string OptionalIdIn(absl::string_view collection, absl::string_view name,
                         const FieldPath& path, FieldViolations* violations) {
  return name.empty() ? "" : IdIn(collection, name, path, violations);
}

Actor ActorIn(absl::string_view name, const FieldPath& path,
              FieldViolations* violations) {
  absl::string_view id = name;
  ActorKind kind = ActorKind::kLearner;
  bool is_actor = absl::ConsumePrefix(&id, kLearners);
  if (!is_actor && absl::ConsumePrefix(&id, kTeachers)) {
    is_actor = true;
    kind = ActorKind::kTeacher;
  }
  if (is_actor && IsValidId(id)) return {kind, std::string(id)};
  violations->Add(path, absl::StrCat(Quoted(name), " is not `", kLearners,
                                     "` or `", kTeachers, "` and ", kIdRule));
  return {};
}

std::string NameOf(const Actor& actor) {
  return NameOf(actor.kind == ActorKind::kTeacher ? kTeachers : kLearners,
                actor.id);
}

}  // namespace evenlight
