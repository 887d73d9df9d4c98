// Whose turn it is among the new resources of each tenant, worked out once a
// second rather than in every request.

#ifndef EVENLIGHT_SERVICES_SERVER_NEW_RESOURCE_TURNS_H_
#define EVENLIGHT_SERVICES_SERVER_NEW_RESOURCE_TURNS_H_

#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "core/catalog.h"
#include "core/ids.h"
#include "core/mutex.h"
#include "recommender/candidates/new_resources.h"
#include "recommender/exposure/exposure_ledger.h"
#include "recommender/exposure/exposure_replay.h"
#include "recommender/ranking/policy.h"

namespace evenlight {

// Thread-safe. The lock covers pointer copies; while one request works the
// turns out anew, the others go on with those of before.
class NewResourceTurns {
 public:
  // Both outlive it.
  NewResourceTurns(NewResourcePolicy policy, const ExposureLedger* ledger,
                   const ExposureReplay* replay)
      : policy_(policy), ledger_(*ledger), replay_(*replay) {}

  // Of `catalog`, which is the tenant's, for `now`; up to a second old. An
  // error if the exposures of before the start cannot be read. Null while they
  // are being read.
  std::shared_ptr<const NewResources> Get(
      const TenantId& tenant, const std::shared_ptr<const Catalog>& catalog,
      absl::Time now) ABSL_LOCKS_EXCLUDED(mu_);

 private:
  struct Turns {
    std::shared_ptr<const Catalog> catalog;
    absl::Time time;
    std::shared_ptr<const NewResources> order;  // Null: not made yet.
    bool is_being_made = false;
  };

  std::shared_ptr<const NewResources> Make(const TenantId& tenant,
                                           const Catalog& catalog,
                                           absl::Time now) const;

  const NewResourcePolicy policy_;
  const ExposureLedger& ledger_;
  const ExposureReplay& replay_;
  Mutex mu_;
  absl::flat_hash_map<TenantId, Turns> turns_ ABSL_GUARDED_BY(mu_);
};

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_SERVER_NEW_RESOURCE_TURNS_H_
