#include "services/server/push_edits.h"

#include <algorithm>
#include <future>
#include <memory>
#include <optional>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "core/digest.h"
#include "core/status_macros.h"
#include "evenlight/v1/push_service.pb.h"
#include "services/server/convert_push.h"
#include "services/server/convert_value.h"
#include "services/server/learner_profiles.h"
#include "services/server/page_token.h"
#include "services/server/push_draft.h"
#include "services/server/push_events.h"
#include "services/server/resource_name.h"
#include "services/server/status_details.h"

namespace evenlight {
namespace {

constexpr int kMaxLearners = 500;
constexpr int kMaxReason = 500;
constexpr int kPushesPerRead = 16;  // Of a page; one may take 2 MiB.

// Of what is asked for, whatever the request is called.
template <typename Request>
std::string DigestOf(Request request) {
  request.clear_request_id();
  return Sha256Hex(absl::StrCat(Request::descriptor()->full_name(), "/",
                                request.SerializeAsString()));
}

absl::Status ReusedRequestError(const std::string& request_id) {
  FieldViolations violations;
  violations.Add(
      FieldPath(FieldPath(), "request_id"),
      absl::StrCat(Quoted(request_id), " was used before for another request"));
  absl::Status status = violations.ToStatus(absl::StatusCode::kAlreadyExists);
  AttachReason("REQUEST_ID_REUSED", {{"request_id", request_id}}, &status);
  return status;
}

// Not before `now` and at most kMaxPushLife after it.
absl::Time ToDueTime(const v1::CreatePushRequest& request, absl::Time now,
                     absl::Time end_of_day, FieldViolations* violations) {
  if (!request.has_due_time()) return end_of_day;
  const FieldPath root;
  const FieldPath path(root, "due_time");
  const absl::Time due = ToTime(request.due_time(), path, violations);
  if (due < now) {
    violations->Add(
        path, absl::StrCat(FormatUtc(due), " is past: it is ", FormatUtc(now)));
  } else if (due > now + kMaxPushLife) {
    violations->Add(
        path, absl::StrCat(FormatUtc(due), " is more than 90 days after now, ",
                           FormatUtc(now)));
  }
  return due;
}

absl::Status NoSuchPush(const PushId& id) {
  return absl::NotFoundError(
      absl::StrCat("name: there is no push ", NameOf(kPushes, id)));
}

}  // namespace

// What is known of a write once it is validated.
struct PushEdits::Call {
  Call(const TenantId& tenant, absl::Time now)
      : tenant(tenant), now(absl::FromUnixMicros(absl::ToUnixMicros(now))) {}

  const TenantId& tenant;
  const absl::Time now;  // Whole microseconds.
  std::shared_ptr<const Catalog> catalog;
  std::string teacher;
  std::string request_id;
  std::string digest;
  std::string confirm_over_cap_reason;
  std::vector<StoredPushEdit> edits;
  bool is_preview = false;
};

PushEdits::PushEdits(Parts parts, OnCommit on_commit)
    : parts_(std::move(parts)),
      on_commit_(std::move(on_commit)),
      pushes_(parts_.database),
      roster_(parts_.database),
      minutes_(parts_.database, parts_.registry, parts_.states, parts_.day) {}

// Reads what both kinds of write hold.
template <typename Request>
void PushEdits::Read(const Request& request, int min_edits, Call* call,
                     FieldViolations* violations) {
  const FieldPath root;
  call->teacher = IdIn(kTeachers, request.teacher(), FieldPath(root, "teacher"),
                       violations);
  if (!request.request_id().empty() && !IsValidId(request.request_id())) {
    violations->Add(
        FieldPath(root, "request_id"),
        absl::StrCat(Quoted(request.request_id()), " is not ", kIdRule));
  }
  call->request_id = request.request_id();
  call->digest = DigestOf(request);
  call->edits = ToPushEdits(request.edits(), min_edits, call->teacher,
                            call->now, violations);
  CheckText(request.confirm_over_cap_reason(), 0, kMaxReason,
            FieldPath(root, "confirm_over_cap_reason"), violations);
  call->confirm_over_cap_reason = request.confirm_over_cap_reason();
}

absl::Status PushEdits::Create(const TenantId& tenant,
                               const v1::CreatePushRequest& request,
                               v1::CreatePushResponse* response) {
  FieldViolations violations;
  const FieldPath root;
  Call call(tenant, parts_.clock->Now());
  Read(request, 0, &call, &violations);
  IdIn(kClasses, request.class_name(), FieldPath(root, "class_name"),
       &violations);
  CheckCount(request.resources_size(), 0, kMaxPushedResources,
             FieldPath(root, "resources"), &violations);
  if (request.resources().empty() && request.edits().empty()) {
    violations.Add(FieldPath(root, "resources"), "is required");
  }
  ToPhase(request.phase(), FieldPath(root, "phase"), &violations);
  RETURN_IF_ERROR(violations.ToStatus());
  call.is_preview = request.preview();
  ASSIGN_OR_RETURN(call.catalog, parts_.catalogs->Get(tenant));

  const RequestGate::Pass pass(&gate_, tenant);
  StoredPush push;
  ASSIGN_OR_RETURN(const bool is_answered, FindAnswered(call, &push));
  if (!is_answered) {
    ASSIGN_OR_RETURN(push, Draft(call, request));
    RETURN_IF_ERROR(CheckMinutes(call, nullptr, &push));
    if (!call.is_preview) RETURN_IF_ERROR(Commit(call, nullptr, &push));
  }
  *response->mutable_push() =
      FromPush(push, ClassOf(push), *call.catalog, call.now);
  return absl::OkStatus();
}

absl::StatusOr<StoredPush> PushEdits::Draft(
    const Call& call, const v1::CreatePushRequest& request) const {
  FieldViolations violations;
  const FieldPath root;
  StoredPush push;
  push.class_id = IdIn(kClasses, request.class_name(),
                       FieldPath(root, "class_name"), &violations);
  push.teacher = call.teacher;
  push.phase = static_cast<Phase>(request.phase());
  if (push.phase == Phase::kUnspecified) push.phase = Phase::kPostClass;
  push.create_time = call.now;
  push.due_time =
      ToDueTime(request, call.now, parts_.day->EndOfDay(call.now), &violations);
  std::vector<ResourceId> resources;
  for (int index = 0; index < request.resources_size(); ++index) {
    resources.push_back(IdIn(kResources, request.resources(index),
                             FieldPath(root, "resources", index), &violations));
  }
  RETURN_IF_ERROR(violations.ToStatus());
  AddResources(resources, *call.catalog, call.now, &push, &violations);
  ApplyEdits(call.edits, *call.catalog, call.now, &push, &violations);
  RETURN_IF_ERROR(violations.ToStatus());
  RETURN_IF_ERROR(FindLearners(call, request, &push));
  return push;
}

absl::Status PushEdits::FindLearners(const Call& call,
                                     const v1::CreatePushRequest& request,
                                     StoredPush* push) const {
  const std::string class_name = NameOf(kClasses, push->class_id);
  ASSIGN_OR_RETURN(const std::optional<SchoolClass> found,
                   roster_.GetClass(call.tenant, push->class_id));
  if (!found.has_value()) {
    return absl::NotFoundError(
        absl::StrCat("class_name: there is no class ", class_name));
  }
  ASSIGN_OR_RETURN(ClassMembers members,
                   roster_.GetMembers(call.tenant, push->class_id));
  push->is_whole_class = request.learners().empty();
  if (push->is_whole_class) {
    if (members.learners.empty() || members.learners.size() > kMaxLearners) {
      return absl::FailedPreconditionError(absl::StrCat(
          class_name, " has ", members.learners.size(),
          " learners; a push goes to 1 to ", kMaxLearners,
          ": RosterService.UpsertPeople adds some, `learners` names some"));
    }
    push->learners = std::move(members.learners);
    return absl::OkStatus();
  }
  FieldViolations violations;
  const FieldPath root;
  push->learners = ToIds(kLearners, request.learners(), root, "learners",
                         kMaxLearners, &violations);
  RETURN_IF_ERROR(violations.ToStatus());
  for (int index = 0; index < request.learners_size(); ++index) {
    const std::string& name = request.learners(index);
    const bool is_member =
        absl::c_any_of(members.learners, [&](const LearnerId& learner) {
          return NameOf(kLearners, learner) == name;
        });
    if (is_member) continue;
    violations.Add(FieldPath(root, "learners", index),
                   absl::StrCat(Quoted(name), " is not in ", class_name));
  }
  return violations.ToStatus();
}

absl::Status PushEdits::Update(const TenantId& tenant,
                               const v1::UpdatePushRequest& request,
                               v1::UpdatePushResponse* response) {
  FieldViolations violations;
  const FieldPath root;
  Call call(tenant, parts_.clock->Now());
  const PushId id =
      IdIn(kPushes, request.name(), FieldPath(root, "name"), &violations);
  Read(request, 1, &call, &violations);
  RETURN_IF_ERROR(violations.ToStatus());
  ASSIGN_OR_RETURN(call.catalog, parts_.catalogs->Get(tenant));

  const RequestGate::Pass pass(&gate_, tenant);
  StoredPush push;
  ASSIGN_OR_RETURN(const bool is_answered, FindAnswered(call, &push));
  if (!is_answered) {
    ASSIGN_OR_RETURN(const std::optional<StoredPush> before,
                     pushes_.Get(tenant, id));
    if (!before.has_value()) return NoSuchPush(id);
    push = *before;
    ApplyEdits(call.edits, *call.catalog, call.now, &push, &violations);
    RETURN_IF_ERROR(violations.ToStatus());
    RETURN_IF_ERROR(CheckMinutes(call, &*before, &push));
    RETURN_IF_ERROR(Commit(call, &*before, &push));
  }
  *response->mutable_push() =
      FromPush(push, ClassOf(push), *call.catalog, call.now);
  return absl::OkStatus();
}

absl::StatusOr<bool> PushEdits::FindAnswered(const Call& call,
                                             StoredPush* push) const {
  if (call.request_id.empty() || call.is_preview) return false;
  ASSIGN_OR_RETURN(
      std::optional<StoredPush> found,
      pushes_.FindRequest(call.tenant, call.teacher, call.request_id));
  if (!found.has_value()) return false;
  if (found->request_digest != call.digest) {
    return ReusedRequestError(call.request_id);
  }
  *push = *std::move(found);
  return true;
}

absl::Status PushEdits::CheckMinutes(const Call& call, const StoredPush* before,
                                     StoredPush* push) const {
  ASSIGN_OR_RETURN(std::vector<StoredOverCap> over,
                   minutes_.OverCap(call.tenant, *call.catalog, before, *push));
  if (!over.empty() && call.confirm_over_cap_reason.empty() &&
      !call.is_preview) {
    return minutes_.NotConfirmed(over, *push);
  }
  KeepOverCap(std::move(over), call.confirm_over_cap_reason, push);
  return absl::OkStatus();
}

absl::Status PushEdits::Commit(const Call& call, const StoredPush* before,
                               StoredPush* push) {
  ASSIGN_OR_RETURN(const int64_t last, pushes_.LastSequence(call.tenant));
  push->sequence = last + 1;
  if (before == nullptr) {
    push->id = parts_.names->Make(call.now);
    push->first_sequence = push->sequence;
  }
  push->edited_by = call.teacher;
  push->update_time = call.now;
  push->request_id = call.request_id;
  push->request_digest = call.digest;
  WriteBatch batch;
  pushes_.Put(call.tenant, *push, &batch);

  using Results = absl::StatusOr<std::vector<CommitResult>>;
  auto promise = std::make_shared<std::promise<Results>>();
  std::future<Results> committed = promise->get_future();
  RETURN_IF_ERROR(parts_.committer->SubmitWith(
      call.tenant, EventsOf(*push, before, call.catalog->version()),
      std::move(batch),
      [promise](Results results) { promise->set_value(std::move(results)); }));
  ASSIGN_OR_RETURN(const std::vector<CommitResult> results, committed.get());
  const bool is_new = absl::c_all_of(results, [](const CommitResult& result) {
    return result.outcome == CommitResult::Outcome::kAccepted;
  });
  if (!is_new) {
    return absl::InternalError(absl::StrCat("an event id of push ", push->id,
                                            " was used before: not stored"));
  }
  if (on_commit_) on_commit_(call.tenant, *push);
  return absl::OkStatus();
}

absl::Status PushEdits::Get(const TenantId& tenant,
                            const v1::GetPushRequest& request,
                            v1::GetPushResponse* response) const {
  FieldViolations violations;
  const PushId id = IdIn(kPushes, request.name(),
                         FieldPath(FieldPath(), "name"), &violations);
  RETURN_IF_ERROR(violations.ToStatus());
  ASSIGN_OR_RETURN(const std::optional<StoredPush> found,
                   pushes_.Get(tenant, id));
  if (!found.has_value()) return NoSuchPush(id);
  ASSIGN_OR_RETURN(const std::shared_ptr<const Catalog> catalog,
                   parts_.catalogs->Get(tenant));
  *response->mutable_push() =
      FromPush(*found, ClassOf(*found), *catalog, parts_.clock->Now());
  return parts_.deliveries->AddTo(tenant, *found, ClassOf(*found),
                                  response->mutable_push());
}

absl::Status PushEdits::List(const TenantId& tenant,
                             const v1::ListPushesRequest& request,
                             v1::ListPushesResponse* response) const {
  FieldViolations violations;
  const Audience audience = ToAudience(request.audience(), &violations);
  const int page_size = ToPageSize(request.page_size(), &violations);
  const std::string token = ReadPageToken(request.page_token(), &violations);
  int64_t from = PushStore::kNewest;
  if (!token.empty() && (!absl::SimpleAtoi(token, &from) || from <= 0)) {
    violations.Add(FieldPath(FieldPath(), "page_token"),
                   "is not a next_page_token of this method");
  }
  RETURN_IF_ERROR(violations.ToStatus());
  ASSIGN_OR_RETURN(const std::shared_ptr<const Catalog> catalog,
                   parts_.catalogs->Get(tenant));
  const absl::Time now = parts_.clock->Now();
  size_t num_bytes = 0;
  while (true) {
    ASSIGN_OR_RETURN(const std::vector<StoredPush> pushes,
                     pushes_.Newest(tenant, audience, from, kPushesPerRead));
    for (const StoredPush& push : pushes) {
      if (response->pushes_size() == page_size || num_bytes > kMaxPageBytes) {
        response->set_next_page_token(
            MakePageToken(absl::StrCat(push.first_sequence)));
        return absl::OkStatus();
      }
      v1::Push* added = response->add_pushes();
      *added = FromPush(push, audience, *catalog, now);
      RETURN_IF_ERROR(parts_.deliveries->AddTo(tenant, push, audience, added));
      num_bytes += added->ByteSizeLong();
      from = push.first_sequence - 1;
    }
    if (pushes.size() < kPushesPerRead) return absl::OkStatus();
  }
}

}  // namespace evenlight
