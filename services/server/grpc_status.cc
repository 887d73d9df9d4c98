#include "services/server/grpc_status.h"

#include "google/rpc/status.pb.h"
#include "services/server/status_details.h"

namespace evenlight {

grpc::Status ToGrpcStatus(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  const google::rpc::Status rpc = ToRpcStatus(status);
  // The numbers of the codes are the same everywhere.
  return grpc::Status(static_cast<grpc::StatusCode>(rpc.code()), rpc.message(),
                      rpc.SerializeAsString());
}

}  // namespace evenlight
