// CatalogService: resources and the curriculum. Its promises are in
// proto/evenlight/v1/catalog_service.proto.

#ifndef EVENLIGHT_SERVICES_SERVER_CATALOG_SERVICE_H_
#define EVENLIGHT_SERVICES_SERVER_CATALOG_SERVICE_H_

#include "evenlight/v1/catalog_service.grpc.pb.h"
#include "services/server/call_runner.h"
#include "services/server/catalog_edits.h"

namespace evenlight {

// Thread-safe.
class CatalogService final
    : public v1::CatalogService::WithRawCallbackMethod_UpsertResources<
          v1::CatalogService::WithRawCallbackMethod_GetResource<
              v1::CatalogService::WithRawCallbackMethod_ListResources<
                  v1::CatalogService::WithRawCallbackMethod_HideResource<
                      v1::CatalogService::
                          WithRawCallbackMethod_UpsertKnowledgeComponents<
                              v1::CatalogService::
                                  WithRawCallbackMethod_ListKnowledgeComponents<
                                      v1::CatalogService::Service>>>>>> {
 public:
  // Everything outlives it.
  CatalogService(const CallRunner* runner, CatalogEdits* edits)
      : runner_(*runner), edits_(*edits) {}

  grpc::ServerUnaryReactor* UpsertResources(
      grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
      grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* GetResource(grpc::CallbackServerContext* context,
                                        const grpc::ByteBuffer* request,
                                        grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* ListResources(grpc::CallbackServerContext* context,
                                          const grpc::ByteBuffer* request,
                                          grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* HideResource(grpc::CallbackServerContext* context,
                                         const grpc::ByteBuffer* request,
                                         grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* UpsertKnowledgeComponents(
      grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
      grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* ListKnowledgeComponents(
      grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
      grpc::ByteBuffer* response) override;

 private:
  // Runs one method of `edits_`.
  template <typename Request, typename Response>
  grpc::ServerUnaryReactor* Run(
      Priority priority, grpc::CallbackServerContext* context,
      const grpc::ByteBuffer* request, grpc::ByteBuffer* response,
      absl::Status (CatalogEdits::*method)(const TenantId&, const Request&,
                                           Response*)) {
    return RunUnary<Request, Response>(
        runner_, priority, context, request, response,
        [this, method](const TenantId& tenant, const Request& parsed,
                       Response* answer) {
          return (edits_.*method)(tenant, parsed, answer);
        });
  }

  const CallRunner& runner_;
  CatalogEdits& edits_;
};

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_SERVER_CATALOG_SERVICE_H_
