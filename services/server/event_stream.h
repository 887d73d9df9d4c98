// StreamEvents: reads requests, has them validated and committed, and
// acknowledges them in order, several at once when it can.

#ifndef EVENLIGHT_SERVICES_SERVER_EVENT_STREAM_H_
#define EVENLIGHT_SERVICES_SERVER_EVENT_STREAM_H_

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/clock.h"
#include "core/ids.h"
#include "recommender/ingest/committer.h"
#include "services/server/call_runner.h"
#include "services/server/catalog_cache.h"
#include "services/server/open_streams.h"
#include "services/server/stream_patience.h"
#include "storage/track_store.h"

namespace evenlight {

class EventStream;

// The open streams of a server. Thread-safe.
class EventStreams {
 public:
  struct Options {
    // Each may hold eight requests.
    int max_streams = 10'000;
    StreamLimits limits = {};
  };

  // All outlive it.
  struct Parts {
    const CallRunner* runner;
    const Clock* clock;
    CatalogCache* catalogs;
    Committer* committer;
    const TrackStore* track;
  };

  EventStreams(const Options& options, const Parts& parts);

  // Starts the stream of `tenant` that `context` belongs to; an error ends it
  // at once. It owns itself, as gRPC asks, and must end before this object
  // does.
  grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* Open(
      grpc::CallbackServerContext* context,
      const absl::StatusOr<TenantId>& tenant);

  // `step` has passed: ends the streams whose clients have not sent or read for
  // too long, once what they hold is settled.
  StreamCounts Pass(absl::Duration step);

  // Has every stream, also one opened later, take no more requests,
  // acknowledge those it has, and end with UNAVAILABLE.
  void EndAll();

 private:
  friend class EventStream;

  const Options options_;
  const CallRunner& runner_;
  const Clock& clock_;
  CatalogCache& catalogs_;
  Committer& committer_;
  const TrackStore& track_;
  OpenStreams<EventStream> open_;
};

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_SERVER_EVENT_STREAM_H_
