// ReportService: what the service has given to whom. Its promises are in
// proto/evenlight/v1/report_service.proto.

#ifndef EVENLIGHT_SERVICES_SERVER_REPORT_SERVICE_H_
#define EVENLIGHT_SERVICES_SERVER_REPORT_SERVICE_H_

#include "evenlight/v1/report_service.grpc.pb.h"
#include "services/server/call_runner.h"
#include "services/server/exposure_report.h"

namespace evenlight {

// Thread-safe.
class ReportService final
    : public v1::ReportService::WithRawCallbackMethod_GetExposure<
          v1::ReportService::Service> {
 public:
  // Both outlive it.
  ReportService(const CallRunner* runner, const ExposureReport* exposure)
      : runner_(*runner), exposure_(*exposure) {}

  grpc::ServerUnaryReactor* GetExposure(grpc::CallbackServerContext* context,
                                        const grpc::ByteBuffer* request,
                                        grpc::ByteBuffer* response) override;

 private:
  const CallRunner& runner_;
  const ExposureReport& exposure_;
};

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_SERVER_REPORT_SERVICE_H_
