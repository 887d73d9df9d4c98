// The one place where an absl::Status becomes a grpc::Status.

#ifndef EVENLIGHT_SERVICES_SERVER_GRPC_STATUS_H_
#define EVENLIGHT_SERVICES_SERVER_GRPC_STATUS_H_

#include <grpcpp/support/status.h>

#include "absl/status/status.h"

namespace evenlight {

// The status with its details in `grpc-status-details-bin`; what a client may
// see of it is ToRpcStatus() of services/server/status_details.h.
grpc::Status ToGrpcStatus(const absl::Status& status);

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_SERVER_GRPC_STATUS_H_
