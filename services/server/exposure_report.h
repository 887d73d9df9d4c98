// What GetExposure answers: the accounts of the tiers, and the new resources
// with what is left of their budget.

#ifndef EVENLIGHT_SERVICES_SERVER_EXPOSURE_REPORT_H_
#define EVENLIGHT_SERVICES_SERVER_EXPOSURE_REPORT_H_

#include "absl/status/status.h"
#include "core/catalog.h"
#include "core/clock.h"
#include "core/ids.h"
#include "recommender/exposure/exposure_ledger.h"
#include "recommender/exposure/exposure_replay.h"
#include "recommender/lifecycle/model_registry.h"
#include "recommender/ranking/policy.h"
#include "services/server/catalog_cache.h"

namespace evenlight {

namespace v1 {
class GetExposureRequest;
class GetExposureResponse;
}  // namespace v1

// Smaller groups are left out (MODELS section 3.7).
inline constexpr int64_t kMinReportedLearners = 10;

// Thread-safe.
class ExposureReport {
 public:
  // All outlive it.
  struct Parts {
    const Clock* clock;
    CatalogCache* catalogs;
    const ModelRegistry* registry;
    const ExposureLedger* ledger;
    const ExposureReplay* replay;
    NewResourcePolicy policy;
  };

  explicit ExposureReport(Parts parts) : parts_(parts) {}

  // Errors as in report_service.proto.
  absl::Status Get(const TenantId& tenant,
                   const v1::GetExposureRequest& request,
                   v1::GetExposureResponse* response) const;

 private:
  void AddTiers(const TenantId& tenant, const ServingSnapshot& snapshot,
                absl::Time now, v1::GetExposureResponse* response) const;
  void AddNewResources(const TenantId& tenant, const Catalog& catalog,
                       absl::Time now, int max_named,
                       v1::GetExposureResponse* response) const;

  const Parts parts_;
};

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_SERVER_EXPOSURE_REPORT_H_
