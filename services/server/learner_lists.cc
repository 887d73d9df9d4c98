#include "services/server/learner_lists.h"

#include <google/protobuf/arena.h>

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/awaited.h"
#include "core/digest.h"
#include "core/status_macros.h"
#include "evenlight/v1/recommendation_service.pb.h"
#include "services/server/convert_recommendation.h"
#include "services/server/convert_value.h"
#include "services/server/learner_profiles.h"
#include "services/server/page_token.h"
#include "services/server/resource_name.h"
#include "services/server/status_details.h"

namespace evenlight {
namespace {

// What the messages of a list of 20 take.
constexpr size_t kResponseBytes = 16 << 10;

// One request for one list has one seed: a retry or a replay draws the same.
uint64_t SeedOf(const TenantId& tenant, const LearnerId& learner,
                const std::string& name) {
  const std::string digest =
      Sha256Hex(absl::StrCat(tenant, "/", learner, "/", name));
  return std::stoull(digest.substr(0, 16), nullptr, 16);
}

// For the page after `list`; empty if there is none.
std::string NextPageToken(const v1::RecommendResourcesRequest& proto,
                          const RecommendationRequest& request,
                          const RankedList& list, const Catalog& catalog) {
  if (list.shown.empty() ||
      static_cast<int32_t>(list.shown.size()) < request.page_size) {
    return "";
  }
  // It was read before without a violation.
  FieldViolations ignored;
  std::vector<ResourceId> shown = ReadShownToken(proto.page_token(), &ignored);
  for (const RankedResource& ranked : list.shown) {
    shown.push_back(catalog.resource(ranked.resource).id);
  }
  return shown.size() <= kMaxShownBefore ? MakeShownToken(shown) : "";
}

// Of what is asked for, whatever the request is called.
std::string DigestOf(v1::RecommendResourcesRequest request) {
  request.clear_request_id();
  return Sha256Hex(request.SerializeAsString());
}

std::vector<StoredCandidate> CandidatesOf(const RankedList& list,
                                          const Catalog& catalog) {
  std::vector<StoredCandidate> candidates;
  candidates.reserve(list.considered.size());
  for (const RankedResource& from : list.considered) {
    StoredCandidate& to = candidates.emplace_back();
    to.resource = catalog.resource(from.resource).id;
    to.reason = static_cast<int32_t>(from.reason);
    to.score = from.score;
    to.parts.assign(from.parts.begin(), from.parts.end());
    to.removed_by = from.removed_by;
  }
  return candidates;
}

std::vector<StoredAlternative> AlternativesOf(const RankedList& list,
                                              const Catalog& catalog) {
  std::vector<StoredAlternative> alternatives;
  for (const Alternative& from : list.alternatives) {
    alternatives.push_back(
        {catalog.resource(from.resource).id, from.score, from.propensity});
  }
  return alternatives;
}

std::vector<ListedResource> ListedOf(const RankedList& list,
                                     const Catalog& catalog) {
  std::vector<ListedResource> listed;
  listed.reserve(list.shown.size());
  for (const RankedResource& shown : list.shown) {
    listed.push_back({catalog.resource(shown.resource).id,
                      static_cast<int32_t>(listed.size()) + 1,
                      shown.propensity});
  }
  return listed;
}

}  // namespace

// What is known of a request once it is validated.
struct LearnerLists::Call {
  const v1::RecommendResourcesRequest& proto;
  TenantId tenant;
  LearnerId learner;
  absl::Time now;
  RecommendationRequest request;
  ListId list_id;      // Empty for a preview.
  std::string digest;  // Empty without a request id.
};

LearnerLists::LearnerLists(Parts parts)
    : parts_(std::move(parts)),
      lists_(parts_.database),
      roster_(parts_.database) {}

absl::StatusOr<std::string> LearnerLists::Recommend(
    const TenantId& tenant, const v1::RecommendResourcesRequest& proto) {
  FieldViolations violations;
  const FieldPath root;
  Call call{proto, tenant, "", parts_.clock->Now(), {}, "", ""};
  call.learner =
      IdIn(kLearners, proto.learner(), FieldPath(root, "learner"), &violations);
  call.request = ToRequest(proto, &violations);
  if (!proto.request_id().empty() && !IsValidId(proto.request_id())) {
    violations.Add(
        FieldPath(root, "request_id"),
        absl::StrCat(Quoted(proto.request_id()), " is not ", kIdRule));
  }
  RETURN_IF_ERROR(violations.ToStatus());

  if (!proto.preview()) call.list_id = parts_.names->Make(call.now);
  call.request.seed =
      SeedOf(tenant, call.learner,
             proto.request_id().empty() ? call.list_id : proto.request_id());
  if (proto.preview() || proto.request_id().empty()) return Make(call);

  call.digest = DigestOf(proto);
  const RequestGate::Pass pass(
      &gate_, absl::StrCat(tenant, "/", call.learner, "/", proto.request_id()));
  ASSIGN_OR_RETURN(std::optional<std::string> answered, FindAnswered(call));
  if (answered.has_value()) return *std::move(answered);
  return Make(call);
}

absl::StatusOr<std::optional<std::string>> LearnerLists::FindAnswered(
    const Call& call) const {
  const std::string& request_id = call.proto.request_id();
  // The queue first: a list leaves it only once it is in storage.
  std::optional<StoredList> list = parts_.committer->FindQueuedRequest(
      call.tenant, call.learner, request_id);
  if (!list.has_value()) {
    ASSIGN_OR_RETURN(list,
                     lists_.FindRequest(call.tenant, call.learner, request_id));
  }
  if (!list.has_value()) return std::nullopt;
  if (list->request_digest == call.digest) return std::move(list->response);
  FieldViolations violations;
  violations.Add(
      FieldPath(FieldPath(), "request_id"),
      absl::StrCat(Quoted(request_id), " was used before for another request"));
  absl::Status status = violations.ToStatus(absl::StatusCode::kAlreadyExists);
  AttachReason("REQUEST_ID_REUSED", {{"request_id", request_id}}, &status);
  return status;
}

absl::StatusOr<std::string> LearnerLists::Make(const Call& call) {
  const std::shared_ptr<const ModelSet> models =
      parts_.registry->Serving(call.tenant);
  ASSIGN_OR_RETURN(const std::shared_ptr<const ServingSnapshot> snapshot,
                   parts_.catalogs->Snapshot(call.tenant, models));
  RETURN_IF_ERROR(CheckHasResources(call.tenant, *snapshot->catalog));
  ASSIGN_OR_RETURN(const LearnerProfile profile,
                   ProfileOf(roster_, call.tenant, call.learner));
  ASSIGN_OR_RETURN(const LearnerState state,
                   parts_.states->Read(call.tenant, call.learner, *models));
  RecommendationRequest request = call.request;
  if (call.proto.reason_language().empty()) {
    request.language = ReasonLanguageOf(profile.language);
  }
  RankingPolicy policy = parts_.policy;
  // Nothing would be learnt from what is not recorded.
  if (call.list_id.empty()) policy.exploration.share = 0;
  const DayQuestion day = {.tenant = call.tenant,
                           .profile = profile,
                           .state = state,
                           .catalog = *snapshot->catalog,
                           .phase = request.phase,
                           .time = call.now};
  ASSIGN_OR_RETURN(const MinutesLeft minutes_left, parts_.day->LeftFor(day));
  ASSIGN_OR_RETURN(const TeachersWord word, parts_.day->WordFor(day));
  const std::shared_ptr<const NewResources> new_resources =
      parts_.new_resources == nullptr
          ? nullptr
          : parts_.new_resources->Get(call.tenant, snapshot->catalog, call.now);
  StageTimer timer(parts_.clock, parts_.policy.stage_budget, parts_.stages);
  const RankedList list =
      evenlight::Recommend({.snapshot = *snapshot,
                            .state = state,
                            .profile = profile,
                            .request = request,
                            .policy = policy,
                            .now = call.now,
                            .pins = word.pins,
                            .bans = word.bans,
                            .assigned = word.assigned,
                            .minutes_left = minutes_left,
                            .new_resources = new_resources.get(),
                            .watch = &timer});
  // A list that nobody sees is not recorded as shown.
  RETURN_IF_ERROR(CheckAwaited());

  if (parts_.degraded != nullptr) parts_.degraded->Count(list.degraded);

  // All of a list's messages in one piece of memory.
  google::protobuf::ArenaOptions arena_options;
  arena_options.start_block_size = kResponseBytes;
  google::protobuf::Arena arena(arena_options);
  auto& response =
      *google::protobuf::Arena::CreateMessage<v1::RecommendResourcesResponse>(
          &arena);
  if (!call.list_id.empty()) response.set_list(NameOf(kLists, call.list_id));
  FromRankedList(list, *snapshot->catalog, call.proto.include_score_parts(),
                 &response);
  response.set_next_page_token(
      NextPageToken(call.proto, request, list, *snapshot->catalog));
  response.set_model_version(models->version);
  response.set_catalog_version(snapshot->catalog->version());
  response.set_policy_version(parts_.policy.version);
  *response.mutable_create_time() = ToTimestamp(call.now);
  std::string bytes = response.SerializeAsString();
  if (call.list_id.empty() || Record(call, *snapshot, state, list, bytes)) {
    return bytes;
  }
  // No event could refer to it.
  response.clear_list();
  response.set_degraded(true);
  response.add_degraded_reasons(kNotRecordedReason);
  if (parts_.degraded != nullptr) {
    parts_.degraded->CountCause(DegradedCause::kNotRecorded);
  }
  return response.SerializeAsString();
}

bool LearnerLists::Record(const Call& call, const ServingSnapshot& snapshot,
                          const LearnerState& state, const RankedList& list,
                          const std::string& response) {
  StoredList stored;
  stored.id = call.list_id;
  stored.learner = call.learner;
  stored.request_id = call.proto.request_id();
  stored.request_digest = call.digest;
  stored.response = response;
  stored.request = call.proto.SerializeAsString();
  stored.create_time = absl::FromUnixMicros(absl::ToUnixMicros(call.now));
  stored.seed = static_cast<int64_t>(call.request.seed);
  stored.state_num_events = state.num_events;
  stored.candidates = CandidatesOf(list, *snapshot.catalog);
  stored.alternatives = AlternativesOf(list, *snapshot.catalog);
  if (!stored.alternatives.empty()) {
    stored.drawn_position = static_cast<int32_t>(list.shown.size());
  }

  Event event;
  event.id = absl::StrCat("recommended-", call.list_id);
  event.actor = {ActorKind::kLearner, call.learner};
  event.time = stored.create_time;
  event.verb = Verb::kRecommended;
  event.phase = call.request.phase;
  event.list = call.list_id;
  event.listed = ListedOf(list, *snapshot.catalog);
  event.model_version = snapshot.models->version;
  event.catalog_version = snapshot.catalog->version();
  event.policy_version = parts_.policy.version;
  return parts_.committer->SubmitExposure(call.tenant, std::move(stored),
                                          std::move(event));
}

absl::Status CheckHasResources(const TenantId& tenant, const Catalog& catalog) {
  if (catalog.num_resources() > 0) return absl::OkStatus();
  absl::Status status = absl::FailedPreconditionError(
      absl::StrCat("tenant ", tenant,
                   " has no resources yet: CatalogService.UpsertResources "
                   "adds them"));
  AttachReason("NO_CATALOG", {{"tenant", tenant}}, &status);
  return status;
}

}  // namespace evenlight
