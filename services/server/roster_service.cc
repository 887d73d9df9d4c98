#include "services/server/roster_service.h"

namespace evenlight {

grpc::ServerUnaryReactor* RosterService::UpsertSchools(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return Run(Priority::kBulk, context, request, response,
             &RosterEdits::UpsertSchools);
}

grpc::ServerUnaryReactor* RosterService::UpsertClasses(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return Run(Priority::kBulk, context, request, response,
             &RosterEdits::UpsertClasses);
}

grpc::ServerUnaryReactor* RosterService::UpsertPeople(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return Run(Priority::kBulk, context, request, response,
             &RosterEdits::UpsertPeople);
}

grpc::ServerUnaryReactor* RosterService::GetClass(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return Run(Priority::kReport, context, request, response,
             &RosterEdits::GetClass);
}

grpc::ServerUnaryReactor* RosterService::ListClasses(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return Run(Priority::kReport, context, request, response,
             &RosterEdits::ListClasses);
}

}  // namespace evenlight
