// Makes the lists that RecommendResources answers, and has them recorded: the
// learner's state, the snapshot, the pipeline, and the memory of request ids.

#ifndef EVENLIGHT_SERVICES_SERVER_LEARNER_LISTS_H_
#define EVENLIGHT_SERVICES_SERVER_LEARNER_LISTS_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "core/clock.h"
#include "core/ids.h"
#include "recommender/ingest/committer.h"
#include "recommender/ingest/state_reader.h"
#include "recommender/lifecycle/model_registry.h"
#include "recommender/pipeline/pipeline.h"
#include "services/server/catalog_cache.h"
#include "services/server/degraded_meter.h"
#include "services/server/learner_day.h"
#include "services/server/name_maker.h"
#include "services/server/new_resource_turns.h"
#include "services/server/request_gate.h"
#include "services/server/stage_timer.h"
#include "storage/list_store.h"
#include "storage/roster_store.h"

namespace evenlight {

namespace v1 {
class RecommendResourcesRequest;
}

// Thread-safe.
class LearnerLists {
 public:
  // All outlive it.
  struct Parts {
    const Clock* clock;
    Database* database;
    CatalogCache* catalogs;
    const ModelRegistry* registry;
    const StateReader* states;
    Committer* committer;
    NameMaker* names;
    RankingPolicy policy;
    StageMeter* stages;
    const LearnerDay* day;
    // Null: new resources have no budget, the newest are proposed.
    NewResourceTurns* new_resources = nullptr;
    DegradedMeter* degraded = nullptr;  // Null: degraded lists are not counted.
  };

  explicit LearnerLists(Parts parts);

  // The bytes of the RecommendResourcesResponse. A list that is no preview is
  // handed to the committer before this returns; nobody waits for the disk. One
  // that the committer does not take is answered without a name, as degraded. A
  // request id that was answered before gives the bytes of that time.
  //
  // INVALID_ARGUMENT: with field violations.
  // ALREADY_EXISTS: the request id was used for another request.
  // FAILED_PRECONDITION: the tenant has no resources.
  absl::StatusOr<std::string> Recommend(
      const TenantId& tenant, const v1::RecommendResourcesRequest& request);

 private:
  struct Call;

  absl::StatusOr<std::string> Make(const Call& call);
  absl::StatusOr<std::optional<std::string>> FindAnswered(
      const Call& call) const;
  bool Record(const Call& call, const ServingSnapshot& snapshot,
              const LearnerState& state, const RankedList& list,
              const std::string& response);

  const Parts parts_;
  const ListStore lists_;
  const RosterStore roster_;
  RequestGate gate_;
};

// FAILED_PRECONDITION if there is nothing that could be recommended.
absl::Status CheckHasResources(const TenantId& tenant, const Catalog& catalog);

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_SERVER_LEARNER_LISTS_H_
