// Counts every call that the gRPC server takes, by the names that dashboards
// know (those of go-grpc-prometheus): started, handled by code, handling
// seconds, messages received and sent.

#ifndef EVENLIGHT_SERVICES_SERVER_CALL_METRICS_H_
#define EVENLIGHT_SERVICES_SERVER_CALL_METRICS_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "core/clock.h"
#include "core/figure.h"

namespace grpc::experimental {
class ServerInterceptorFactoryInterface;
}  // namespace grpc::experimental

namespace evenlight {

// Thread-safe. A call costs one look-up of its method and a few atomic
// additions; nothing is made or named then.
class CallMetrics {
 public:
  // Counts the methods of `services`, which are full names of services linked
  // into this program, and those of health and reflection. A name of a method
  // that the server does not have is answered by gRPC itself and counted by
  // nobody. `clock` outlives this.
  CallMetrics(absl::Span<const char* const> services, const Clock* clock);
  ~CallMetrics();

  // For the ServerBuilder of a server that this outlives.
  std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface>
  NewInterceptors();

  // Every method and code from the start on, so that the first failure is seen
  // as an increase.
  std::vector<Figure> Read() const;

 private:
  friend class CallInterceptor;
  friend class CallInterceptors;
  struct Method;

  void AddMethod(absl::string_view service, absl::string_view name,
                 const char* type);

  const Clock& clock_;
  // By `/service/method`; never changes after construction.
  absl::flat_hash_map<std::string, std::unique_ptr<Method>> methods_;
};

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_SERVER_CALL_METRICS_H_
