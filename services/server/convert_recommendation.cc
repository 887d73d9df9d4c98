#include "services/server/convert_recommendation.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "evenlight/v1/recommendation_service.pb.h"
#include "services/server/convert_value.h"
#include "services/server/page_token.h"
#include "services/server/resource_name.h"

namespace evenlight {
namespace {

constexpr int kMaxFilterKcs = 50;
constexpr int kMaxExcluded = 1'000;
constexpr int kMaxGrade = 12;
constexpr int kMaxSubject = 64;
constexpr int kDefaultPageSize = 10;
constexpr int kMaxPageSize = 100;

bool HasPrimaryTag(absl::string_view tag, absl::string_view primary) {
  return absl::EqualsIgnoreCase(tag, primary) ||
         absl::StartsWithIgnoreCase(tag, absl::StrCat(primary, "-"));
}

uint32_t ToKinds(const v1::ResourceFilter& from, const FieldPath& path,
                 FieldViolations* violations) {
  uint32_t kinds = 0;
  if (!CheckCount(from.kinds_size(), 0, kMaxEnumerated,
                  FieldPath(path, "kinds"), violations)) {
    return kinds;
  }
  for (int index = 0; index < from.kinds_size(); ++index) {
    const int kind = from.kinds(index);
    if (kind <= 0 || !v1::ResourceKind_IsValid(kind)) {
      violations->Add(FieldPath(path, "kinds", index),
                      absl::StrCat(kind, " is no kind of resource"));
      continue;
    }
    kinds |= uint32_t{1} << kind;
  }
  return kinds;
}

void AddScoreParts(const ScoreParts& parts, const ScoreParts& weights,
                   v1::Recommendation* to) {
  for (int part = 0; part < kNumScoreParts; ++part) {
    v1::ScorePart* added = to->add_score_parts();
    added->set_name(kScorePartNames[part]);
    added->set_value(parts[part]);
    added->set_weight(weights[part]);
  }
}

}  // namespace

int32_t ToListSize(int32_t page_size, int32_t default_size, int32_t max_size,
                   FieldViolations* violations) {
  if (page_size < 0) {
    violations->Add(FieldPath(FieldPath(), "page_size"),
                    absl::StrCat(page_size, " is negative"));
  }
  return page_size <= 0 ? default_size : std::min(page_size, max_size);
}

ResourceFilter ToFilter(const v1::ResourceFilter& from,
                        FieldViolations* violations) {
  const FieldPath root;
  const FieldPath path(root, "filter");
  ResourceFilter to;
  CheckText(from.subject(), 0, kMaxSubject, FieldPath(path, "subject"),
            violations);
  to.subject = from.subject();
  CheckRange(from.grade(), 0, kMaxGrade, FieldPath(path, "grade"), violations);
  to.grade = from.grade();
  to.kinds = ToKinds(from, path, violations);
  to.kcs = ToIds(kKcs, from.knowledge_components(), path,
                 "knowledge_components", kMaxFilterKcs, violations);
  CheckLanguage(from.language(), FieldPath(path, "language"), violations);
  to.language = from.language();
  if (!(from.max_minutes() >= 0)) {  // Also nan.
    violations->Add(FieldPath(path, "max_minutes"),
                    absl::StrCat(from.max_minutes(), " is not at least 0"));
  }
  to.max_minutes = from.max_minutes();
  to.accessibility = ToAccessibility(from.accessibility_features(), path,
                                     "accessibility_features", violations);
  if (from.max_bandwidth_kbps() < 0) {
    violations->Add(FieldPath(path, "max_bandwidth_kbps"),
                    absl::StrCat(from.max_bandwidth_kbps(), " is negative"));
  }
  to.max_bandwidth_kbps = from.max_bandwidth_kbps();
  to.exclude = ToIds(kResources, from.exclude_resources(), path,
                     "exclude_resources", kMaxExcluded, violations);
  return to;
}

ReasonLanguage ToReasonLanguage(absl::string_view tag,
                                FieldViolations* violations) {
  if (!tag.empty() && !HasPrimaryTag(tag, "en") && !HasPrimaryTag(tag, "zh")) {
    violations->Add(FieldPath(FieldPath(), "reason_language"),
                    absl::StrCat(Quoted(tag), " is neither `en` nor `zh`"));
  }
  return ReasonLanguageOf(tag);
}

RecommendationRequest ToRequest(const v1::RecommendResourcesRequest& from,
                                FieldViolations* violations) {
  const FieldPath root;
  RecommendationRequest to;
  to.page_size =
      ToListSize(from.page_size(), kDefaultPageSize, kMaxPageSize, violations);
  to.phase = ToPhase(from.phase(), FieldPath(root, "phase"), violations);
  if (to.phase == Phase::kUnspecified) to.phase = Phase::kSelfStudy;
  to.filter = ToFilter(from.filter(), violations);
  to.language = ToReasonLanguage(from.reason_language(), violations);
  for (ResourceId& shown : ReadShownToken(from.page_token(), violations)) {
    to.filter.exclude.push_back(std::move(shown));
  }
  return to;
}

ReasonLanguage ReasonLanguageOf(absl::string_view tag) {
  return HasPrimaryTag(tag, "zh") ? ReasonLanguage::kChinese
                                  : ReasonLanguage::kEnglish;
}

void FromRankedList(const RankedList& from, const Catalog& catalog,
                    bool include_score_parts,
                    v1::RecommendResourcesResponse* to) {
  for (const RankedResource& ranked : from.shown) {
    v1::Recommendation* added = to->add_recommendations();
    DescribeResource(catalog.resource(ranked.resource), added);
    added->set_reason(static_cast<v1::Recommendation::Reason>(ranked.reason));
    added->set_reason_text(ranked.reason_text);
    added->set_score(ranked.score);
    if (ranked.p_correct.has_value()) {
      added->set_success_probability(*ranked.p_correct);
    }
    if (include_score_parts) AddScoreParts(ranked.parts, from.weights, added);
  }
  to->set_minutes_cap_reached(from.minutes_cap_reached);
  AddDegraded(from.degraded, to);
}

}  // namespace evenlight
