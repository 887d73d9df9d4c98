// What LearnerService does about goals, without the network: checks and stores
// them, and says how the learner stands.

#ifndef EVENLIGHT_SERVICES_SERVER_LEARNER_GOALS_H_
#define EVENLIGHT_SERVICES_SERVER_LEARNER_GOALS_H_

#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/ids.h"
#include "core/mutex.h"
#include "services/server/learner_paths.h"
#include "storage/goal_store.h"

namespace evenlight {

namespace v1 {
class GetGoalRequest;
class GetGoalResponse;
class SetGoalRequest;
class SetGoalResponse;
}  // namespace v1

// Thread-safe. Each method is the one of learner_service.proto.
class LearnerGoals {
 public:
  // `parts` as of LearnerPaths; all outlive it.
  LearnerGoals(const LearnerPaths::Parts& parts, const LearnerPaths* paths)
      : parts_(parts),
        paths_(*paths),
        goals_(parts.database),
        roster_(parts.database) {}

  absl::Status SetGoal(const TenantId& tenant,
                       const v1::SetGoalRequest& request,
                       v1::SetGoalResponse* response)
      ABSL_LOCKS_EXCLUDED(write_mu_);
  absl::Status GetGoal(const TenantId& tenant,
                       const v1::GetGoalRequest& request,
                       v1::GetGoalResponse* response) const;

 private:
  absl::StatusOr<StoredGoal> Store(const TenantId& tenant,
                                   const LearnerId& learner,
                                   const v1::SetGoalRequest& request,
                                   absl::Time now)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(write_mu_);
  absl::Status CheckIsKnown(const TenantId& tenant,
                            const LearnerId& learner) const;

  // Fills in goal, progress and set time.
  template <typename Response>
  absl::Status Describe(const TenantId& tenant, const LearnerId& learner,
                        const StoredGoal& stored, const std::string& language,
                        absl::Time now, Response* response) const;

  const LearnerPaths::Parts parts_;
  const LearnerPaths& paths_;
  const GoalStore goals_;
  const RosterStore roster_;
  // Writes go one by one, over their I/O: each reads the goal before.
  Mutex write_mu_;
};

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_SERVER_LEARNER_GOALS_H_
