#include "services/server/exposure_report.h"

#include <memory>
#include <vector>

#include "core/status_macros.h"
#include "evenlight/v1/report_service.pb.h"
#include "recommender/exposure/new_resource_order.h"
#include "recommender/ranking/score.h"
#include "services/server/convert_value.h"
#include "services/server/resource_name.h"

namespace evenlight {
namespace {

constexpr int kMaxNamed = 1'000;
constexpr int kDefaultNamed = 100;
// As QualityOf() of what the model does not know: it is gone from the catalog.
constexpr double kUnknownQuality = 0.5;

}  // namespace

absl::Status ExposureReport::Get(const TenantId& tenant,
                                 const v1::GetExposureRequest& request,
                                 v1::GetExposureResponse* response) const {
  FieldViolations violations;
  CheckRange(request.max_new_resources(), 0, kMaxNamed,
             FieldPath(FieldPath(), "max_new_resources"), &violations);
  RETURN_IF_ERROR(violations.ToStatus());
  RETURN_IF_ERROR(parts_.replay->status(tenant));
  const absl::Time now = parts_.clock->Now();
  ASSIGN_OR_RETURN(
      const std::shared_ptr<const ServingSnapshot> snapshot,
      parts_.catalogs->Snapshot(tenant, parts_.registry->Serving(tenant)));
  *response->mutable_start_time() = ToTimestamp(ExposureWindowStart(now));
  AddTiers(tenant, *snapshot, now, response);
  AddNewResources(tenant, *snapshot->catalog, now,
                  request.max_new_resources() == 0
                      ? kDefaultNamed
                      : request.max_new_resources(),
                  response);
  response->set_num_left_out(parts_.ledger->num_left_out(tenant));
  return absl::OkStatus();
}

// Quality is that of the model that serves now, so that accounts of several
// weeks compare the same.
void ExposureReport::AddTiers(const TenantId& tenant,
                              const ServingSnapshot& snapshot, absl::Time now,
                              v1::GetExposureResponse* response) const {
  const TierExposures tiers =
      parts_.ledger->Tiers(tenant, now, [&](ResourceKey key) -> double {
        const ResourceIndex resource = snapshot.catalog->FindResource(key);
        return resource == ResourceIndex::kNone ? kUnknownQuality
                                                : QualityOf(snapshot, resource);
      });
  for (size_t tier = 0; tier < tiers.size(); ++tier) {
    if (tiers[tier].num_learners < kMinReportedLearners) continue;
    v1::TierExposure* to = response->add_tiers();
    to->set_tier(static_cast<v1::Tier>(tier));
    to->set_num_learners(tiers[tier].num_learners);
    to->set_num_lists(tiers[tier].num_lists);
    to->set_exposure(static_cast<float>(tiers[tier].mean()));
  }
  const double parity = ExposureParity(tiers, kMinReportedLearners);
  if (parity >= 0) response->set_parity(static_cast<float>(parity));
}

void ExposureReport::AddNewResources(const TenantId& tenant,
                                     const Catalog& catalog, absl::Time now,
                                     int max_named,
                                     v1::GetExposureResponse* response) const {
  const std::vector<NewResource> order =
      OrderNewResources(tenant, catalog, *parts_.ledger, parts_.policy.max_age,
                        parts_.policy.budget, now);
  response->set_num_new_resources(static_cast<int32_t>(order.size()));
  for (const NewResource& one : order) {
    if (response->new_resources_size() == max_named) break;
    const Resource& resource = catalog.resource(one.resource);
    v1::NewResourceExposure* to = response->add_new_resources();
    to->set_resource(NameOf(kResources, resource.id));
    to->set_title(resource.title);
    to->set_exposure(static_cast<float>(one.exposure));
    to->set_budget_left(
        static_cast<float>(parts_.policy.budget - one.exposure));
  }
}

}  // namespace evenlight
