// Requests for recommendations and their answers between the wire and
// recommender/pipeline and recommender/class_plan.

#ifndef EVENLIGHT_SERVICES_SERVER_CONVERT_RECOMMENDATION_H_
#define EVENLIGHT_SERVICES_SERVER_CONVERT_RECOMMENDATION_H_

#include "absl/strings/string_view.h"
#include "core/catalog.h"
#include "recommender/class_plan/class_plan.h"
#include "recommender/pipeline/pipeline.h"
#include "services/server/field_violations.h"

namespace evenlight {

namespace v1 {
class RecommendForClassRequest;
class RecommendForClassResponse;
class RecommendResourcesRequest;
class RecommendResourcesResponse;
}  // namespace v1

// The request without its seed. Every fault is a violation.
RecommendationRequest ToRequest(const v1::RecommendResourcesRequest& from,
                                FieldViolations* violations);
RecommendationRequest ToRequest(const v1::RecommendForClassRequest& from,
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
void FromClassPlan(const ClassPlan& from, const Catalog& catalog,
                   v1::RecommendForClassResponse* to);

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_SERVER_CONVERT_RECOMMENDATION_H_
