// The rich part of an error while it is still an absl::Status: details travel
// as its payloads, keyed by their type, and services/server/grpc_status.h puts
// them on the wire.

#ifndef EVENLIGHT_SERVICES_SERVER_STATUS_DETAILS_H_
#define EVENLIGHT_SERVICES_SERVER_STATUS_DETAILS_H_

#include <initializer_list>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace google::protobuf {
class Message;
}
namespace google::rpc {
class Status;
}

namespace evenlight {

// Adds `detail` to a status that is not OK, in place of one of its type.
void AttachDetail(const google::protobuf::Message& detail,
                  absl::Status* status);

// Adds a google.rpc.ErrorInfo of the domain `evenlight`. `reason` is a constant
// in UPPER_SNAKE_CASE.
void AttachReason(
    absl::string_view reason,
    std::initializer_list<std::pair<absl::string_view, absl::string_view>>
        metadata,
    absl::Status* status);

// What a client may see of `status`, with its details. An error that is ours
// (INTERNAL, UNKNOWN, DATA_LOSS) is logged whole and becomes a short text; one
// that passes (RESOURCE_EXHAUSTED, UNAVAILABLE) tells when to try again.
google::rpc::Status ToRpcStatus(const absl::Status& status);

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_SERVER_STATUS_DETAILS_H_
