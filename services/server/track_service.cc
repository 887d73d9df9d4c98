#include "services/server/track_service.h"

#include <utility>
#include <vector>

#include "core/awaited.h"
#include "core/status_macros.h"
#include "services/server/convert_value.h"
#include "services/server/page_token.h"
#include "services/server/record_events.h"
#include "services/server/resource_name.h"

namespace evenlight {
// One RecordEvents call; `request` and `response` live until it finishes.
struct TrackService::RecordCall {
  TenantId tenant;
  const grpc::ByteBuffer* request;
  grpc::ByteBuffer* response;
  CallRunner::Finish finish;
  bool allow_partial = false;
  bool is_second_try = false;
  CheckedEvents checked;
};

TrackService::TrackService(const EventStreams::Options& streams,
                           const Parts& parts)
    : runner_(*parts.runner),
      clock_(*parts.clock),
      catalogs_(*parts.catalogs),
      committer_(*parts.committer),
      track_(parts.database),
      streams_(streams, {parts.runner, parts.clock, parts.catalogs,
                         parts.committer, &track_}) {}

grpc::ServerUnaryReactor* TrackService::RecordEvents(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return runner_.Run(
      context, Priority::kRecord,
      [this, request, response](const TenantId& tenant,
                                const CallRunner::Finish& finish) {
        auto call = std::make_shared<RecordCall>();
        call->tenant = tenant;
        call->request = request;
        call->response = response;
        call->finish = finish;
        const absl::Status status = Record(call);
        if (!status.ok()) finish(status);
      });
}

absl::Status TrackService::Record(const std::shared_ptr<RecordCall>& call) {
  v1::RecordEventsRequest request;
  RETURN_IF_ERROR(ParseBuffer(*call->request, &request));
  RETURN_IF_ERROR(CheckNumEvents(request.events_size()));
  ASSIGN_OR_RETURN(const std::shared_ptr<const Catalog> catalog,
                   catalogs_.Get(call->tenant));
  call->allow_partial = request.allow_partial();
  call->checked = CheckEvents(request.events(), {*catalog, clock_.Now()});
  if (!call->allow_partial) {
    RETURN_IF_ERROR(call->checked.violations.ToStatus());
  }
  if (!call->checked.events.empty()) return Commit(call);
  Settle(call, {});
  return absl::OkStatus();
}

// No thread waits for the disk: the committer answers. An error is returned
// only if it will not.
absl::Status TrackService::Commit(const std::shared_ptr<RecordCall>& call) {
  RETURN_IF_ERROR(CheckAwaited());
  return committer_.Submit(
      call->tenant, call->checked.events, !call->allow_partial,
      [this, call](absl::StatusOr<std::vector<CommitResult>> results) {
        if (!results.ok()) return call->finish(results.status());
        if (call->is_second_try || !HasConflict(*results)) {
          return Settle(call, *std::move(results));
        }
        // Reading is not for the committer's thread.
        const absl::Status queued = runner_.Submit(
            Priority::kRecord,
            [this, call, results = *std::move(results)]() mutable {
              const absl::Status status = ForgiveChangedResources(
                  track_, call->tenant, &call->checked, &results);
              if (!status.ok()) return call->finish(status);
              if (call->allow_partial || HasConflict(results)) {
                return Settle(call, std::move(results));
              }
              // All or nothing wrote nothing; the conflict is gone now.
              call->is_second_try = true;
              const absl::Status again = Commit(call);
              if (!again.ok()) call->finish(again);
            });
        if (!queued.ok()) call->finish(queued);
      });
}

void TrackService::Settle(const std::shared_ptr<RecordCall>& call,
                          std::vector<CommitResult> results) {
  if (!call->allow_partial) {
    const absl::Status status = CheckNoConflict(call->checked, results);
    if (!status.ok()) return call->finish(status);
  }
  v1::RecordEventsResponse answer;
  for (v1::EventResult& result : ResultsOf(call->checked, results)) {
    *answer.add_results() = std::move(result);
  }
  *call->response = ToBuffer(answer.SerializeAsString());
  call->finish(absl::OkStatus());
}

grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>*
TrackService::StreamEvents(grpc::CallbackServerContext* context) {
  return streams_.Open(context, runner_.TenantOf(*context));
}

grpc::ServerUnaryReactor* TrackService::ListEvents(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return RunUnary<v1::ListEventsRequest, v1::ListEventsResponse>(
      runner_, Priority::kReport, context, request, response,
      [this](const TenantId& tenant, const v1::ListEventsRequest& parsed,
             v1::ListEventsResponse* answer) {
        return List(tenant, parsed, answer);
      });
}

absl::Status TrackService::List(const TenantId& tenant,
                                const v1::ListEventsRequest& request,
                                v1::ListEventsResponse* response) const {
  FieldViolations violations;
  const FieldPath root;
  const Actor actor =
      ActorIn(request.actor(), FieldPath(root, "actor"), &violations);
  const int page_size = ToPageSize(request.page_size(), &violations);
  TrackPosition from = ReadTrackToken(request.page_token(), &violations);
  TrackPosition until = {absl::InfiniteFuture(), ""};
  if (request.has_start_time()) {
    const TrackPosition start = {
        ToTime(request.start_time(), FieldPath(root, "start_time"),
               &violations),
        ""};
    if (from < start) from = start;
  }
  if (request.has_end_time()) {
    until.time =
        ToTime(request.end_time(), FieldPath(root, "end_time"), &violations);
  }
  RETURN_IF_ERROR(violations.ToStatus());
  size_t num_bytes = 0;
  return track_.List(tenant, actor, from, until, [&](const Event& event) {
    if (response->events_size() == page_size || num_bytes > kMaxPageBytes) {
      response->set_next_page_token(MakeTrackToken(PositionOf(event)));
      return false;
    }
    *response->add_events() = FromEvent(event);
    num_bytes += response->events().rbegin()->ByteSizeLong();
    return true;
  });
}

}  // namespace evenlight
