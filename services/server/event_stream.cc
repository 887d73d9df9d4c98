#include "services/server/event_stream.h"

#include <grpcpp/server_context.h>

#include <deque>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/status_macros.h"
#include "evenlight/v1/track_service.pb.h"
#include "google/rpc/status.pb.h"
#include "services/server/grpc_status.h"
#include "services/server/record_events.h"

namespace evenlight {
namespace {

// Requests taken and not yet acknowledged; more stay with the client. So a
// client that does not read its acknowledgements costs no more than these.
constexpr size_t kMaxRequestsHeld = 8;

// An acknowledgement takes no more requests once it holds this much: a client
// takes 4 MiB at most unless told otherwise, and one request may add half of
// that; see ResultsOf().
constexpr int kMaxRefusedAcknowledged = 200;
constexpr size_t kMaxAcknowledgedBytes = 1 << 20;
// Of an id that is given back; see kIdRule.
constexpr size_t kMaxIdBytes = 64;

// One request on its way.
struct HeldRequest {
  enum class Stage { kRead, kWorkedOn, kSettled, kFailed };

  grpc::ByteBuffer bytes;
  Stage stage = Stage::kRead;
  absl::Status failure;                  // kFailed
  CheckedEvents checked;                 // From kWorkedOn on.
  std::vector<std::string> event_ids;    // Of all events.
  std::vector<v1::EventResult> results;  // kSettled
};

}  // namespace

// Thread-safe: gRPC, the executor and the committer call it. Alive until gRPC
// is done with it and nobody else holds it.
//
// Invariants: at most one read and one write are under way; requests are worked
// validated and handed to the committer one at a time, in order, so that events
// are committed in the order sent; once one has failed no later one is read,
// validated or committed, for the client sends them again; nothing is started
// after Finish().
class EventStream
    : public grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>,
      public std::enable_shared_from_this<EventStream> {
 public:
  EventStream(EventStreams* streams, grpc::CallbackServerContext* context,
              TenantId tenant)
      : streams_(*streams),
        context_(*context),
        tenant_(std::move(tenant)),
        patience_(streams->options_.limits,
                  "open a stream for what was not acknowledged") {}

  void Start() ABSL_LOCKS_EXCLUDED(mu_);
  void Pass(absl::Duration step, StreamCounts* counts) ABSL_LOCKS_EXCLUDED(mu_);
  void EndWith(const absl::Status& status) ABSL_LOCKS_EXCLUDED(mu_);

  void OnReadDone(bool ok) override ABSL_LOCKS_EXCLUDED(mu_);
  void OnWriteDone(bool ok) override ABSL_LOCKS_EXCLUDED(mu_);
  void OnCancel() override ABSL_LOCKS_EXCLUDED(mu_);
  void OnDone() override { streams_.open_.Forget(this); }

 private:
  // Start whatever may be started now.
  void Proceed() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void CutOffIfDue(absl::Duration step) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void ReadMore() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void WorkOnNext() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void AcknowledgeSettled() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void FinishIfDone() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  void AddToAcknowledgement(const HeldRequest& held,
                            v1::StreamEventsResponse* acknowledgement)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  // Without the lock: `held` is left alone by all others while it is worked on,
  // and a deque does not move its elements.
  void Validate(HeldRequest* held) ABSL_LOCKS_EXCLUDED(mu_);
  absl::Status Check(HeldRequest* held);
  absl::Status Commit(HeldRequest* held) ABSL_LOCKS_EXCLUDED(mu_);
  void OnCommitted(HeldRequest* held,
                   absl::StatusOr<std::vector<CommitResult>> results)
      ABSL_LOCKS_EXCLUDED(mu_);
  void Settle(HeldRequest* held, const std::vector<CommitResult>& results)
      ABSL_LOCKS_EXCLUDED(mu_);
  void Fail(HeldRequest* held, absl::Status status) ABSL_LOCKS_EXCLUDED(mu_);
  void FailLocked(HeldRequest* held, absl::Status status)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  EventStreams& streams_;
  grpc::CallbackServerContext& context_;  // Until Finish() at least.
  const TenantId tenant_;

  grpc::ByteBuffer reading_;  // gRPC's while a read is under way.
  grpc::ByteBuffer writing_;  // gRPC's while a write is under way.

  Mutex mu_;
  std::deque<HeldRequest> held_ ABSL_GUARDED_BY(mu_);
  size_t num_begun_ ABSL_GUARDED_BY(mu_) = 0;  // Of held_, from the front.
  bool is_validating_ ABSL_GUARDED_BY(mu_) = false;
  bool is_reading_ ABSL_GUARDED_BY(mu_) = false;
  bool is_writing_ ABSL_GUARDED_BY(mu_) = false;
  bool is_finished_ ABSL_GUARDED_BY(mu_) = false;
  bool has_failed_ ABSL_GUARDED_BY(mu_) = false;  // One of held_, at least.
  // Set when no more requests are taken: how the stream ends.
  std::optional<absl::Status> end_ ABSL_GUARDED_BY(mu_);
  bool is_broken_ ABSL_GUARDED_BY(mu_) = false;  // The client is gone.
  StreamPatience patience_ ABSL_GUARDED_BY(mu_);
  int64_t num_settled_ ABSL_GUARDED_BY(mu_) = 0;
  int64_t num_duplicate_ ABSL_GUARDED_BY(mu_) = 0;
};

void EventStream::Start() {
  MutexLock lock(mu_);
  Proceed();
}

void EventStream::EndWith(const absl::Status& status) {
  MutexLock lock(mu_);
  if (!end_.has_value()) end_ = status;
  Proceed();
}

void EventStream::Pass(absl::Duration step, StreamCounts* counts) {
  MutexLock lock(mu_);
  if (is_writing_) ++counts->num_unread;
  CutOffIfDue(step);
  if (end_.has_value() || is_broken_) ++counts->num_ending;
}

void EventStream::CutOffIfDue(absl::Duration step) {
  if (is_finished_ || is_broken_) return;
  const bool waits_for_requests = is_reading_ && held_.empty();
  if (!is_writing_ && !waits_for_requests) {
    return patience_.Restart();
  }
  if (patience_.CutOff(step, is_writing_, &context_, &end_)) Proceed();
}

void EventStream::OnReadDone(bool ok) {
  MutexLock lock(mu_);
  is_reading_ = false;
  // What a client sends without reading does not count for it.
  if (!is_writing_) patience_.Restart();
  if (!ok) {
    if (!end_.has_value()) end_ = absl::OkStatus();  // The client's half-close.
  } else if (!end_.has_value()) {
    held_.emplace_back();
    held_.back().bytes.Swap(&reading_);
  }
  reading_.Clear();
  Proceed();
}

void EventStream::OnWriteDone(bool ok) {
  MutexLock lock(mu_);
  is_writing_ = false;
  patience_.Restart();
  if (!ok) is_broken_ = true;
  Proceed();
}

void EventStream::OnCancel() {
  MutexLock lock(mu_);
  is_broken_ = true;
  Proceed();
}

void EventStream::Proceed() {
  if (is_finished_) return;
  AcknowledgeSettled();
  WorkOnNext();
  ReadMore();
  FinishIfDone();
}

void EventStream::ReadMore() {
  if (is_reading_ || end_.has_value() || is_broken_ || has_failed_ ||
      held_.size() >= kMaxRequestsHeld) {
    return;
  }
  is_reading_ = true;
  StartRead(&reading_);
}

void EventStream::WorkOnNext() {
  if (is_validating_ || is_broken_ || has_failed_ ||
      num_begun_ == held_.size()) {
    return;
  }
  HeldRequest* next = &held_[num_begun_];
  ++num_begun_;
  next->stage = HeldRequest::Stage::kWorkedOn;
  is_validating_ = true;
  const absl::Status queued = streams_.runner_.Submit(
      Priority::kRecord,
      [self = shared_from_this(), next] { self->Validate(next); });
  if (queued.ok()) return;
  is_validating_ = false;
  FailLocked(next, queued);
}

void EventStream::Validate(HeldRequest* held) {
  absl::Status status = Check(held);
  if (status.ok() && held->checked.events.empty()) {
    Settle(held, {});
  } else if (status.ok()) {
    status = Commit(held);
  }
  MutexLock lock(mu_);
  is_validating_ = false;
  if (!status.ok()) FailLocked(held, std::move(status));
  Proceed();
}

absl::Status EventStream::Check(HeldRequest* held) {
  v1::StreamEventsRequest request;
  RETURN_IF_ERROR(ParseBuffer(held->bytes, &request));
  RETURN_IF_ERROR(CheckNumEvents(request.events_size()));
  held->bytes.Clear();
  ASSIGN_OR_RETURN(const std::shared_ptr<const Catalog> catalog,
                   streams_.catalogs_.Get(tenant_));
  held->checked =
      CheckEvents(request.events(), {*catalog, streams_.clock_.Now()});
  for (const v1::Event& event : request.events()) {
    const bool is_short = event.event_id().size() <= kMaxIdBytes;
    held->event_ids.push_back(is_short ? event.event_id() : "");
  }
  return absl::OkStatus();
}

absl::Status EventStream::Commit(HeldRequest* held) {
  // Under the lock, so that no earlier request fails in between. The committer
  // only queues, and calls back without a lock of its own.
  MutexLock lock(mu_);
  if (has_failed_ || is_finished_) {
    return absl::CancelledError("the stream ended before this request");
  }
  return streams_.committer_.Submit(
      tenant_, held->checked.events, /*all_or_nothing=*/false,
      [self = shared_from_this(),
       held](absl::StatusOr<std::vector<CommitResult>> results) {
        self->OnCommitted(held, std::move(results));
      });
}

void EventStream::OnCommitted(
    HeldRequest* held, absl::StatusOr<std::vector<CommitResult>> results) {
  if (!results.ok()) return Fail(held, results.status());
  if (!HasConflict(*results)) return Settle(held, *results);
  // Reading is not for the committer's thread.
  const absl::Status queued = streams_.runner_.Submit(
      Priority::kRecord, [self = shared_from_this(), held,
                          results = *std::move(results)]() mutable {
        const absl::Status status = ForgiveChangedResources(
            self->streams_.track_, self->tenant_, &held->checked, &results);
        if (!status.ok()) return self->Fail(held, status);
        self->Settle(held, results);
      });
  if (!queued.ok()) Fail(held, queued);
}

void EventStream::Settle(HeldRequest* held,
                         const std::vector<CommitResult>& results) {
  held->results = ResultsOf(held->checked, results);
  MutexLock lock(mu_);
  held->stage = HeldRequest::Stage::kSettled;
  Proceed();
}

void EventStream::Fail(HeldRequest* held, absl::Status status) {
  MutexLock lock(mu_);
  FailLocked(held, std::move(status));
  Proceed();
}

void EventStream::FailLocked(HeldRequest* held, absl::Status status) {
  has_failed_ = true;
  held->stage = HeldRequest::Stage::kFailed;
  held->failure = std::move(status);
}

void EventStream::AddToAcknowledgement(
    const HeldRequest& held, v1::StreamEventsResponse* acknowledgement) {
  for (size_t index = 0; index < held.results.size(); ++index) {
    const v1::EventResult& result = held.results[index];
    if (result.outcome() == v1::EventResult::OUTCOME_DUPLICATE) {
      ++num_duplicate_;
    } else if (result.outcome() == v1::EventResult::OUTCOME_REFUSED) {
      v1::RefusedEvent* refused = acknowledgement->add_refused();
      refused->set_event_id(held.event_ids[index]);
      refused->set_index(num_settled_);
      *refused->mutable_error() = result.error();
    }
    ++num_settled_;
  }
}

void EventStream::AcknowledgeSettled() {
  if (is_writing_ || is_broken_ || held_.empty() ||
      held_.front().stage != HeldRequest::Stage::kSettled) {
    return;
  }
  v1::StreamEventsResponse acknowledgement;
  while (!held_.empty() &&
         held_.front().stage == HeldRequest::Stage::kSettled &&
         acknowledgement.refused_size() <= kMaxRefusedAcknowledged &&
         acknowledgement.ByteSizeLong() <= kMaxAcknowledgedBytes) {
    AddToAcknowledgement(held_.front(), &acknowledgement);
    held_.pop_front();
    --num_begun_;
  }
  acknowledgement.set_num_settled(num_settled_);
  acknowledgement.set_num_duplicate(num_duplicate_);
  writing_ = ToBuffer(acknowledgement.SerializeAsString());
  is_writing_ = true;
  patience_.Restart();
  StartWrite(&writing_);
}

void EventStream::FinishIfDone() {
  if (is_writing_) return;
  absl::Status status;
  if (is_broken_) {
    status = absl::CancelledError("the client is gone");
  } else if (!held_.empty()) {
    if (held_.front().stage != HeldRequest::Stage::kFailed) return;
    status = held_.front().failure;
  } else if (end_.has_value()) {
    status = *end_;
  } else {
    return;
  }
  is_finished_ = true;
  Finish(ToGrpcStatus(status));
}

EventStreams::EventStreams(const Options& options, const Parts& parts)
    : options_(options),
      runner_(*parts.runner),
      clock_(*parts.clock),
      catalogs_(*parts.catalogs),
      committer_(*parts.committer),
      track_(*parts.track),
      open_(options.max_streams,
            absl::ResourceExhaustedError(absl::StrCat(
                options.max_streams,
                " streams of events are open already; try again later, or "
                "send the events with RecordEvents")),
            absl::UnavailableError("the server stops; send again what was not "
                                   "acknowledged")) {}

grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* EventStreams::Open(
    grpc::CallbackServerContext* context,
    const absl::StatusOr<TenantId>& tenant) {
  // Reactions may come while it still opens: `stream` keeps it alive.
  const auto stream =
      std::make_shared<EventStream>(this, context, tenant.value_or(""));
  open_.Open(stream, tenant.status());
  return stream.get();
}

StreamCounts EventStreams::Pass(absl::Duration step) {
  return open_.Pass(step);
}

void EventStreams::EndAll() { open_.EndAll(); }

}  // namespace evenlight
