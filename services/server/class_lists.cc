#include "services/server/class_lists.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/status_macros.h"
#include "evenlight/v1/class_lists.pb.h"
#include "recommender/class_plan/lesson_list.h"
#include "services/server/convert_value.h"
#include "services/server/learner_lists.h"
#include "services/server/learner_profiles.h"
#include "services/server/resource_name.h"

namespace evenlight {
namespace {

constexpr int kMaxGroup = 200;

absl::StatusOr<SchoolClass> FindClass(const RosterStore& roster,
                                      const TenantId& tenant,
                                      const ClassId& id) {
  ASSIGN_OR_RETURN(std::optional<SchoolClass> found,
                   roster.GetClass(tenant, id));
  if (found.has_value()) return *std::move(found);
  return absl::NotFoundError(
      absl::StrCat("class_name: there is no class ", NameOf(kClasses, id)));
}

absl::StatusOr<std::vector<LearnerId>> MembersOf(const RosterStore& roster,
                                                 const TenantId& tenant,
                                                 const ClassId& id) {
  ASSIGN_OR_RETURN(ClassMembers members, roster.GetMembers(tenant, id));
  if (!members.learners.empty()) return std::move(members.learners);
  return absl::FailedPreconditionError(
      absl::StrCat("class ", NameOf(kClasses, id),
                   " has no learners yet: RosterService.UpsertPeople adds "
                   "them"));
}

absl::Status CheckOnRoster(const RosterStore& roster, const TenantId& tenant,
                           absl::Span<const LearnerId> learners) {
  FieldViolations violations;
  const FieldPath root;
  for (const LearnerId& learner : learners) {
    ASSIGN_OR_RETURN(const std::optional<Person> person,
                     roster.GetPerson(tenant, {ActorKind::kLearner, learner}));
    if (person.has_value()) continue;
    violations.Add(FieldPath(root, "learners"),
                   absl::StrCat("there is no learner ",
                                NameOf(kLearners, learner), " on the roster"));
  }
  return violations.ToStatus(absl::StatusCode::kNotFound);
}

absl::Status CheckKcs(const ResourceFilter& filter, const Catalog& catalog) {
  FieldViolations violations;
  const FieldPath root;
  const FieldPath path(root, "filter");
  for (const KcId& kc : filter.kcs) {
    if (catalog.FindKc(kc) != KcIndex::kNone) continue;
    violations.Add(
        FieldPath(path, "knowledge_components"),
        absl::StrCat("there is no knowledge component ", NameOf(kKcs, kc)));
  }
  return violations.ToStatus(absl::StatusCode::kNotFound);
}

}  // namespace

ClassLists::ClassLists(Parts parts)
    : parts_(std::move(parts)), roster_(parts_.database) {}

absl::StatusOr<ClassLists::Moment> ClassLists::MomentOf(
    const TenantId& tenant) const {
  Moment moment;
  moment.now = parts_.clock->Now();
  moment.models = parts_.registry->Serving(tenant);
  ASSIGN_OR_RETURN(moment.snapshot,
                   parts_.catalogs->Snapshot(tenant, moment.models));
  RETURN_IF_ERROR(CheckHasResources(tenant, *moment.snapshot->catalog));
  return moment;
}

absl::StatusOr<std::vector<ClassLearner>> ClassLists::LearnersOf(
    const TenantId& tenant, absl::Span<const LearnerId> ids,
    const Moment& moment) const {
  ASSIGN_OR_RETURN(std::vector<LearnerState> states,
                   parts_.states->ReadMany(tenant, ids, *moment.models));
  std::vector<ClassLearner> learners(ids.size());
  for (size_t learner = 0; learner < learners.size(); ++learner) {
    ASSIGN_OR_RETURN(learners[learner].profile,
                     ProfileOf(roster_, tenant, ids[learner]));
    learners[learner].state = std::move(states[learner]);
  }
  return learners;
}

template <typename Response>
absl::Status ClassLists::Plan(const Moment& moment,
                              absl::Span<const ClassLearner> learners,
                              const RecommendationRequest& request,
                              const NamedRules& named,
                              Response* response) const {
  const Catalog& catalog = *moment.snapshot->catalog;
  ASSIGN_OR_RETURN(const ClassRules rules,
                   InCatalog(named, catalog, moment.now));
  const ClassPlan plan = PlanForClass(
      {*moment.snapshot, learners, request, parts_.policy, moment.now, rules});
  parts_.degraded->Count(plan.degraded);
  FromClassPlan(plan, catalog, named, response);
  response->set_model_version(moment.models->version);
  response->set_catalog_version(catalog.version());
  *response->mutable_create_time() = ToTimestamp(moment.now);
  return absl::OkStatus();
}

absl::Status ClassLists::ForClass(
    const TenantId& tenant, const v1::RecommendForClassRequest& proto,
    v1::RecommendForClassResponse* response) const {
  FieldViolations violations;
  const FieldPath root;
  const ClassId id = IdIn(kClasses, proto.class_name(),
                          FieldPath(root, "class_name"), &violations);
  RecommendationRequest request = ToRequest(proto, &violations);
  const NamedRules rules = ToRules(proto.rules(), &violations);
  RETURN_IF_ERROR(violations.ToStatus());
  ASSIGN_OR_RETURN(const SchoolClass school_class,
                   FindClass(roster_, tenant, id));
  if (request.filter.grade == 0) request.filter.grade = school_class.grade;
  ASSIGN_OR_RETURN(const Moment moment, MomentOf(tenant));
  ASSIGN_OR_RETURN(const std::vector<LearnerId> members,
                   MembersOf(roster_, tenant, id));
  ASSIGN_OR_RETURN(const std::vector<ClassLearner> learners,
                   LearnersOf(tenant, members, moment));
  return Plan(moment, learners, request, rules, response);
}

absl::Status ClassLists::ForGroup(
    const TenantId& tenant, const v1::RecommendForGroupRequest& proto,
    v1::RecommendForGroupResponse* response) const {
  FieldViolations violations;
  const FieldPath root;
  if (proto.learners().empty()) {
    CheckCount(0, 1, kMaxGroup, FieldPath(root, "learners"), &violations);
  }
  const std::vector<LearnerId> ids = ToIds(kLearners, proto.learners(), root,
                                           "learners", kMaxGroup, &violations);
  const RecommendationRequest request = ToRequest(proto, &violations);
  const NamedRules rules = ToRules(proto.rules(), &violations);
  RETURN_IF_ERROR(violations.ToStatus());
  RETURN_IF_ERROR(CheckOnRoster(roster_, tenant, ids));
  ASSIGN_OR_RETURN(const Moment moment, MomentOf(tenant));
  ASSIGN_OR_RETURN(const std::vector<ClassLearner> learners,
                   LearnersOf(tenant, ids, moment));
  return Plan(moment, learners, request, rules, response);
}

absl::Status ClassLists::ForLesson(
    const TenantId& tenant, const v1::RecommendForLessonRequest& proto,
    v1::RecommendForLessonResponse* response) const {
  FieldViolations violations;
  const FieldPath root;
  const ClassId id = IdIn(kClasses, proto.class_name(),
                          FieldPath(root, "class_name"), &violations);
  RecommendationRequest request = ToRequest(proto, &violations);
  RETURN_IF_ERROR(violations.ToStatus());
  ASSIGN_OR_RETURN(const SchoolClass school_class,
                   FindClass(roster_, tenant, id));
  if (request.filter.grade == 0) request.filter.grade = school_class.grade;
  ASSIGN_OR_RETURN(const Moment moment, MomentOf(tenant));
  const Catalog& catalog = *moment.snapshot->catalog;
  RETURN_IF_ERROR(CheckKcs(request.filter, catalog));
  ASSIGN_OR_RETURN(const std::vector<LearnerId> members,
                   MembersOf(roster_, tenant, id));
  ASSIGN_OR_RETURN(const std::vector<ClassLearner> learners,
                   LearnersOf(tenant, members, moment));
  const ClassRules no_rules;
  const LessonList list = RankForLesson({*moment.snapshot, learners, request,
                                         parts_.policy, moment.now, no_rules});
  parts_.degraded->Count(list.degraded);
  FromLessonList(list, catalog, response);
  response->set_model_version(moment.models->version);
  response->set_catalog_version(catalog.version());
  *response->mutable_create_time() = ToTimestamp(moment.now);
  return absl::OkStatus();
}

}  // namespace evenlight
