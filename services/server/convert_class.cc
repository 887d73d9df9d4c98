#include "services/server/convert_class.h"

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "core/status_macros.h"
#include "evenlight/v1/class_lists.pb.h"
#include "services/server/convert_recommendation.h"
#include "services/server/convert_value.h"
#include "services/server/resource_name.h"

namespace evenlight {
namespace {

constexpr int kDefaultPageSize = 5;
constexpr int kMaxPageSize = 20;
constexpr int kDefaultLessonPageSize = 10;
constexpr int kMaxLessonPageSize = 50;
constexpr int kMaxPins = kMaxPageSize;
constexpr int kMaxBans = 1'000;
constexpr int kMaxReason = 200;
constexpr float kMaxListMinutes = 1'440;

template <typename Request>
RecommendationRequest ToAnyRequest(const Request& from, int default_size,
                                   int max_size, FieldViolations* violations) {
  const FieldPath root;
  RecommendationRequest to;
  to.page_size =
      ToListSize(from.page_size(), default_size, max_size, violations);
  to.phase = ToPhase(from.phase(), FieldPath(root, "phase"), violations);
  to.filter = ToFilter(from.filter(), violations);
  to.language = ToReasonLanguage(from.reason_language(), violations);
  return to;
}

template <typename Request>
RecommendationRequest ToClassRequest(const Request& from,
                                     FieldViolations* violations) {
  RecommendationRequest to =
      ToAnyRequest(from, kDefaultPageSize, kMaxPageSize, violations);
  if (to.phase == Phase::kUnspecified) to.phase = Phase::kInClass;
  return to;
}

template <typename Named>
std::vector<NamedResource> ToNamed(
    const google::protobuf::RepeatedPtrField<Named>& from,
    const FieldPath& parent, absl::string_view field, int max_count,
    FieldViolations* violations) {
  std::vector<NamedResource> named;
  if (!CheckCount(from.size(), 0, max_count, FieldPath(parent, field),
                  violations)) {
    return named;
  }
  absl::flat_hash_set<absl::string_view> seen;
  for (int index = 0; index < from.size(); ++index) {
    const FieldPath path(parent, field, index);
    CheckText(from[index].reason(), 0, kMaxReason, FieldPath(path, "reason"),
              violations);
    if (!seen.insert(from[index].resource()).second) continue;
    named.push_back({IdIn(kResources, from[index].resource(),
                          FieldPath(path, "resource"), violations),
                     from[index].reason(), index});
  }
  return named;
}

// Adds a violation for each resource that is pinned and banned.
void CheckNotBanned(const NamedRules& rules, const FieldPath& parent,
                    FieldViolations* violations) {
  absl::flat_hash_set<absl::string_view> banned;
  for (const NamedResource& ban : rules.bans) banned.insert(ban.id);
  for (const NamedResource& pin : rules.pins) {
    if (pin.id.empty() || !banned.contains(pin.id)) continue;
    const FieldPath path(parent, "pins", pin.index);
    violations->Add(FieldPath(path, "resource"),
                    absl::StrCat(NameOf(kResources, pin.id),
                                 " is banned too: take it out of one"));
  }
}

// Adds a violation for each that the catalog does not hold.
void CheckExist(const std::vector<NamedResource>& named, const Catalog& catalog,
                absl::string_view field, FieldViolations* violations) {
  const FieldPath root;
  const FieldPath rules(root, "rules");
  for (const NamedResource& one : named) {
    if (catalog.FindResource(one.id) != ResourceIndex::kNone) continue;
    const FieldPath path(rules, field, one.index);
    violations->Add(
        FieldPath(path, "resource"),
        absl::StrCat("there is no resource ", NameOf(kResources, one.id)));
  }
}

std::string WhyClosed(Refusal refusal, const Resource& resource) {
  const std::string name = NameOf(kResources, resource.id);
  switch (refusal) {
    case Refusal::kHidden:
      return absl::StrCat(
          name, " is hidden: show it with CatalogService.HideResource");
    case Refusal::kNotPublished:
      return absl::StrCat(name, " is not published before ",
                          FormatUtc(resource.publish_time));
    case Refusal::kExpired:
      return absl::StrCat(name, " expired at ",
                          FormatUtc(resource.expire_time));
    default:
      return absl::StrCat(
          name, " is a lesson plan, for teachers: see RecommendForLesson");
  }
}

// Adds a violation for each pin that nobody may be given.
void CheckOpen(const NamedRules& rules, const Catalog& catalog, absl::Time now,
               FieldViolations* violations) {
  const FieldPath root;
  const FieldPath parent(root, "rules");
  for (const NamedResource& pin : rules.pins) {
    const ResourceIndex resource = catalog.FindResource(pin.id);
    const Refusal refusal = CheckPin(catalog, resource, now);
    if (refusal == Refusal::kNone) continue;
    const FieldPath path(parent, "pins", pin.index);
    violations->Add(FieldPath(path, "resource"),
                    absl::StrCat(WhyClosed(refusal, catalog.resource(resource)),
                                 ", or leave it out"));
  }
}

template <typename Response>
void AddItems(const ClassPlan& from, const Catalog& catalog,
              const NamedRules& rules, Response* to) {
  for (const ClassItem& item : from.items) {
    v1::ClassRecommendation* added = to->add_recommendations();
    const Resource& resource = catalog.resource(item.resource);
    DescribeResource(resource, added);
    added->set_added_gain(item.added_gain);
    added->set_num_learners_fit(item.num_learners_fit);
    added->set_reason_text(item.reason_text);
    added->set_use(static_cast<v1::ClassRecommendation::Use>(item.use));
    for (const NamedResource& pin : rules.pins) {
      if (pin.id == resource.id) added->set_pin_reason(pin.reason);
    }
  }
  for (const NamedResource& ban : rules.bans) {
    v1::ClassBan* added = to->add_bans();
    added->set_resource(NameOf(kResources, ban.id));
    added->set_reason(ban.reason);
  }
}

template <typename Response>
void AddLearners(const ClassPlan& from, const Catalog& catalog, Response* to) {
  for (const ClassGroup& group : from.groups) {
    v1::LearnerGroup* added = to->add_groups();
    added->set_resource(
        NameOf(kResources, catalog.resource(group.resource).id));
    for (const LearnerId& learner : group.learners) {
      added->add_learners(NameOf(kLearners, learner));
    }
    added->set_reason_text(group.reason_text);
  }
  for (const UnservedLearner& unserved : from.unserved) {
    v1::UnservedLearner* added = to->add_unserved_learners();
    added->set_learner(NameOf(kLearners, unserved.learner));
    if (unserved.instead != ResourceIndex::kNone) {
      added->set_instead_resource(
          NameOf(kResources, catalog.resource(unserved.instead).id));
    }
    added->set_reason_text(unserved.reason_text);
  }
  for (const LearnerToSee& one : from.see_first) {
    v1::LearnerToSee* added = to->add_see_first();
    added->set_learner(NameOf(kLearners, one.learner));
    added->set_chance(one.chance);
    added->set_num_missing_prerequisites(one.num_missing);
    added->set_knowledge_component(NameOf(kKcs, catalog.kc(one.kc).id));
    added->set_reason_text(one.reason_text);
  }
}

template <typename Response>
void AddMastery(const std::vector<ClassKc>& map, const Catalog& catalog,
                Response* to) {
  for (const ClassKc& entry : map) {
    v1::ClassMastery* added = to->add_mastery();
    const KnowledgeComponent& kc = catalog.kc(entry.kc);
    added->set_knowledge_component(NameOf(kKcs, kc.id));
    added->set_title(kc.title);
    added->set_mean_p_known(entry.mean_p_known);
    added->set_share_mastered(entry.share_mastered);
    added->set_share_in_progress(entry.share_in_progress);
    added->set_share_not_started(entry.share_not_started);
  }
}

template <typename Response>
void FromAnyClassPlan(const ClassPlan& from, const Catalog& catalog,
                      const NamedRules& rules, Response* to) {
  AddItems(from, catalog, rules, to);
  AddLearners(from, catalog, to);
  AddMastery(from.map, catalog, to);
  for (const std::string& notice : from.notices) to->add_notices(notice);
  AddDegraded(from.degraded, to);
}

}  // namespace

RecommendationRequest ToRequest(const v1::RecommendForClassRequest& from,
                                FieldViolations* violations) {
  return ToClassRequest(from, violations);
}

RecommendationRequest ToRequest(const v1::RecommendForGroupRequest& from,
                                FieldViolations* violations) {
  return ToClassRequest(from, violations);
}

RecommendationRequest ToRequest(const v1::RecommendForLessonRequest& from,
                                FieldViolations* violations) {
  const FieldPath root;
  if (from.filter().knowledge_components().empty() &&
      from.filter().subject().empty()) {
    violations->Add(FieldPath(root, "filter"),
                    "says nothing of the unit: name knowledge_components, or "
                    "a subject");
  }
  return ToAnyRequest(from, kDefaultLessonPageSize, kMaxLessonPageSize,
                      violations);
}

NamedRules ToRules(const v1::ClassRules& from, FieldViolations* violations) {
  const FieldPath root;
  const FieldPath path(root, "rules");
  NamedRules to;
  to.pins = ToNamed(from.pins(), path, "pins", kMaxPins, violations);
  to.bans = ToNamed(from.bans(), path, "bans", kMaxBans, violations);
  CheckNotBanned(to, path, violations);
  CheckRange(from.max_minutes(), 0.0f, kMaxListMinutes,
             FieldPath(path, "max_minutes"), violations);
  CheckRange(from.floor(), 0.0f, 1.0f, FieldPath(path, "floor"), violations);
  to.max_minutes = from.max_minutes();
  to.floor = from.floor();
  return to;
}

absl::StatusOr<ClassRules> InCatalog(const NamedRules& rules,
                                     const Catalog& catalog, absl::Time now) {
  FieldViolations violations;
  CheckExist(rules.pins, catalog, "pins", &violations);
  CheckExist(rules.bans, catalog, "bans", &violations);
  RETURN_IF_ERROR(violations.ToStatus(absl::StatusCode::kNotFound));
  CheckOpen(rules, catalog, now, &violations);
  RETURN_IF_ERROR(violations.ToStatus(absl::StatusCode::kFailedPrecondition));
  ClassRules to;
  to.max_minutes = rules.max_minutes;
  to.floor = rules.floor;
  for (const NamedResource& pin : rules.pins) {
    to.pins.push_back({catalog.FindResource(pin.id), pin.reason});
  }
  for (const NamedResource& ban : rules.bans) to.bans.push_back(ban.id);
  return to;
}

void FromClassPlan(const ClassPlan& from, const Catalog& catalog,
                   const NamedRules& rules, v1::RecommendForClassResponse* to) {
  FromAnyClassPlan(from, catalog, rules, to);
}

void FromClassPlan(const ClassPlan& from, const Catalog& catalog,
                   const NamedRules& rules, v1::RecommendForGroupResponse* to) {
  FromAnyClassPlan(from, catalog, rules, to);
}

void FromLessonList(const LessonList& from, const Catalog& catalog,
                    v1::RecommendForLessonResponse* to) {
  for (const LessonResource& one : from.resources) {
    v1::LessonResource* added = to->add_resources();
    DescribeResource(catalog.resource(one.resource), added);
    added->set_score(one.score);
    added->set_num_learners_ready(one.num_ready);
    added->set_num_learners_mastered(one.num_mastered);
    added->set_mean_gain(one.mean_gain);
    added->set_quality(one.quality);
    added->set_reason_text(one.reason_text);
  }
  for (const LessonGap& gap : from.gaps) {
    v1::LessonGap* added = to->add_gaps();
    added->set_knowledge_component(NameOf(kKcs, catalog.kc(gap.kc).id));
    added->set_num_learners(gap.num_missing);
    added->set_reason_text(gap.reason_text);
  }
  AddMastery(from.map, catalog, to);
  for (const std::string& notice : from.notices) to->add_notices(notice);
  AddDegraded(from.degraded, to);
}

}  // namespace evenlight
