#include "services/server/report_service.h"

namespace evenlight {

grpc::ServerUnaryReactor* ReportService::GetExposure(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return RunUnary<v1::GetExposureRequest, v1::GetExposureResponse>(
      runner_, Priority::kReport, context, request, response,
      [this](const TenantId& tenant, const v1::GetExposureRequest& parsed,
             v1::GetExposureResponse* answer) {
        return exposure_.Get(tenant, parsed, answer);
      });
}

}  // namespace evenlight
