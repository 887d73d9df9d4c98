// Makes the lists that RecommendForClass, RecommendForGroup and
// RecommendForLesson answer. They are previews: nothing is recorded.

#ifndef EVENLIGHT_SERVICES_SERVER_CLASS_LISTS_H_
#define EVENLIGHT_SERVICES_SERVER_CLASS_LISTS_H_

#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "core/clock.h"
#include "core/ids.h"
#include "recommender/class_plan/class_plan.h"
#include "recommender/ingest/state_reader.h"
#include "recommender/lifecycle/model_registry.h"
#include "recommender/ranking/policy.h"
#include "services/server/catalog_cache.h"
#include "services/server/convert_class.h"
#include "services/server/degraded_meter.h"
#include "storage/roster_store.h"

namespace evenlight {

namespace v1 {
class RecommendForClassRequest;
class RecommendForClassResponse;
class RecommendForGroupRequest;
class RecommendForGroupResponse;
class RecommendForLessonRequest;
class RecommendForLessonResponse;
}  // namespace v1

// Thread-safe.
class ClassLists {
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

  explicit ClassLists(Parts parts);

  // All: INVALID_ARGUMENT: with field violations. FAILED_PRECONDITION: the
  // tenant has no resources.

  // NOT_FOUND: no such class, or no resource that is pinned or banned.
  // FAILED_PRECONDITION: it has no learners, or nobody may be given a pin.
  absl::Status ForClass(const TenantId& tenant,
                        const v1::RecommendForClassRequest& request,
                        v1::RecommendForClassResponse* response) const;

  // NOT_FOUND: a learner is not on the tenant's roster; else as ForClass().
  absl::Status ForGroup(const TenantId& tenant,
                        const v1::RecommendForGroupRequest& request,
                        v1::RecommendForGroupResponse* response) const;

  // NOT_FOUND: no such class or kc. FAILED_PRECONDITION: it has no learners.
  absl::Status ForLesson(const TenantId& tenant,
                         const v1::RecommendForLessonRequest& request,
                         v1::RecommendForLessonResponse* response) const;

 private:
  // What one request reads, taken once.
  struct Moment {
    absl::Time now;
    std::shared_ptr<const ModelSet> models;
    std::shared_ptr<const ServingSnapshot> snapshot;
  };

  absl::StatusOr<Moment> MomentOf(const TenantId& tenant) const;
  absl::StatusOr<std::vector<ClassLearner>> LearnersOf(
      const TenantId& tenant, absl::Span<const LearnerId> learners,
      const Moment& moment) const;
  template <typename Response>
  absl::Status Plan(const Moment& moment,
                    absl::Span<const ClassLearner> learners,
                    const RecommendationRequest& request,
                    const NamedRules& rules, Response* response) const;

  const Parts parts_;
  const RosterStore roster_;
};

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_SERVER_CLASS_LISTS_H_
