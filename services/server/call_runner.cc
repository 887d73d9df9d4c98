#include "services/server/call_runner.h"

#include <grpcpp/server_context.h>

#include <utility>
#include <vector>

#include "core/awaited.h"
#include "core/clock.h"
#include "services/server/grpc_status.h"
#include "services/server/tenant.h"

namespace evenlight {
namespace {

absl::Status TooMany() {
  return absl::ResourceExhaustedError("too many requests wait already");
}

// With its details, made once.
const grpc::Status& Refusal() {
  static const auto& refusal = *new grpc::Status(ToGrpcStatus(TooMany()));
  return refusal;
}

// Once `work` has finished the call, `context` is gone: it asks no more.
void WorkWhileAwaited(const grpc::CallbackServerContext* context,
                      grpc::ServerUnaryReactor* reactor, const TenantId& tenant,
                      const CallRunner::Work& work) {
  const CallRunner::Finish finish = [reactor](const absl::Status& status) {
    reactor->Finish(ToGrpcStatus(status));
  };
  const absl::Time deadline = absl::FromChrono(context->deadline());
  const auto check = [context, deadline] {
    // Deadlines are on the machine's clock, whatever the service's says.
    return CheckIsAwaited(context->IsCancelled(), deadline,
                          SystemClock().Now());
  };
  const absl::Status awaited = check();
  if (!awaited.ok()) return finish(awaited);
  const AwaitedScope scope(check);
  work(tenant, finish);
}

}  // namespace

absl::Status CheckIsAwaited(bool is_cancelled, absl::Time deadline,
                            absl::Time now) {
  // A deadline that passes also cancels: name the cause.
  if (now >= deadline) {
    return absl::DeadlineExceededError("the call's deadline passed");
  }
  if (is_cancelled) return absl::CancelledError("the client is gone");
  return absl::OkStatus();
}

grpc::ServerUnaryReactor* CallRunner::Run(grpc::CallbackServerContext* context,
                                          Priority priority, Work work) const {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  // First: a refusal must cost little.
  if (!limit_.Enter(priority)) {
    reactor->Finish(Refusal());
    return reactor;
  }
  absl::StatusOr<TenantId> tenant = TenantOf(*context);
  const absl::Status queued =
      !tenant.ok()
          ? tenant.status()
          : Submit(priority,
                   [this, priority, context, reactor, tenant = *tenant,
                    entered = SystemClock().Now(), work = std::move(work)] {
                     const absl::Time now = SystemClock().Now();
                     if (limit_.Begin(priority, now - entered, now)) {
                       WorkWhileAwaited(context, reactor, tenant, work);
                     } else {
                       reactor->Finish(Refusal());
                     }
                     // Who waits for the disk now has a place in the
                     // committer's queue.
                     limit_.Leave();
                   });
  if (!queued.ok()) {
    limit_.Leave();
    reactor->Finish(ToGrpcStatus(queued));
  }
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

absl::Status CallRunner::Submit(Priority priority,
                                std::function<void()> task) const {
  if (executor_.Submit(std::move(task), static_cast<int>(priority))) {
    return absl::OkStatus();
  }
  return TooMany();
}

}  // namespace evenlight
