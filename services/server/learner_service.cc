#include "services/server/learner_service.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "core/status_macros.h"
#include "services/server/convert_mastery.h"
#include "services/server/convert_value.h"
#include "services/server/resource_name.h"

namespace evenlight {
namespace {

constexpr int kMaxKcsAsked = 1'000;

// The kcs that are asked for, or all that the learner has practised; ordered as
// the catalog is, by id.
std::vector<KcIndex> KcsToShow(const std::vector<KcId>& asked,
                               const LearnerState& state,
                               const Catalog& catalog) {
  std::vector<KcIndex> kcs;
  for (const KcId& id : asked) kcs.push_back(catalog.FindKc(id));
  if (asked.empty()) {
    for (const KcState& kc : state.kcs) {
      const KcIndex index = catalog.FindKc(kc.kc);
      if (index != KcIndex::kNone) kcs.push_back(index);
    }
  }
  std::sort(kcs.begin(), kcs.end());
  return kcs;
}

std::vector<KcId> AskedKcs(const v1::GetLearnerStateRequest& request,
                           const Catalog& catalog,
                           FieldViolations* violations) {
  const FieldPath root;
  std::vector<KcId> asked =
      ToIds(kKcs, request.knowledge_components(), root, "knowledge_components",
            kMaxKcsAsked, violations);
  // ToIds() has named the malformed ones; of too many it takes none.
  if (asked.empty()) return asked;
  for (int index = 0; index < request.knowledge_components_size(); ++index) {
    absl::string_view id = request.knowledge_components(index);
    const bool is_name = absl::ConsumePrefix(&id, kKcs);
    if (!is_name || !IsValidId(id) || catalog.FindKc(id) != KcIndex::kNone) {
      continue;
    }
    violations->Add(FieldPath(root, "knowledge_components", index),
                    absl::StrCat(Quoted(request.knowledge_components(index)),
                                 " is not in the catalog"));
  }
  return asked;
}

}  // namespace

grpc::ServerUnaryReactor* LearnerService::GetLearnerState(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return RunUnary<v1::GetLearnerStateRequest, v1::LearnerState>(
      runner_, Priority::kReport, context, request, response,
      [this](const TenantId& tenant, const v1::GetLearnerStateRequest& parsed,
             v1::LearnerState* answer) { return Get(tenant, parsed, answer); });
}

grpc::ServerUnaryReactor* LearnerService::SetGoal(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return RunUnary<v1::SetGoalRequest, v1::SetGoalResponse>(
      runner_, Priority::kRecord, context, request, response,
      [this](const TenantId& tenant, const v1::SetGoalRequest& parsed,
             v1::SetGoalResponse* answer) {
        return goals_.SetGoal(tenant, parsed, answer);
      });
}

grpc::ServerUnaryReactor* LearnerService::GetGoal(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return RunUnary<v1::GetGoalRequest, v1::GetGoalResponse>(
      runner_, Priority::kReport, context, request, response,
      [this](const TenantId& tenant, const v1::GetGoalRequest& parsed,
             v1::GetGoalResponse* answer) {
        return goals_.GetGoal(tenant, parsed, answer);
      });
}

absl::Status LearnerService::Get(const TenantId& tenant,
                                 const v1::GetLearnerStateRequest& request,
                                 v1::LearnerState* response) const {
  FieldViolations violations;
  const FieldPath root;
  ASSIGN_OR_RETURN(const std::shared_ptr<const Catalog> catalog,
                   parts_.catalogs->Get(tenant));
  const LearnerId learner = IdIn(kLearners, request.learner(),
                                 FieldPath(root, "learner"), &violations);
  const std::vector<KcId> asked = AskedKcs(request, *catalog, &violations);
  RETURN_IF_ERROR(violations.ToStatus());

  const std::shared_ptr<const ModelSet> models =
      parts_.registry->Serving(tenant);
  ASSIGN_OR_RETURN(const LearnerState state,
                   parts_.states->Read(tenant, learner, *models));
  if (state.num_events == 0) {
    ASSIGN_OR_RETURN(const std::optional<Person> person,
                     roster_.GetPerson(tenant, {ActorKind::kLearner, learner}));
    if (!person.has_value()) {
      return absl::NotFoundError(
          absl::StrCat("learner: ", NameOf(kLearners, learner),
                       " is not in the roster and has no event that tells "
                       "what they know"));
    }
  }

  response->set_learner(NameOf(kLearners, learner));
  response->set_num_events(state.num_events);
  response->set_num_answers(state.num_answers());
  if (state.num_events > 0) {
    *response->mutable_last_event_time() = ToTimestamp(state.last.time);
  }
  response->set_model_version(models->version);
  const MasteryMoment moment = {.model = &models->tracing,
                                .state = &state,
                                .now = parts_.clock->Now(),
                                .mastered_p_known = parts_.mastered_p_known,
                                .explain = request.explain()};
  for (const KcIndex kc : KcsToShow(asked, state, *catalog)) {
    FromMastery(moment, catalog->kc(kc).id, response->add_mastery());
  }
  return absl::OkStatus();
}

}  // namespace evenlight
