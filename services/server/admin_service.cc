#include "services/server/admin_service.h"

#include "services/server/call_runner.h"
#include "services/server/convert_value.h"
#include "services/server/grpc_status.h"

namespace evenlight {

// Not on the executor, whose threads are for calls that take milliseconds.
grpc::ServerUnaryReactor* AdminService::CreateBackup(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  v1::CreateBackupRequest parsed;
  absl::Status status = ParseBuffer(*request, &parsed);
  if (status.ok()) {
    status = backups_.Submit(
        [this, reactor, response](const absl::StatusOr<NewBackup>& made) {
          if (!made.ok()) return reactor->Finish(ToGrpcStatus(made.status()));
          v1::CreateBackupResponse answer;
          answer.set_backup(made->backup.id);
          answer.set_directory(backups_.directory());
          *answer.mutable_create_time() = ToTimestamp(made->backup.create_time);
          answer.set_new_bytes(made->num_new_bytes);
          answer.set_database_bytes(made->backup.database_bytes);
          answer.set_model_files(
              static_cast<int32_t>(made->backup.model_files.size()));
          answer.set_deleted_backups(made->num_deleted);
          *response = ToBuffer(answer.SerializeAsString());
          reactor->Finish(grpc::Status::OK);
        });
  }
  if (!status.ok()) reactor->Finish(ToGrpcStatus(status));
  return reactor;
}

}  // namespace evenlight
