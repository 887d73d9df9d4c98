#include "services/server/learner_paths.h"

#include <map>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/status_macros.h"
#include "evenlight/v1/path.pb.h"
#include "services/server/convert_path.h"
#include "services/server/convert_recommendation.h"
#include "services/server/convert_value.h"
#include "services/server/learner_lists.h"
#include "services/server/learner_profiles.h"
#include "services/server/resource_name.h"

namespace evenlight {
namespace {

// More events of one day are an import, not a learner's work.
constexpr int kMaxEvents = 10'000;

bool TakesTime(Verb verb) {
  return verb == Verb::kViewed || verb == Verb::kCompleted ||
         verb == Verb::kAnswered || verb == Verb::kAttended;
}

}  // namespace

LearnerPaths::LearnerPaths(Parts parts)
    : parts_(std::move(parts)),
      goals_(parts_.database),
      roster_(parts_.database),
      track_(parts_.database) {}

// A resource whose events tell no time counts with its minutes, once.
absl::StatusOr<float> LearnerPaths::MinutesSpent(const TenantId& tenant,
                                                 const LearnerId& learner,
                                                 absl::Time from,
                                                 const Catalog& catalog) const {
  std::map<ResourceId, absl::Duration> spent;
  int num_events = 0;
  RETURN_IF_ERROR(
      track_.List(tenant, {ActorKind::kLearner, learner}, {from, ""},
                  {absl::InfiniteFuture(), ""}, [&](const Event& event) {
                    if (TakesTime(event.verb) && !event.time_is_order) {
                      spent[event.resource] += event.time_spent;
                    }
                    return ++num_events < kMaxEvents;
                  }));
  float minutes = 0;
  for (const auto& [id, time] : spent) {
    const ResourceIndex resource = catalog.FindResource(id);
    if (time > absl::ZeroDuration()) {
      minutes += static_cast<float>(absl::ToDoubleMinutes(time));
    } else if (resource != ResourceIndex::kNone) {
      minutes += catalog.resource(resource).minutes;
    }
  }
  return minutes;
}

absl::StatusOr<LearnerPaths::Planned> LearnerPaths::Plan(
    const TenantId& tenant, const LearnerId& learner, const Goal& goal,
    absl::string_view language, absl::Time now) const {
  const std::shared_ptr<const ModelSet> models =
      parts_.registry->Serving(tenant);
  Planned planned;
  ASSIGN_OR_RETURN(planned.snapshot, parts_.catalogs->Snapshot(tenant, models));
  const Catalog& catalog = *planned.snapshot->catalog;
  RETURN_IF_ERROR(CheckHasResources(tenant, catalog));
  ASSIGN_OR_RETURN(const LearnerProfile profile,
                   ProfileOf(roster_, tenant, learner));
  ASSIGN_OR_RETURN(const LearnerState state,
                   parts_.states->Read(tenant, learner, *models));
  ASSIGN_OR_RETURN(const float minutes_spent,
                   MinutesSpent(tenant, learner,
                                PathCalendar(goal, now).Midnight(), catalog));
  planned.plan = evenlight::PlanPath(
      {.snapshot = *planned.snapshot,
       .state = state,
       .profile = profile,
       .goal = goal,
       .policy = parts_.policy,
       .now = now,
       .minutes_spent_today = minutes_spent,
       .language =
           ReasonLanguageOf(language.empty() ? profile.language : language)});
  return planned;
}

absl::Status LearnerPaths::PlanPath(const TenantId& tenant,
                                    const v1::PlanPathRequest& request,
                                    v1::PlanPathResponse* response) const {
  FieldViolations violations;
  const FieldPath root;
  const absl::Time now = parts_.clock->Now();
  ASSIGN_OR_RETURN(const std::shared_ptr<const Catalog> catalog,
                   parts_.catalogs->Get(tenant));
  const LearnerId learner = IdIn(kLearners, request.learner(),
                                 FieldPath(root, "learner"), &violations);
  ToReasonLanguage(request.reason_language(), &violations);
  Goal goal;
  if (request.has_goal()) {
    RETURN_IF_ERROR(CheckHasResources(tenant, *catalog));
    goal = ToGoal(request.goal(), FieldPath(root, "goal"), now, *catalog,
                  &violations);
  }
  RETURN_IF_ERROR(violations.ToStatus());
  if (!request.has_goal()) {
    ASSIGN_OR_RETURN(std::optional<StoredGoal> stored,
                     goals_.Get(tenant, learner));
    if (!stored.has_value()) return NoGoalError(learner);
    goal = std::move(stored->goal);
  }
  ASSIGN_OR_RETURN(const Planned planned,
                   Plan(tenant, learner, goal, request.reason_language(), now));
  parts_.degraded->Count(planned.plan.degraded);
  FromPathPlan(planned.plan, *planned.snapshot->catalog, response);
  FromGoal(goal, response->mutable_goal());
  response->set_model_version(planned.snapshot->models->version);
  response->set_catalog_version(planned.snapshot->catalog->version());
  *response->mutable_create_time() = ToTimestamp(now);
  return absl::OkStatus();
}

absl::Status NoGoalError(const LearnerId& learner) {
  return absl::NotFoundError(
      absl::StrCat("learner: ", NameOf(kLearners, learner),
                   " has no goal: LearnerService.SetGoal sets one, and "
                   "RecommendationService.PlanPath takes one"));
}

}  // namespace evenlight
