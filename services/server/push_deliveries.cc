#include "services/server/push_deliveries.h"

#include <future>
#include <memory>
#include <optional>
#include <utility>

#include "absl/container/btree_map.h"
#include "absl/strings/str_cat.h"
#include "core/status_macros.h"
#include "evenlight/v1/push_service.pb.h"
#include "services/server/convert_value.h"
#include "services/server/push_events.h"
#include "services/server/resource_name.h"
#include "services/server/status_details.h"

namespace evenlight {
namespace {

constexpr int kVersionsPerWrite = 16;  // One may take 2 MiB.
constexpr size_t kMaxKnown = 10'000;

// All that `position` stands for up to known.after is what `known` stood for.
bool GoesOn(const PushPosition& known, const PushPosition& position) {
  return known.from <= position.from && position.from <= known.after &&
         known.due_from <= position.due_from;
}

void Add(const StoredDelivery& delivery, const StoredPush& push, v1::Push* to) {
  v1::PushDelivery* added = to->add_deliveries();
  added->set_learner(NameOf(kLearners, delivery.learner));
  *added->mutable_first_delivered_time() = ToTimestamp(delivery.first_time);
  if (delivery.sequence < push.sequence) return;
  *added->mutable_delivered_time() = ToTimestamp(delivery.time);
}

}  // namespace

// What is written together.
struct PushDeliveries::Work {
  const TenantId& tenant;
  const LearnerId& learner;
  const absl::Time now;  // Whole microseconds.
  std::vector<Event> events = {};
  absl::btree_map<PushId, StoredDelivery> deliveries = {};
  int32_t num_delivered = 0;
};

absl::Status CheckNotAhead(int64_t sequence, int64_t last) {
  if (sequence <= last) return absl::OkStatus();
  absl::Status status = absl::FailedPreconditionError(absl::StrCat(
      "resume_token stands after ", sequence, " changes, but there are ", last,
      ": the server's data were restored; subscribe without a token"));
  AttachReason("RESUME_TOKEN_AHEAD", {}, &status);
  return status;
}

absl::Status PushDeliveries::Acknowledge(
    const TenantId& tenant, const v1::AcknowledgePushesRequest& request,
    v1::AcknowledgePushesResponse* response) {
  FieldViolations violations;
  const FieldPath root;
  const LearnerId learner = IdIn(kLearners, request.learner(),
                                 FieldPath(root, "learner"), &violations);
  if (request.resume_token().empty()) {
    violations.Add(FieldPath(root, "resume_token"), "is required");
  }
  RETURN_IF_ERROR(violations.ToStatus());
  const PushPosition position = ReadPushToken(
      request.resume_token(), {AudienceKind::kLearner, learner}, &violations);
  RETURN_IF_ERROR(violations.ToStatus());
  ASSIGN_OR_RETURN(const int32_t num_delivered,
                   Acknowledge(tenant, learner, position));
  response->set_num_delivered(num_delivered);
  return absl::OkStatus();
}

absl::StatusOr<int32_t> PushDeliveries::Acknowledge(
    const TenantId& tenant, const LearnerId& learner,
    const PushPosition& position) {
  const std::string key = absl::StrCat(tenant, "/", learner);
  const RequestGate::Pass pass(&gate_, key);
  ASSIGN_OR_RETURN(const int64_t last, pushes_.LastSequence(tenant));
  RETURN_IF_ERROR(CheckNotAhead(position.after, last));
  Work work = {tenant, learner,
               absl::FromUnixMicros(absl::ToUnixMicros(clock_.Now()))};
  int64_t looked_at = FirstUnknown(key, position);
  while (looked_at < position.after) {
    ASSIGN_OR_RETURN(
        const std::vector<StoredPush> versions,
        pushes_.ChangesAfter(tenant, {AudienceKind::kLearner, learner},
                             looked_at, kVersionsPerWrite));
    if (versions.empty()) break;
    looked_at = versions.back().sequence;
    for (const StoredPush& push : versions) {
      const bool was_sent =
          push.sequence <= position.after && push.due_time >= position.due_from;
      if (was_sent) RETURN_IF_ERROR(Deliver(push, &work));
    }
    RETURN_IF_ERROR(Commit(&work));
  }
  Remember(key, position);
  return work.num_delivered;
}

absl::Status PushDeliveries::Submit(std::function<void()> task) {
  if (executor_.Submit(std::move(task))) return absl::OkStatus();
  return absl::ResourceExhaustedError("too many acknowledgements wait already");
}

int64_t PushDeliveries::FirstUnknown(const std::string& key,
                                     const PushPosition& position) const {
  MutexLock lock(mu_);
  const auto found = known_.find(key);
  if (found == known_.end()) return position.from;
  return GoesOn(found->second, position) ? found->second.after : position.from;
}

void PushDeliveries::Remember(const std::string& key,
                              const PushPosition& position) {
  MutexLock lock(mu_);
  if (known_.size() >= kMaxKnown) known_.clear();
  PushPosition& known = known_[key];
  if (!GoesOn(known, position)) {
    known = position;
  } else if (known.after < position.after) {
    known.after = position.after;
    known.due_from = position.due_from;
  }
}

absl::Status PushDeliveries::Deliver(const StoredPush& push, Work* work) const {
  auto found = work->deliveries.find(push.id);
  if (found == work->deliveries.end()) {
    ASSIGN_OR_RETURN(const std::optional<StoredDelivery> before,
                     deliveries_.Get(work->tenant, push.id, work->learner));
    if (before.has_value() && before->sequence >= push.sequence) {
      return absl::OkStatus();
    }
    found =
        work->deliveries
            .emplace(push.id,
                     before.value_or(StoredDelivery{work->learner, work->now}))
            .first;
  }
  found->second.sequence = push.sequence;
  found->second.time = work->now;
  work->events.push_back(DeliveredEvent(push, work->learner, work->now));
  return absl::OkStatus();
}

absl::Status PushDeliveries::Commit(Work* work) const {
  if (work->events.empty()) return absl::OkStatus();
  WriteBatch batch;
  for (const auto& [push, delivery] : work->deliveries) {
    deliveries_.Put(work->tenant, push, delivery, &batch);
  }
  const auto num_events = static_cast<int32_t>(work->events.size());
  using Results = absl::StatusOr<std::vector<CommitResult>>;
  auto promise = std::make_shared<std::promise<Results>>();
  std::future<Results> committed = promise->get_future();
  RETURN_IF_ERROR(committer_.SubmitWith(
      work->tenant, std::exchange(work->events, {}), std::move(batch),
      [promise](Results results) { promise->set_value(std::move(results)); }));
  ASSIGN_OR_RETURN(const std::vector<CommitResult> results, committed.get());
  for (const CommitResult& result : results) {
    if (result.outcome == CommitResult::Outcome::kAccepted) continue;
    return absl::InternalError(
        absl::StrCat("an event id of what was delivered to ", work->learner,
                     " was used before: not stored"));
  }
  work->num_delivered += num_events;
  work->deliveries.clear();
  return absl::OkStatus();
}

absl::Status PushDeliveries::AddTo(const TenantId& tenant,
                                   const StoredPush& push,
                                   const Audience& audience,
                                   v1::Push* to) const {
  if (audience.kind == AudienceKind::kLearner) {
    ASSIGN_OR_RETURN(const std::optional<StoredDelivery> own,
                     deliveries_.Get(tenant, push.id, audience.id));
    if (own.has_value()) Add(*own, push, to);
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(const std::vector<StoredDelivery> all,
                   deliveries_.Of(tenant, push.id));
  for (const StoredDelivery& delivery : all) Add(delivery, push, to);
  return absl::OkStatus();
}

}  // namespace evenlight
