// Shows figures to Prometheus over HTTP, in its text format, at /metrics.

#ifndef EVENLIGHT_SERVICES_SERVER_METRICS_PORT_H_
#define EVENLIGHT_SERVICES_SERVER_METRICS_PORT_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/figure.h"

namespace evenlight {

// Thread-safe.
class MetricsPort {
 public:
  // Called for each request, on a thread of the port; names are unique.
  using Read = std::function<std::vector<Figure>()>;

  // Listens on `address`, `host:port`, when this returns; port 0 takes a free
  // one. Whoever reaches the address may read: see CheckListenAddress().
  //
  // UNAVAILABLE: the address is taken, or not one of this machine.
  static absl::StatusOr<std::unique_ptr<MetricsPort>> Open(
      const std::string& address, Read read);

  // Waits for the requests that are being answered; `read` is not called after.
  ~MetricsPort();

  // `host:port`, the port as chosen.
  const std::string& address() const { return address_; }

 private:
  struct Parts;  // Keeps Prometheus's headers out of ours.

  MetricsPort(std::unique_ptr<Parts> parts, std::string address);

  const std::unique_ptr<Parts> parts_;
  const std::string address_;
};

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_SERVER_METRICS_PORT_H_
