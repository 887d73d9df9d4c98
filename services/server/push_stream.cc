#include "services/server/push_stream.h"

#include <grpcpp/server_context.h>

#include <algorithm>
#include <deque>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/log.h"
#include "core/status_macros.h"
#include "evenlight/v1/push_service.pb.h"
#include "services/server/convert_push.h"
#include "services/server/grpc_status.h"
#include "services/server/page_token.h"
#include "services/server/status_details.h"

namespace evenlight {
namespace {

// Of a push, so that a stream holds a few MiB at most; see kMaxPushEdits.
constexpr int kMaxMessagesHeld = 8;

// To a client whose stream ends.
constexpr char kAdvice[] = "subscribe again with the last resume_token";

absl::Status EndingStatus() {
  return absl::UnavailableError(absl::StrCat("the server stops; ", kAdvice));
}

// Where a stream begins.
struct Subscription {
  Audience audience;
  PushPosition position;      // What the client has.
  bool has_position = false;  // Else it begins with what is pending.
};

absl::StatusOr<Subscription> ToSubscription(const grpc::ByteBuffer& bytes) {
  v1::SubscribePushesRequest request;
  RETURN_IF_ERROR(ParseBuffer(bytes, &request));
  FieldViolations violations;
  Subscription subscription;
  subscription.audience = ToAudience(request.audience(), &violations);
  subscription.has_position = !request.resume_token().empty();
  if (violations.empty()) {
    subscription.position = ReadPushToken(request.resume_token(),
                                          subscription.audience, &violations);
  }
  RETURN_IF_ERROR(violations.ToStatus());
  return subscription;
}

}  // namespace

// Thread-safe: gRPC, the executor and those who commit call it. Alive until
// gRPC is done with it and nobody else holds it.
//
// Invariants: at most one read of the store and one write to the client are
// under way; the messages held are those after the last written, in order;
// `sent_` and `has_begun_` are touched by the one read only; a commit that
// came after a read began has another read follow; nothing is started after
// Finish().
class PushStream : public grpc::ServerWriteReactor<grpc::ByteBuffer>,
                   public std::enable_shared_from_this<PushStream> {
 public:
  PushStream(PushStreams* streams, grpc::CallbackServerContext* context,
             TenantId tenant, Subscription subscription)
      : streams_(*streams),
        context_(*context),
        tenant_(std::move(tenant)),
        audience_(std::move(subscription.audience)),
        sent_(subscription.position),
        has_begun_(subscription.has_position),
        patience_(streams->options_.limits, kAdvice) {}

  const TenantId& tenant() const { return tenant_; }
  const Audience& audience() const { return audience_; }

  void Start() ABSL_LOCKS_EXCLUDED(mu_);
  void Wake() ABSL_LOCKS_EXCLUDED(mu_);
  void Pass(absl::Duration step, StreamCounts* counts) ABSL_LOCKS_EXCLUDED(mu_);
  void EndWith(const absl::Status& status) ABSL_LOCKS_EXCLUDED(mu_);

  void OnWriteDone(bool ok) override ABSL_LOCKS_EXCLUDED(mu_);
  void OnCancel() override ABSL_LOCKS_EXCLUDED(mu_);
  void OnDone() override { streams_.Forget(this); }

 private:
  using Messages = std::deque<grpc::ByteBuffer>;

  // Start whatever may be started now.
  void Proceed() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void CutOffIfDue(absl::Duration step) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void WriteNext() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void ReadMore() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void FinishIfDone() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  void Read() ABSL_LOCKS_EXCLUDED(mu_);
  absl::Status Begin();
  absl::Status GoOn();
  absl::Status ReadChanges(Messages* messages, bool* has_more);
  grpc::ByteBuffer MessageOf(const StoredPush* push, const Catalog& catalog);

  PushStreams& streams_;
  grpc::CallbackServerContext& context_;  // Until Finish() at least.
  const TenantId tenant_;
  const Audience audience_;

  // The one read's.
  PushPosition sent_;  // Once all that is held is.
  bool has_begun_;
  bool is_new_ = true;  // Nothing was read yet.
  bool has_said_all_sent_ = false;
  absl::Time due_from_ = absl::InfinitePast();  // What is due before is old.

  grpc::ByteBuffer writing_;  // gRPC's while a write is under way.

  Mutex mu_;
  Messages held_ ABSL_GUARDED_BY(mu_);
  bool has_news_ ABSL_GUARDED_BY(mu_) = false;
  bool is_reading_ ABSL_GUARDED_BY(mu_) = false;
  bool is_writing_ ABSL_GUARDED_BY(mu_) = false;
  bool is_finished_ ABSL_GUARDED_BY(mu_) = false;
  bool is_broken_ ABSL_GUARDED_BY(mu_) = false;  // The client is gone.
  int num_waiting_ ABSL_GUARDED_BY(mu_) = 0;     // Since the last write.
  std::optional<absl::Status> end_ ABSL_GUARDED_BY(mu_);
  StreamPatience patience_ ABSL_GUARDED_BY(mu_);
};

void PushStream::Start() {
  MutexLock lock(mu_);
  has_news_ = true;
  Proceed();
}

void PushStream::Wake() {
  MutexLock lock(mu_);
  has_news_ = true;
  if (is_writing_ && ++num_waiting_ > streams_.options_.max_waiting &&
      !end_.has_value()) {
    end_ = absl::ResourceExhaustedError(absl::StrCat(
        num_waiting_, " changes were made while one message was not read; ",
        kAdvice));
  }
  Proceed();
}

void PushStream::Pass(absl::Duration step, StreamCounts* counts) {
  MutexLock lock(mu_);
  if (is_writing_) ++counts->num_unread;
  CutOffIfDue(step);
  if (end_.has_value() || is_broken_) ++counts->num_ending;
}

void PushStream::CutOffIfDue(absl::Duration step) {
  if (is_finished_ || is_broken_) return;
  if (is_reading_) {
    return patience_.Restart();
  }
  if (patience_.CutOff(step, is_writing_, &context_, &end_)) Proceed();
}

void PushStream::EndWith(const absl::Status& status) {
  MutexLock lock(mu_);
  if (!end_.has_value()) end_ = status;
  Proceed();
}

void PushStream::OnWriteDone(bool ok) {
  MutexLock lock(mu_);
  is_writing_ = false;
  num_waiting_ = 0;
  patience_.Restart();
  if (!ok) is_broken_ = true;
  Proceed();
}

void PushStream::OnCancel() {
  MutexLock lock(mu_);
  is_broken_ = true;
  Proceed();
}

void PushStream::Proceed() {
  if (is_finished_) return;
  WriteNext();
  ReadMore();
  FinishIfDone();
}

void PushStream::WriteNext() {
  if (is_writing_ || is_broken_ || end_.has_value() || held_.empty()) return;
  writing_.Swap(&held_.front());
  held_.pop_front();
  is_writing_ = true;
  patience_.Restart();
  StartWrite(&writing_);
}

void PushStream::ReadMore() {
  if (is_reading_ || is_broken_ || end_.has_value() || !has_news_ ||
      !held_.empty()) {
    return;
  }
  has_news_ = false;
  is_reading_ = true;
  const auto read = [self = shared_from_this()] { self->Read(); };
  // The first read of one that goes on may wait for the disk.
  const bool may_wait = has_begun_ && is_new_;
  const absl::Status queued =
      may_wait ? streams_.deliveries_.Submit(read)
               : streams_.runner_.Submit(Priority::kRecommend, read);
  if (queued.ok()) return;
  is_reading_ = false;
  end_ = queued;
}

void PushStream::FinishIfDone() {
  if (is_writing_ || is_reading_) return;
  if (!is_broken_ && !end_.has_value()) return;
  is_finished_ = true;
  Finish(ToGrpcStatus(is_broken_ ? absl::CancelledError("the client is gone")
                                 : *end_));
}

void PushStream::Read() {
  Messages messages;
  bool has_more = false;
  absl::Status status = Begin();
  if (status.ok()) status = ReadChanges(&messages, &has_more);
  MutexLock lock(mu_);
  is_reading_ = false;
  for (grpc::ByteBuffer& message : messages) {
    held_.emplace_back().Swap(&message);
  }
  if (has_more) has_news_ = true;
  if (!status.ok() && !end_.has_value()) end_ = std::move(status);
  Proceed();
}

// Finds where to begin, on the first read.
absl::Status PushStream::Begin() {
  if (has_begun_) return is_new_ ? GoOn() : absl::OkStatus();
  has_begun_ = true;
  is_new_ = false;
  ASSIGN_OR_RETURN(const int64_t last, streams_.pushes_.LastSequence(tenant_));
  due_from_ = absl::FromUnixMicros(absl::ToUnixMicros(streams_.clock_.Now()));
  ASSIGN_OR_RETURN(const std::vector<StoredPush> pending,
                   streams_.pushes_.DueFrom(tenant_, audience_, due_from_));
  int64_t from = last;
  for (const StoredPush& push : pending) {
    from = std::min(from, push.first_sequence - 1);
  }
  sent_ = {from, from, due_from_};
  return absl::OkStatus();
}

// The client shows by its token that it has what streams before this one sent.
// Where that cannot be kept, as the disk takes no writes, pushes are sent all
// the same, and its next word says it again.
absl::Status PushStream::GoOn() {
  is_new_ = false;
  ASSIGN_OR_RETURN(const int64_t last, streams_.pushes_.LastSequence(tenant_));
  RETURN_IF_ERROR(CheckNotAhead(sent_.after, last));
  if (audience_.kind == AudienceKind::kLearner) {
    const absl::Status kept =
        streams_.deliveries_.Acknowledge(tenant_, audience_.id, sent_).status();
    if (!kept.ok()) {
      Log(LogLevel::kWarning, "delivery_not_recorded",
          {{"tenant", tenant_}, {"problem", kept.ToString()}});
      return absl::OkStatus();
    }
  }
  sent_ = {sent_.after, sent_.after};
  return absl::OkStatus();
}

absl::Status PushStream::ReadChanges(Messages* messages, bool* has_more) {
  // First: what is committed from here on wakes this stream again.
  ASSIGN_OR_RETURN(const int64_t last, streams_.pushes_.LastSequence(tenant_));
  ASSIGN_OR_RETURN(const std::vector<StoredPush> changes,
                   streams_.pushes_.ChangesAfter(
                       tenant_, audience_, sent_.after, kMaxMessagesHeld));
  ASSIGN_OR_RETURN(const std::shared_ptr<const Catalog> catalog,
                   streams_.catalogs_.Get(tenant_));
  for (const StoredPush& push : changes) {
    sent_.after = push.sequence;
    if (push.due_time < due_from_) continue;
    messages->push_back(MessageOf(&push, *catalog));
  }
  *has_more = changes.size() == kMaxMessagesHeld;
  if (*has_more || has_said_all_sent_) return absl::OkStatus();
  has_said_all_sent_ = true;
  sent_.after = std::max(sent_.after, last);
  messages->push_back(MessageOf(nullptr, *catalog));
  return absl::OkStatus();
}

grpc::ByteBuffer PushStream::MessageOf(const StoredPush* push,
                                       const Catalog& catalog) {
  v1::SubscribePushesResponse message;
  if (push != nullptr) {
    *message.mutable_push() =
        FromPush(*push, audience_, catalog, streams_.clock_.Now());
  }
  message.set_resume_token(MakePushToken(audience_, sent_));
  return ToBuffer(message.SerializeAsString());
}

std::string PushStreams::KeyOf(const TenantId& tenant,
                               const Audience& audience) {
  return absl::StrCat(tenant, "/",
                      std::string(1, static_cast<char>(audience.kind)),
                      audience.id);
}

PushStreams::PushStreams(Options options, const CallRunner* runner,
                         const Clock* clock, CatalogCache* catalogs,
                         PushDeliveries* deliveries, Database* database)
    : options_(options),
      runner_(*runner),
      clock_(*clock),
      catalogs_(*catalogs),
      deliveries_(*deliveries),
      pushes_(database),
      open_(options.max_streams,
            absl::ResourceExhaustedError(absl::StrCat(
                options.max_streams, " subscriptions are open already")),
            EndingStatus()) {}

grpc::ServerWriteReactor<grpc::ByteBuffer>* PushStreams::Open(
    grpc::CallbackServerContext* context,
    const absl::StatusOr<TenantId>& tenant, const grpc::ByteBuffer& request) {
  absl::Status status = tenant.status();
  absl::StatusOr<Subscription> subscription = ToSubscription(request);
  if (status.ok()) status = subscription.status();
  // Reactions may come while it still opens: `stream` keeps it alive.
  const auto stream =
      std::make_shared<PushStream>(this, context, tenant.value_or(""),
                                   subscription.value_or(Subscription()));
  {
    MutexLock lock(mu_);
    by_audience_[KeyOf(stream->tenant(), stream->audience())].insert(stream);
  }
  open_.Open(stream, status);
  return stream.get();
}

StreamCounts PushStreams::Pass(absl::Duration step) { return open_.Pass(step); }

void PushStreams::EndAll() { open_.EndAll(); }

void PushStreams::Notify(const TenantId& tenant, const StoredPush& push) {
  std::vector<Audience> audiences = {{AudienceKind::kClass, push.class_id}};
  for (const LearnerId& learner : push.learners) {
    audiences.push_back({AudienceKind::kLearner, learner});
  }
  std::vector<std::shared_ptr<PushStream>> concerned;
  {
    MutexLock lock(mu_);
    for (const Audience& audience : audiences) {
      const auto found = by_audience_.find(KeyOf(tenant, audience));
      if (found == by_audience_.end()) continue;
      concerned.insert(concerned.end(), found->second.begin(),
                       found->second.end());
    }
  }
  for (const auto& stream : concerned) stream->Wake();
}

void PushStreams::Forget(PushStream* stream) {
  {
    MutexLock lock(mu_);
    const auto found =
        by_audience_.find(KeyOf(stream->tenant(), stream->audience()));
    found->second.erase(stream->shared_from_this());
    if (found->second.empty()) by_audience_.erase(found);
  }
  open_.Forget(stream);  // It may be gone then.
}

}  // namespace evenlight
