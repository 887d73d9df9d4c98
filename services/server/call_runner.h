// How every call runs: it is let in or refused, the tenant is read, the work
// goes to the executor, and ends early, or is not begun, when nobody waits for
// it any more (core/awaited.h).

#ifndef EVENLIGHT_SERVICES_SERVER_CALL_RUNNER_H_
#define EVENLIGHT_SERVICES_SERVER_CALL_RUNNER_H_

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/proto_buffer_reader.h>
#include <grpcpp/support/server_callback.h>

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/executor.h"
#include "core/ids.h"
#include "services/server/concurrency_limit.h"
#include "services/server/request_parser.h"

namespace evenlight {

// OK while somebody waits for a call's answer.
//
// CANCELLED: the client is gone. DEADLINE_EXCEEDED: `deadline` has passed.
absl::Status CheckIsAwaited(bool is_cancelled, absl::Time deadline,
                            absl::Time now);

// Parses what gRPC received; see request_parser.h.
template <typename Request>
absl::Status ParseBuffer(const grpc::ByteBuffer& buffer, Request* request) {
  grpc::ByteBuffer shared = buffer;  // The slices are counted, not copied.
  grpc::ProtoBufferReader reader(&shared);
  if (!reader.status().ok()) {
    return absl::InvalidArgumentError("the request cannot be read");
  }
  return ParseRequest(&reader, request);
}

// The bytes of an answer.
inline grpc::ByteBuffer ToBuffer(const std::string& bytes) {
  const grpc::Slice slice(bytes);
  return grpc::ByteBuffer(&slice, 1);
}

// Thread-safe.
class CallRunner {
 public:
  // Ends a call with a status; called once, on any thread.
  using Finish = std::function<void(const absl::Status&)>;
  using Work = std::function<void(const TenantId&, Finish)>;

  // Both outlive it. `executor` has kNumPriorities levels.
  CallRunner(Executor* executor, ConcurrencyLimit* limit,
             TenantId default_tenant)
      : executor_(*executor),
        limit_(*limit),
        default_tenant_(std::move(default_tenant)) {}

  // Has `work` run on the executor; it, or what it starts, calls Finish. What
  // `work` refers to lives until then.
  //
  // The client sees RESOURCE_EXHAUSTED if too many calls are inside already.
  grpc::ServerUnaryReactor* Run(grpc::CallbackServerContext* context,
                                Priority priority, Work work) const;

  // The tenant of a call, as ChooseTenant().
  absl::StatusOr<TenantId> TenantOf(
      const grpc::CallbackServerContext& context) const;

  // Has the executor run `task`, whose call was let in or is a stream.
  //
  // RESOURCE_EXHAUSTED: too many requests wait already.
  absl::Status Submit(Priority priority, std::function<void()> task) const;

 private:
  Executor& executor_;
  ConcurrencyLimit& limit_;
  const TenantId default_tenant_;
};

// Runs a call whose work ends on the executor's thread: parses the request,
// calls `work`, answers what it filled in.
template <typename Request, typename Response>
grpc::ServerUnaryReactor* RunUnary(
    const CallRunner& runner, Priority priority,
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response,
    std::function<absl::Status(const TenantId&, const Request&, Response*)>
        work) {
  return runner.Run(
      context, priority,
      [request, response, work = std::move(work)](
          const TenantId& tenant, const CallRunner::Finish& finish) {
        Request parsed;
        Response answer;
        absl::Status status = ParseBuffer(*request, &parsed);
        if (status.ok()) status = work(tenant, parsed, &answer);
        if (status.ok()) *response = ToBuffer(answer.SerializeAsString());
        finish(status);
      });
}

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_SERVER_CALL_RUNNER_H_
