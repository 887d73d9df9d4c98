// Requests for a learner's recommendations and their answers between the wire
// and recommender/pipeline, and what all lists have in common.

#ifndef EVENLIGHT_SERVICES_SERVER_CONVERT_RECOMMENDATION_H_
#define EVENLIGHT_SERVICES_SERVER_CONVERT_RECOMMENDATION_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "core/catalog.h"
#include "recommender/pipeline/pipeline.h"
#include "services/server/field_violations.h"
#include "services/server/resource_name.h"

namespace evenlight {

namespace v1 {
class RecommendResourcesRequest;
class RecommendResourcesResponse;
class ResourceFilter;
}  // namespace v1

// The request without its seed. Every fault is a violation.
RecommendationRequest ToRequest(const v1::RecommendResourcesRequest& from,
                                FieldViolations* violations);

// The parts that requests for lists have in common. `page_size` in
// [1, max_size]; 0 is `default_size`.
int32_t ToListSize(int32_t page_size, int32_t default_size, int32_t max_size,
                   FieldViolations* violations);
ResourceFilter ToFilter(const v1::ResourceFilter& from,
                        FieldViolations* violations);

// The language of reasons for a tag: Chinese for `zh` and what begins so, else
// English.
ReasonLanguage ReasonLanguageOf(absl::string_view tag);

// The same for the field `reason_language` of a request; a tag of another
// language is a violation.
ReasonLanguage ToReasonLanguage(absl::string_view tag,
                                FieldViolations* violations);

// Fill in the items, not the versions and times around them.
void FromRankedList(const RankedList& from, const Catalog& catalog,
                    bool include_score_parts,
                    v1::RecommendResourcesResponse* to);

// What every kind of list says of a resource.
template <typename Item>
void DescribeResource(const Resource& resource, Item* item) {
  item->set_resource(NameOf(kResources, resource.id));
  item->set_title(resource.title);
  item->set_kind(static_cast<decltype(item->kind())>(resource.kind));
  item->set_minutes(resource.minutes);
  item->set_link(resource.link);
  for (const KcId& kc : resource.kcs) {
    item->add_knowledge_components(NameOf(kKcs, kc));
  }
}

// What every list says of stages that were left out.
template <typename Response>
void AddDegraded(const std::vector<std::string>& reasons, Response* to) {
  to->set_degraded(!reasons.empty());
  for (const std::string& reason : reasons) to->add_degraded_reasons(reason);
}

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_SERVER_CONVERT_RECOMMENDATION_H_
