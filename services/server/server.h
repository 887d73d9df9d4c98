// The process's parts, wired together: storage, models, workers and the gRPC
// services on one port.

#ifndef EVENLIGHT_SERVICES_SERVER_SERVER_H_
#define EVENLIGHT_SERVICES_SERVER_SERVER_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/clock.h"
#include "services/server/config.h"
#include "services/server/stream_patience.h"

namespace evenlight {

struct ServerOptions {
  Config config;
  // Speak plaintext on an address that is not loopback.
  bool insecure_plaintext_on_all_networks = false;
  const Clock* clock = &SystemClock();  // Outlives the server.
  // Of the names of lists and checkpoints. Another for each start, or names
  // may repeat.
  uint64_t name_seed = 0;
};

// Thread-safe.
class Server {
 public:
  // Opens the database, loads the models, and serves when this returns.
  //
  // FAILED_PRECONDITION: an address is not loopback, or the data directory is
  // of a newer format or held by another process.
  // UNAVAILABLE: an address is taken, or the disk refused.
  // DATA_LOSS: the database is damaged.
  static absl::StatusOr<std::unique_ptr<Server>> Start(
      const ServerOptions& options);

  // Shutdown() without waiting for running calls.
  ~Server();

  // `host:port`, the port as chosen.
  const std::string& address() const;

  // Where metrics are shown, as address(); empty if nowhere.
  const std::string& metrics_address() const;

  // Answers health checks with NOT_SERVING, so that no new calls are sent here.
  void Drain();

  // Blocks until the learners' states that are outdated are caught up, and the
  // exposures of before the start are read. For tests.
  void WaitForStates();

  // What StreamWatch says while time passes: `step` of it has. For tests.
  StreamCounts PassForStreams(absl::Duration step);

  // Drain(); takes no new calls, gives running ones until `timeout`, then
  // cancels them. When it returns, everything acknowledged is on disk and no
  // thread of ours runs. A second call does nothing.
  void Shutdown(absl::Duration timeout);

 private:
  struct Parts;  // Keeps gRPC's headers out of ours.

  explicit Server(std::unique_ptr<Parts> parts);

  const std::unique_ptr<Parts> parts_;
};

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_SERVER_SERVER_H_
