// TrackService: records and lists events. Its promises are in
// proto/evenlight/v1/track_service.proto.

#ifndef EVENLIGHT_SERVICES_SERVER_TRACK_SERVICE_H_
#define EVENLIGHT_SERVICES_SERVER_TRACK_SERVICE_H_

#include <memory>
#include <vector>

#include "core/clock.h"
#include "evenlight/v1/track_service.grpc.pb.h"
#include "recommender/ingest/committer.h"
#include "services/server/call_runner.h"
#include "services/server/catalog_cache.h"
#include "services/server/event_stream.h"
#include "storage/track_store.h"

namespace evenlight {

// Thread-safe.
class TrackService final
    : public v1::TrackService::WithRawCallbackMethod_RecordEvents<
          v1::TrackService::WithRawCallbackMethod_StreamEvents<
              v1::TrackService::WithRawCallbackMethod_ListEvents<
                  v1::TrackService::Service>>> {
 public:
  // All outlive it.
  struct Parts {
    const CallRunner* runner;
    const Clock* clock;
    Database* database;
    CatalogCache* catalogs;
    Committer* committer;
  };

  TrackService(const EventStreams::Options& streams, const Parts& parts);

  // For open streams, as EventStreams::Pass().
  StreamCounts Pass(absl::Duration step) { return streams_.Pass(step); }

  // Has open streams end when what they hold is settled: the server stops.
  void EndStreams() { streams_.EndAll(); }

  grpc::ServerUnaryReactor* RecordEvents(grpc::CallbackServerContext* context,
                                         const grpc::ByteBuffer* request,
                                         grpc::ByteBuffer* response) override;

  grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* StreamEvents(
      grpc::CallbackServerContext* context) override;

  grpc::ServerUnaryReactor* ListEvents(grpc::CallbackServerContext* context,
                                       const grpc::ByteBuffer* request,
                                       grpc::ByteBuffer* response) override;

 private:
  struct RecordCall;

  absl::Status Record(const std::shared_ptr<RecordCall>& call);
  absl::Status Commit(const std::shared_ptr<RecordCall>& call);
  void Settle(const std::shared_ptr<RecordCall>& call,
              std::vector<CommitResult> results);
  absl::Status List(const TenantId& tenant,
                    const v1::ListEventsRequest& request,
                    v1::ListEventsResponse* response) const;

  const CallRunner& runner_;
  const Clock& clock_;
  CatalogCache& catalogs_;
  Committer& committer_;
  const TrackStore track_;
  EventStreams streams_;
};

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_SERVER_TRACK_SERVICE_H_
