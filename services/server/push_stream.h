// SubscribePushes: sends the changes of an audience's pushes in the order of
// commit, from where the client stands, as fast as it reads. What arrived is
// push_deliveries.h.

#ifndef EVENLIGHT_SERVICES_SERVER_PUSH_STREAM_H_
#define EVENLIGHT_SERVICES_SERVER_PUSH_STREAM_H_

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/clock.h"
#include "core/ids.h"
#include "core/mutex.h"
#include "services/server/call_runner.h"
#include "services/server/catalog_cache.h"
#include "services/server/open_streams.h"
#include "services/server/push_deliveries.h"
#include "services/server/stream_patience.h"
#include "storage/push_store.h"

namespace evenlight {

class PushStream;

// The open subscriptions of a server. Thread-safe.
//
// A stream holds a few messages and the sequence that it has reached; the rest
// stays in the store, which it reads when a commit wakes it. So nothing is
// missed, and a slow client costs no memory.
class PushStreams {
 public:
  struct Options {
    int max_streams = 10'000;
    // Changes that may be committed while one message is not taken by the
    // client.
    int max_waiting = 100;
    StreamLimits limits = {};
  };

  // Everything outlives it.
  PushStreams(Options options, const CallRunner* runner, const Clock* clock,
              CatalogCache* catalogs, PushDeliveries* deliveries,
              Database* database);

  // Starts the stream that `request` asks for in the call of `context`; an
  // error ends it at once. It owns itself, as gRPC asks, and must end before
  // this object does.
  grpc::ServerWriteReactor<grpc::ByteBuffer>* Open(
      grpc::CallbackServerContext* context,
      const absl::StatusOr<TenantId>& tenant, const grpc::ByteBuffer& request)
      ABSL_LOCKS_EXCLUDED(mu_);

  // `step` has passed: ends the streams that had nothing to send, or whose
  // clients have not read, for too long.
  StreamCounts Pass(absl::Duration step);

  // Wakes the streams that `push`, which was just committed, concerns.
  void Notify(const TenantId& tenant, const StoredPush& push)
      ABSL_LOCKS_EXCLUDED(mu_);

  // Has every stream, also one opened later, end with UNAVAILABLE.
  void EndAll();

 private:
  friend class PushStream;

  using Streams = absl::flat_hash_set<std::shared_ptr<PushStream>>;

  static std::string KeyOf(const TenantId& tenant, const Audience& audience);

  void Forget(PushStream* stream) ABSL_LOCKS_EXCLUDED(mu_);

  const Options options_;
  const CallRunner& runner_;
  const Clock& clock_;
  CatalogCache& catalogs_;
  PushDeliveries& deliveries_;
  const PushStore pushes_;
  OpenStreams<PushStream> open_;
  Mutex mu_;
  // Of the open ones, by KeyOf().
  absl::flat_hash_map<std::string, Streams> by_audience_ ABSL_GUARDED_BY(mu_);
};

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_SERVER_PUSH_STREAM_H_
