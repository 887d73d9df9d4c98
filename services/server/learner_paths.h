// Plans the paths that PlanPath answers, and what SetGoal and GetGoal say of
// progress: the learner's state, the snapshot, the minutes spent today, the
// plan.

#ifndef EVENLIGHT_SERVICES_SERVER_LEARNER_PATHS_H_
#define EVENLIGHT_SERVICES_SERVER_LEARNER_PATHS_H_

#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/clock.h"
#include "core/ids.h"
#include "recommender/ingest/state_reader.h"
#include "recommender/lifecycle/model_registry.h"
#include "recommender/path/path_plan.h"
#include "services/server/catalog_cache.h"
#include "services/server/degraded_meter.h"
#include "storage/goal_store.h"
#include "storage/roster_store.h"
#include "storage/track_store.h"

namespace evenlight {

namespace v1 {
class PlanPathRequest;
class PlanPathResponse;
}  // namespace v1

// Thread-safe.
class LearnerPaths {
 public:
  // All outlive it.
  struct Parts {
    const Clock* clock;
    Database* database;
    CatalogCache* catalogs;
    const ModelRegistry* registry;
    const StateReader* states;
    RankingPolicy policy;
    DegradedMeter* degraded;
  };

  // A plan and what it was made from.
  struct Planned {
    PathPlan plan;
    std::shared_ptr<const ServingSnapshot> snapshot;
  };

  explicit LearnerPaths(Parts parts);

  // `language` is a tag of the sentences; empty: the learner's.
  //
  // FAILED_PRECONDITION: the tenant has no resources.
  absl::StatusOr<Planned> Plan(const TenantId& tenant, const LearnerId& learner,
                               const Goal& goal, absl::string_view language,
                               absl::Time now) const;

  // INVALID_ARGUMENT: with field violations. NOT_FOUND: no goal is given and
  // none stored. FAILED_PRECONDITION: as Plan().
  absl::Status PlanPath(const TenantId& tenant,
                        const v1::PlanPathRequest& request,
                        v1::PlanPathResponse* response) const;

 private:
  absl::StatusOr<float> MinutesSpent(const TenantId& tenant,
                                     const LearnerId& learner, absl::Time from,
                                     const Catalog& catalog) const;

  const Parts parts_;
  const GoalStore goals_;
  const RosterStore roster_;
  const TrackStore track_;
};

// NOT_FOUND: what to say of a learner without a goal.
absl::Status NoGoalError(const LearnerId& learner);

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_SERVER_LEARNER_PATHS_H_
