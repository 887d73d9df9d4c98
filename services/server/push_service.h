// PushService: lists that teachers send. Its promises are in
// proto/evenlight/v1/push_service.proto.

#ifndef EVENLIGHT_SERVICES_SERVER_PUSH_SERVICE_H_
#define EVENLIGHT_SERVICES_SERVER_PUSH_SERVICE_H_

#include "evenlight/v1/push_service.grpc.pb.h"
#include "services/server/call_runner.h"
#include "services/server/push_deliveries.h"
#include "services/server/push_edits.h"
#include "services/server/push_stream.h"

namespace evenlight {

// Thread-safe.
class PushService final
    : public v1::PushService::WithRawCallbackMethod_CreatePush<
          v1::PushService::WithRawCallbackMethod_UpdatePush<
              v1::PushService::WithRawCallbackMethod_GetPush<
                  v1::PushService::WithRawCallbackMethod_ListPushes<
                      v1::PushService::WithRawCallbackMethod_SubscribePushes<
                          v1::PushService::
                              WithRawCallbackMethod_AcknowledgePushes<
                                  v1::PushService::Service>>>>>> {
 public:
  // Everything outlives it.
  PushService(const CallRunner* runner, PushEdits* edits, PushStreams* streams,
              PushDeliveries* deliveries)
      : runner_(*runner),
        edits_(*edits),
        streams_(*streams),
        deliveries_(*deliveries) {}

  grpc::ServerUnaryReactor* CreatePush(grpc::CallbackServerContext* context,
                                       const grpc::ByteBuffer* request,
                                       grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* UpdatePush(grpc::CallbackServerContext* context,
                                       const grpc::ByteBuffer* request,
                                       grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* GetPush(grpc::CallbackServerContext* context,
                                    const grpc::ByteBuffer* request,
                                    grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* ListPushes(grpc::CallbackServerContext* context,
                                       const grpc::ByteBuffer* request,
                                       grpc::ByteBuffer* response) override;
  grpc::ServerWriteReactor<grpc::ByteBuffer>* SubscribePushes(
      grpc::CallbackServerContext* context,
      const grpc::ByteBuffer* request) override;
  grpc::ServerUnaryReactor* AcknowledgePushes(
      grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
      grpc::ByteBuffer* response) override;

 private:
  const CallRunner& runner_;
  PushEdits& edits_;
  PushStreams& streams_;
  PushDeliveries& deliveries_;
};

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_SERVER_PUSH_SERVICE_H_
