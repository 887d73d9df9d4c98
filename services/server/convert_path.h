// Goals and paths between the wire and recommender/path.

#ifndef EVENLIGHT_SERVICES_SERVER_CONVERT_PATH_H_
#define EVENLIGHT_SERVICES_SERVER_CONVERT_PATH_H_

#include "absl/time/time.h"
#include "core/catalog.h"
#include "core/goal.h"
#include "recommender/path/path_plan.h"
#include "services/server/field_violations.h"

namespace evenlight {

namespace v1 {
class Goal;
class GoalProgress;
class PlanPathResponse;
}  // namespace v1

// The goal with its defaults. Every fault is a violation below `path`: a kc
// that `catalog` does not hold, and a due time that is not after `now`, too.
Goal ToGoal(const v1::Goal& from, const FieldPath& path, absl::Time now,
            const Catalog& catalog, FieldViolations* violations);

void FromGoal(const Goal& from, v1::Goal* to);
void FromGoalProgress(const GoalProgress& from, v1::GoalProgress* to);

// Fills in the activities, the kcs, the progress and what is degraded, not the
// versions and times around them.
void FromPathPlan(const PathPlan& from, const Catalog& catalog,
                  v1::PlanPathResponse* to);

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_SERVER_CONVERT_PATH_H_
