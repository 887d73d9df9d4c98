#include "services/server/class_lists.h"

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/status_macros.h"
#include "evenlight/v1/recommendation_service.pb.h"
#include "recommender/class_plan/class_plan.h"
#include "services/server/convert_recommendation.h"
#include "services/server/convert_value.h"
#include "services/server/learner_lists.h"
#include "services/server/learner_profiles.h"
#include "services/server/resource_name.h"

namespace evenlight {
namespace {

absl::StatusOr<SchoolClass> FindClass(const RosterStore& roster,
                                      const TenantId& tenant,
                                      const ClassId& id) {
  ASSIGN_OR_RETURN(std::optional<SchoolClass> found,
                   roster.GetClass(tenant, id));
  if (found.has_value()) return *std::move(found);
  return absl::NotFoundError(
      absl::StrCat("class_name: there is no class ", NameOf(kClasses, id)));
}

// The learners of a class with their profiles and states.
absl::StatusOr<std::vector<ClassLearner>> LearnersOf(const RosterStore& roster,
                                                     const StateReader& states,
                                                     const TenantId& tenant,
                                                     const ClassId& id,
                                                     const ModelSet& models) {
  ASSIGN_OR_RETURN(const ClassMembers members, roster.GetMembers(tenant, id));
  if (members.learners.empty()) {
    return absl::FailedPreconditionError(
        absl::StrCat("class ", NameOf(kClasses, id),
                     " has no learners yet: RosterService.UpsertPeople adds "
                     "them"));
  }
  ASSIGN_OR_RETURN(std::vector<LearnerState> all_states,
                   states.ReadMany(tenant, members.learners, models));
  std::vector<ClassLearner> learners(members.learners.size());
  for (size_t learner = 0; learner < learners.size(); ++learner) {
    ASSIGN_OR_RETURN(learners[learner].profile,
                     ProfileOf(roster, tenant, members.learners[learner]));
    learners[learner].state = std::move(all_states[learner]);
  }
  return learners;
}

}  // namespace

ClassLists::ClassLists(Parts parts)
    : parts_(std::move(parts)), roster_(parts_.database) {}

absl::Status ClassLists::Recommend(
    const TenantId& tenant, const v1::RecommendForClassRequest& proto,
    v1::RecommendForClassResponse* response) const {
  FieldViolations violations;
  const FieldPath root;
  const ClassId id = IdIn(kClasses, proto.class_name(),
                          FieldPath(root, "class_name"), &violations);
  RecommendationRequest request = ToRequest(proto, &violations);
  RETURN_IF_ERROR(violations.ToStatus());
  ASSIGN_OR_RETURN(const SchoolClass school_class,
                   FindClass(roster_, tenant, id));
  if (request.filter.grade == 0) request.filter.grade = school_class.grade;

  const absl::Time now = parts_.clock->Now();
  const std::shared_ptr<const ModelSet> models =
      parts_.registry->Serving(tenant);
  ASSIGN_OR_RETURN(const std::shared_ptr<const ServingSnapshot> snapshot,
                   parts_.catalogs->Snapshot(tenant, models));
  RETURN_IF_ERROR(CheckHasResources(tenant, *snapshot->catalog));
  ASSIGN_OR_RETURN(const std::vector<ClassLearner> learners,
                   LearnersOf(roster_, *parts_.states, tenant, id, *models));
  const ClassPlan plan = PlanForClass(
      {*snapshot, learners, request, parts_.policy, now, ClassRules()});

  FromClassPlan(plan, *snapshot->catalog, response);
  response->set_model_version(models->version);
  response->set_catalog_version(snapshot->catalog->version());
  *response->mutable_create_time() = ToTimestamp(now);
  return absl::OkStatus();
}

}  // namespace evenlight
