#include "services/server/convert_roster.h"

#include "absl/strings/str_cat.h"
#include "evenlight/v1/roster_service.pb.h"
#include "services/server/convert_value.h"
#include "services/server/resource_name.h"

namespace evenlight {
namespace {

constexpr int kMaxTitle = 200;
constexpr int kMaxRegion = 128;
constexpr int kMaxClasses = 32;
constexpr int kMaxGrade = 12;

}  // namespace

School ToSchool(const v1::School& from, const FieldPath& path,
                FieldViolations* violations) {
  School to;
  to.id = IdIn(kSchools, from.name(), FieldPath(path, "name"), violations);
  CheckText(from.title(), 0, kMaxTitle, FieldPath(path, "title"), violations);
  to.title = from.title();
  CheckText(from.region(), 0, kMaxRegion, FieldPath(path, "region"),
            violations);
  to.region = from.region();
  if (!v1::Tier_IsValid(from.tier())) {
    violations->Add(FieldPath(path, "tier"),
                    absl::StrCat(from.tier(), " is no tier"));
    return to;
  }
  to.tier = static_cast<Tier>(from.tier());
  return to;
}

SchoolClass ToSchoolClass(const v1::SchoolClass& from, const FieldPath& path,
                          FieldViolations* violations) {
  SchoolClass to;
  to.id = IdIn(kClasses, from.name(), FieldPath(path, "name"), violations);
  CheckText(from.title(), 0, kMaxTitle, FieldPath(path, "title"), violations);
  to.title = from.title();
  to.school = OptionalIdIn(kSchools, from.school(), FieldPath(path, "school"),
                           violations);
  CheckRange(from.grade(), 0, kMaxGrade, FieldPath(path, "grade"), violations);
  to.grade = from.grade();
  to.suggest_only = from.suggest_only();
  return to;
}

Person ToPerson(const v1::Person& from, const FieldPath& path,
                FieldViolations* violations) {
  Person to;
  to.actor = ActorIn(from.name(), FieldPath(path, "name"), violations);
  to.school = OptionalIdIn(kSchools, from.school(), FieldPath(path, "school"),
                           violations);
  to.classes =
      ToIds(kClasses, from.classes(), path, "classes", kMaxClasses, violations);
  CheckRange(from.grade(), 0, kMaxGrade, FieldPath(path, "grade"), violations);
  to.grade = from.grade();
  CheckLanguage(from.language(), FieldPath(path, "language"), violations);
  to.language = from.language();
  to.accessibility_needs = ToAccessibility(from.accessibility_needs(), path,
                                           "accessibility_needs", violations);
  if (from.bandwidth_kbps() < 0) {
    violations->Add(FieldPath(path, "bandwidth_kbps"),
                    absl::StrCat(from.bandwidth_kbps(), " is negative"));
  }
  to.bandwidth_kbps = from.bandwidth_kbps();
  return to;
}

v1::SchoolClass FromSchoolClass(const SchoolClass& from) {
  v1::SchoolClass to;
  to.set_name(NameOf(kClasses, from.id));
  to.set_title(from.title);
  if (!from.school.empty()) to.set_school(NameOf(kSchools, from.school));
  to.set_grade(from.grade);
  to.set_suggest_only(from.suggest_only);
  return to;
}

}  // namespace evenlight
