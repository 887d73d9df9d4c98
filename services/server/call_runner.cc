#include "services/server/call_runner.h"

#include <grpcpp/server_context.h>

#include <utility>
#include <vector>

#include "core/clock.h"
#include "services/server/grpc_status.h"
#include "services/server/tenant.h"

namespace evenlight {

absl::Status CheckIsAwaited(bool is_cancelled, absl::Time deadline,
                            absl::Time now) {
  // A deadline that passes also cancels: name the cause.
  if (now >= deadline) {
    return absl::DeadlineExceededError(
        "the call's deadline passed before its turn");
  }
  if (is_cancelled) return absl::CancelledError("the client is gone");
  return absl::OkStatus();
}

grpc::ServerUnaryReactor* CallRunner::Run(grpc::CallbackServerContext* context,
                                          Work work) const {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  absl::StatusOr<TenantId> tenant = TenantOf(*context);
  if (!tenant.ok()) {
    reactor->Finish(ToGrpcStatus(tenant.status()));
    return reactor;
  }
  const absl::Status queued = Submit([context, reactor,
                                      tenant = *std::move(tenant),
                                      work = std::move(work)] {
    const absl::Status awaited = CheckIsAwaited(
        context->IsCancelled(), absl::FromChrono(context->deadline()),
        // Deadlines are on the machine's clock, whatever the service's says.
        SystemClock().Now());
    if (!awaited.ok()) {
      reactor->Finish(ToGrpcStatus(awaited));
      return;
    }
    work(tenant, [reactor](const absl::Status& status) {
      reactor->Finish(ToGrpcStatus(status));
    });
  });
  if (!queued.ok()) reactor->Finish(ToGrpcStatus(queued));
  return reactor;
}

absl::StatusOr<TenantId> CallRunner::TenantOf(
    const grpc::CallbackServerContext& context) const {
  const auto [begin, end] = context.client_metadata().equal_range(kTenantKey);
  std::vector<absl::string_view> values;
  for (auto value = begin; value != end; ++value) {
    values.emplace_back(value->second.data(), value->second.size());
  }
  return ChooseTenant(values, default_tenant_);
}

absl::Status CallRunner::Submit(std::function<void()> task) const {
  if (executor_.Submit(std::move(task))) return absl::OkStatus();
  return absl::ResourceExhaustedError("too many requests wait already");
}

}  // namespace evenlight
