#include "services/server/learner_goals.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/digest.h"
#include "core/status_macros.h"
#include "evenlight/v1/path.pb.h"
#include "services/server/convert_path.h"
#include "services/server/convert_recommendation.h"
#include "services/server/convert_value.h"
#include "services/server/learner_lists.h"
#include "services/server/resource_name.h"
#include "services/server/status_details.h"

namespace evenlight {
namespace {

constexpr size_t kMaxRequests = 8;

void CheckRequestId(const std::string& id, FieldViolations* violations) {
  if (id.empty() || IsValidId(id)) return;
  violations->Add(FieldPath(FieldPath(), "request_id"),
                  absl::StrCat(Quoted(id), " is not ", kIdRule));
}

absl::Status ReusedError(const std::string& request_id) {
  FieldViolations violations;
  violations.Add(
      FieldPath(FieldPath(), "request_id"),
      absl::StrCat(Quoted(request_id), " was used before for another goal"));
  absl::Status status = violations.ToStatus(absl::StatusCode::kAlreadyExists);
  AttachReason("REQUEST_ID_REUSED", {{"request_id", request_id}}, &status);
  return status;
}

// The request of that id; nullptr if none is remembered.
const GoalRequest* FindRequest(const StoredGoal& goal, const std::string& id) {
  const auto found = std::find_if(
      goal.requests.begin(), goal.requests.end(),
      [&](const GoalRequest& request) { return request.id == id; });
  return found == goal.requests.end() ? nullptr : &*found;
}

void Remember(GoalRequest request, std::vector<GoalRequest>& requests) {
  requests.push_back(std::move(request));
  if (requests.size() > kMaxRequests) requests.erase(requests.begin());
}

}  // namespace

absl::Status LearnerGoals::SetGoal(const TenantId& tenant,
                                   const v1::SetGoalRequest& request,
                                   v1::SetGoalResponse* response) {
  FieldViolations violations;
  const LearnerId learner =
      IdIn(kLearners, request.learner(), FieldPath(FieldPath(), "learner"),
           &violations);
  CheckRequestId(request.request_id(), &violations);
  ToReasonLanguage(request.reason_language(), &violations);
  const absl::Time now = parts_.clock->Now();
  ASSIGN_OR_RETURN(const std::shared_ptr<const Catalog> catalog,
                   parts_.catalogs->Get(tenant));
  RETURN_IF_ERROR(CheckHasResources(tenant, *catalog));
  if (!violations.empty()) {
    // The goal's faults with the others, all at once.
    ToGoal(request.goal(), FieldPath(FieldPath(), "goal"), now, *catalog,
           &violations);
    return violations.ToStatus();
  }
  StoredGoal stored;
  {
    MutexLock lock(write_mu_);
    ASSIGN_OR_RETURN(stored, Store(tenant, learner, request, now));
  }
  return Describe(tenant, learner, stored, request.reason_language(), now,
                  response);
}

// A retry is told by its id before anything else: its due time may be over.
absl::StatusOr<StoredGoal> LearnerGoals::Store(
    const TenantId& tenant, const LearnerId& learner,
    const v1::SetGoalRequest& request, absl::Time now) {
  const std::string digest = Sha256Hex(request.goal().SerializeAsString());
  ASSIGN_OR_RETURN(std::optional<StoredGoal> earlier,
                   goals_.Get(tenant, learner));
  if (earlier.has_value() && !request.request_id().empty()) {
    const GoalRequest* used = FindRequest(*earlier, request.request_id());
    if (used != nullptr && used->digest == digest) return *std::move(earlier);
    if (used != nullptr) return ReusedError(request.request_id());
  }
  FieldViolations violations;
  ASSIGN_OR_RETURN(const std::shared_ptr<const Catalog> catalog,
                   parts_.catalogs->Get(tenant));
  StoredGoal stored;
  stored.goal = ToGoal(request.goal(), FieldPath(FieldPath(), "goal"), now,
                       *catalog, &violations);
  RETURN_IF_ERROR(violations.ToStatus());
  RETURN_IF_ERROR(CheckIsKnown(tenant, learner));
  stored.set_time = absl::FromUnixMicros(absl::ToUnixMicros(now));
  if (earlier.has_value()) stored.requests = std::move(earlier->requests);
  if (!request.request_id().empty()) {
    Remember({request.request_id(), digest}, stored.requests);
  }
  WriteBatch batch;
  goals_.Put(tenant, learner, stored, &batch);
  RETURN_IF_ERROR(parts_.database->Write(batch));
  return stored;
}

absl::Status LearnerGoals::CheckIsKnown(const TenantId& tenant,
                                        const LearnerId& learner) const {
  ASSIGN_OR_RETURN(const std::optional<Person> person,
                   roster_.GetPerson(tenant, {ActorKind::kLearner, learner}));
  if (person.has_value()) return absl::OkStatus();
  const std::shared_ptr<const ModelSet> models =
      parts_.registry->Serving(tenant);
  ASSIGN_OR_RETURN(const LearnerState state,
                   parts_.states->Read(tenant, learner, *models));
  if (state.num_events > 0) return absl::OkStatus();
  return absl::NotFoundError(
      absl::StrCat("learner: ", NameOf(kLearners, learner),
                   " is not in the roster and has no event that tells what "
                   "they know"));
}

absl::Status LearnerGoals::GetGoal(const TenantId& tenant,
                                   const v1::GetGoalRequest& request,
                                   v1::GetGoalResponse* response) const {
  FieldViolations violations;
  const LearnerId learner =
      IdIn(kLearners, request.learner(), FieldPath(FieldPath(), "learner"),
           &violations);
  ToReasonLanguage(request.reason_language(), &violations);
  RETURN_IF_ERROR(violations.ToStatus());
  ASSIGN_OR_RETURN(const std::optional<StoredGoal> stored,
                   goals_.Get(tenant, learner));
  if (!stored.has_value()) return NoGoalError(learner);
  return Describe(tenant, learner, *stored, request.reason_language(),
                  parts_.clock->Now(), response);
}

template <typename Response>
absl::Status LearnerGoals::Describe(const TenantId& tenant,
                                    const LearnerId& learner,
                                    const StoredGoal& stored,
                                    const std::string& language, absl::Time now,
                                    Response* response) const {
  ASSIGN_OR_RETURN(const LearnerPaths::Planned planned,
                   paths_.Plan(tenant, learner, stored.goal, language, now));
  FromGoal(stored.goal, response->mutable_goal());
  FromGoalProgress(planned.plan.progress, response->mutable_progress());
  *response->mutable_set_time() = ToTimestamp(stored.set_time);
  return absl::OkStatus();
}

}  // namespace evenlight
