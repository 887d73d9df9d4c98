// RosterService: schools, classes and people. Its promises are in
// proto/evenlight/v1/roster_service.proto.

#ifndef EVENLIGHT_SERVICES_SERVER_ROSTER_SERVICE_H_
#define EVENLIGHT_SERVICES_SERVER_ROSTER_SERVICE_H_

#include "evenlight/v1/roster_service.grpc.pb.h"
#include "services/server/call_runner.h"
#include "services/server/roster_edits.h"

namespace evenlight {

// Thread-safe.
class RosterService final
    : public v1::RosterService::WithRawCallbackMethod_UpsertSchools<
          v1::RosterService::WithRawCallbackMethod_UpsertClasses<
              v1::RosterService::WithRawCallbackMethod_UpsertPeople<
                  v1::RosterService::WithRawCallbackMethod_GetClass<
                      v1::RosterService::WithRawCallbackMethod_ListClasses<
                          v1::RosterService::Service>>>>> {
 public:
  // Everything outlives it.
  RosterService(const CallRunner* runner, RosterEdits* edits)
      : runner_(*runner), edits_(*edits) {}

  grpc::ServerUnaryReactor* UpsertSchools(grpc::CallbackServerContext* context,
                                          const grpc::ByteBuffer* request,
                                          grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* UpsertClasses(grpc::CallbackServerContext* context,
                                          const grpc::ByteBuffer* request,
                                          grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* UpsertPeople(grpc::CallbackServerContext* context,
                                         const grpc::ByteBuffer* request,
                                         grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* GetClass(grpc::CallbackServerContext* context,
                                     const grpc::ByteBuffer* request,
                                     grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* ListClasses(grpc::CallbackServerContext* context,
                                        const grpc::ByteBuffer* request,
                                        grpc::ByteBuffer* response) override;

 private:
  // Runs one method of `edits_`.
  template <typename Request, typename Response>
  grpc::ServerUnaryReactor* Run(
      Priority priority, grpc::CallbackServerContext* context,
      const grpc::ByteBuffer* request, grpc::ByteBuffer* response,
      absl::Status (RosterEdits::*method)(const TenantId&, const Request&,
                                          Response*)) {
    return RunUnary<Request, Response>(
        runner_, priority, context, request, response,
        [this, method](const TenantId& tenant, const Request& parsed,
                       Response* answer) {
          return (edits_.*method)(tenant, parsed, answer);
        });
  }

  const CallRunner& runner_;
  RosterEdits& edits_;
};

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_SERVER_ROSTER_SERVICE_H_
