// AdminService: what concerns the server as a whole. Its promises are in
// proto/evenlight/v1/admin_service.proto.

#ifndef EVENLIGHT_SERVICES_SERVER_ADMIN_SERVICE_H_
#define EVENLIGHT_SERVICES_SERVER_ADMIN_SERVICE_H_

#include "evenlight/v1/admin_service.grpc.pb.h"
#include "services/server/backup_worker.h"

namespace evenlight {

// Thread-safe.
class AdminService final
    : public v1::AdminService::WithRawCallbackMethod_CreateBackup<
          v1::AdminService::Service> {
 public:
  // `backups` outlives it.
  explicit AdminService(BackupWorker* backups) : backups_(*backups) {}

  grpc::ServerUnaryReactor* CreateBackup(grpc::CallbackServerContext* context,
                                         const grpc::ByteBuffer* request,
                                         grpc::ByteBuffer* response) override;

 private:
  BackupWorker& backups_;
};

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_SERVER_ADMIN_SERVICE_H_
