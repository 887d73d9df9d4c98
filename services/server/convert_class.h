// Requests for lists of classes, groups and lessons and their answers between
// the wire and recommender/class_plan.

#ifndef EVENLIGHT_SERVICES_SERVER_CONVERT_CLASS_H_
#define EVENLIGHT_SERVICES_SERVER_CONVERT_CLASS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/catalog.h"
#include "recommender/class_plan/class_plan.h"
#include "recommender/class_plan/lesson_list.h"
#include "services/server/field_violations.h"

namespace evenlight {

namespace v1 {
class ClassRules;
class RecommendForClassRequest;
class RecommendForClassResponse;
class RecommendForGroupRequest;
class RecommendForGroupResponse;
class RecommendForLessonRequest;
class RecommendForLessonResponse;
}  // namespace v1

// The request without its seed. Every fault is a violation.
RecommendationRequest ToRequest(const v1::RecommendForClassRequest& from,
                                FieldViolations* violations);
RecommendationRequest ToRequest(const v1::RecommendForGroupRequest& from,
                                FieldViolations* violations);
RecommendationRequest ToRequest(const v1::RecommendForLessonRequest& from,
                                FieldViolations* violations);

// A resource that the teacher named, as far as the request alone can tell.
struct NamedResource {
  ResourceId id;
  std::string reason;
  int index = 0;  // In the request.
};

struct NamedRules {
  std::vector<NamedResource> pins;  // Each once, none of them banned.
  std::vector<NamedResource> bans;  // Each once.
  float max_minutes = 0;
  float floor = 0;
};

NamedRules ToRules(const v1::ClassRules& from, FieldViolations* violations);

// The rules in a catalog at a time.
//
// NOT_FOUND: a resource that is named does not exist. FAILED_PRECONDITION:
// nobody may be given one that is pinned. Both with a violation for each.
absl::StatusOr<ClassRules> InCatalog(const NamedRules& rules,
                                     const Catalog& catalog, absl::Time now);

// Fill in the list and what belongs to it, not the versions and times around.
void FromClassPlan(const ClassPlan& from, const Catalog& catalog,
                   const NamedRules& rules, v1::RecommendForClassResponse* to);
void FromClassPlan(const ClassPlan& from, const Catalog& catalog,
                   const NamedRules& rules, v1::RecommendForGroupResponse* to);
void FromLessonList(const LessonList& from, const Catalog& catalog,
                    v1::RecommendForLessonResponse* to);

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_SERVER_CONVERT_CLASS_H_
