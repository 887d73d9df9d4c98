#include "services/server/call_metrics.h"

#include <google/protobuf/descriptor.h>
#include <grpcpp/server_context.h>
#include <grpcpp/support/server_interceptor.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cassert>
#include <cstdint>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "core/histogram.h"
#include "core/mutex.h"

namespace evenlight {
namespace {

namespace experimental = grpc::experimental;

// As go-grpc-prometheus spells the codes, by their numbers.
constexpr std::array<const char*, 17> kCodeNames = {"OK",
                                                    "Canceled",
                                                    "Unknown",
                                                    "InvalidArgument",
                                                    "DeadlineExceeded",
                                                    "NotFound",
                                                    "AlreadyExists",
                                                    "PermissionDenied",
                                                    "ResourceExhausted",
                                                    "FailedPrecondition",
                                                    "Aborted",
                                                    "OutOfRange",
                                                    "Unimplemented",
                                                    "Internal",
                                                    "Unavailable",
                                                    "DataLoss",
                                                    "Unauthenticated"};

// Lists take about a millisecond; what needs ten seconds hangs.
constexpr std::array<double, 14> kCallBounds = {
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
    0.1,    0.25,  0.5,    1,     2.5,  5,     10};

const char* TypeOf(const google::protobuf::MethodDescriptor& method) {
  if (method.client_streaming()) {
    return method.server_streaming() ? "bidi_stream" : "client_stream";
  }
  return method.server_streaming() ? "server_stream" : "unary";
}

}  // namespace

struct CallMetrics::Method {
  using Labels = std::vector<std::pair<std::string, std::string>>;

  Labels labels;
  std::atomic<int64_t> num_started = 0;
  std::atomic<int64_t> num_received = 0;
  std::atomic<int64_t> num_sent = 0;
  std::array<std::atomic<int64_t>, kCodeNames.size()> num_handled{};

  Mutex mu;
  Histogram seconds ABSL_GUARDED_BY(mu){kCallBounds};
};

// One call. Its batches may run on several threads.
class CallInterceptor : public experimental::Interceptor {
 public:
  CallInterceptor(const grpc::ServerContextBase* context, const Clock* clock,
                  CallMetrics::Method* method)
      : context_(*context),
        clock_(*clock),
        method_(*method),
        begin_(clock->Now()) {}

  void Intercept(experimental::InterceptorBatchMethods* batch) override {
    using Hook = experimental::InterceptionHookPoints;
    if (batch->QueryInterceptionHookPoint(Hook::POST_RECV_MESSAGE) &&
        batch->GetRecvMessage() != nullptr) {  // Null: the client's half-close.
      ++method_.num_received;
    }
    if (batch->QueryInterceptionHookPoint(Hook::PRE_SEND_MESSAGE)) {
      ++method_.num_sent;
    }
    if (batch->QueryInterceptionHookPoint(Hook::PRE_SEND_STATUS)) {
      CountEnd(batch->GetSendStatus().error_code());
    }
    batch->Proceed();
  }

 private:
  void CountEnd(grpc::StatusCode answered) {
    const auto code = static_cast<size_t>(AsTheClientSees(answered));
    ++method_.num_handled[std::min(code, kCodeNames.size() - 1)];
    const absl::Duration time = clock_.Now() - begin_;
    const double seconds = std::max(0.0, absl::ToDoubleSeconds(time));
    MutexLock lock(method_.mu);
    method_.seconds.Add(seconds);
  }

  // An answer that comes too late is none.
  grpc::StatusCode AsTheClientSees(grpc::StatusCode answered) const {
    if (!context_.IsCancelled()) return answered;
    // Deadlines are on the machine's clock, whatever the service's says.
    const bool is_late =
        absl::FromChrono(context_.deadline()) <= SystemClock().Now();
    return is_late ? grpc::StatusCode::DEADLINE_EXCEEDED
                   : grpc::StatusCode::CANCELLED;
  }

  const grpc::ServerContextBase& context_;
  const Clock& clock_;
  CallMetrics::Method& method_;
  const absl::Time begin_;
};

class CallInterceptors
    : public experimental::ServerInterceptorFactoryInterface {
 public:
  explicit CallInterceptors(CallMetrics* metrics) : metrics_(*metrics) {}

  experimental::Interceptor* CreateServerInterceptor(
      experimental::ServerRpcInfo* call) override {
    const auto found =
        metrics_.methods_.find(absl::string_view(call->method()));
    if (found == metrics_.methods_.end()) return nullptr;
    ++found->second->num_started;
    return new CallInterceptor(call->server_context(), &metrics_.clock_,
                               found->second.get());
  }

 private:
  CallMetrics& metrics_;
};

CallMetrics::CallMetrics(absl::Span<const char* const> services,
                         const Clock* clock)
    : clock_(*clock) {
  for (const char* name : services) {
    const google::protobuf::ServiceDescriptor* service =
        google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(
            name);
    assert(service != nullptr);
    for (int method = 0; method < service->method_count(); ++method) {
      AddMethod(name, service->method(method)->name(),
                TypeOf(*service->method(method)));
    }
  }
  // gRPC's own, of which there is no generated code.
  AddMethod("grpc.health.v1.Health", "Check", "unary");
  AddMethod("grpc.health.v1.Health", "Watch", "server_stream");
  AddMethod("grpc.reflection.v1alpha.ServerReflection", "ServerReflectionInfo",
            "bidi_stream");
}

CallMetrics::~CallMetrics() = default;

void CallMetrics::AddMethod(absl::string_view service, absl::string_view name,
                            const char* type) {
  auto method = std::make_unique<Method>();
  method->labels = {{"grpc_type", type},
                    {"grpc_service", std::string(service)},
                    {"grpc_method", std::string(name)}};
  methods_[absl::StrCat("/", service, "/", name)] = std::move(method);
}

std::unique_ptr<experimental::ServerInterceptorFactoryInterface>
CallMetrics::NewInterceptors() {
  return std::make_unique<CallInterceptors>(this);
}

std::vector<Figure> CallMetrics::Read() const {
  const auto counter = [](const char* name, const char* help) {
    return Figure{name, help, FigureKind::kCounter, {}};
  };
  Figure started =
      counter("grpc_server_started_total", "Calls that the server took");
  Figure received =
      counter("grpc_server_msg_received_total", "Messages that calls brought");
  Figure sent = counter("grpc_server_msg_sent_total",
                        "Messages that were sent in answer");
  Figure handled =
      counter("grpc_server_handled_total",
              "Calls that ended, by code: that of the answer, or Canceled or "
              "DeadlineExceeded where nobody waited for it any more");
  Figure seconds{"grpc_server_handling_seconds",
                 "From the arrival of a call to its end, however it ended",
                 FigureKind::kHistogram,
                 {}};
  for (const auto& [name, method] : methods_) {
    const Method::Labels& labels = method->labels;
    const auto add = [&labels](int64_t count, Figure& figure) {
      figure.samples.push_back({labels, static_cast<double>(count)});
    };
    add(method->num_started, started);
    add(method->num_received, received);
    add(method->num_sent, sent);
    for (size_t code = 0; code < kCodeNames.size(); ++code) {
      add(method->num_handled[code], handled);
      handled.samples.back().labels.emplace_back("grpc_code", kCodeNames[code]);
    }
    MutexLock lock(method->mu);
    seconds.samples.push_back({labels, 0, method->seconds});
  }
  return {started, received, sent, handled, seconds};
}

}  // namespace evenlight
