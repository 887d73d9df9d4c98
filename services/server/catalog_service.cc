#include "services/server/catalog_service.h"

namespace evenlight {

grpc::ServerUnaryReactor* CatalogService::UpsertResources(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return Run(Priority::kBulk, context, request, response,
             &CatalogEdits::UpsertResources);
}

grpc::ServerUnaryReactor* CatalogService::GetResource(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return Run(Priority::kReport, context, request, response,
             &CatalogEdits::GetResource);
}

grpc::ServerUnaryReactor* CatalogService::ListResources(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return Run(Priority::kReport, context, request, response,
             &CatalogEdits::ListResources);
}

grpc::ServerUnaryReactor* CatalogService::HideResource(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return Run(Priority::kBulk, context, request, response,
             &CatalogEdits::HideResource);
}

grpc::ServerUnaryReactor* CatalogService::UpsertKnowledgeComponents(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return Run(Priority::kBulk, context, request, response,
             &CatalogEdits::UpsertKcs);
}

grpc::ServerUnaryReactor* CatalogService::ListKnowledgeComponents(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return Run(Priority::kReport, context, request, response,
             &CatalogEdits::ListKcs);
}

}  // namespace evenlight
