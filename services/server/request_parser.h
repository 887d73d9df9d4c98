// The bytes of a request as a message. Requests come unparsed from gRPC: it
// would answer one that does not parse with UNIMPLEMENTED and no word, and end
// a stream as if the client had.

#ifndef EVENLIGHT_SERVICES_SERVER_REQUEST_PARSER_H_
#define EVENLIGHT_SERVICES_SERVER_REQUEST_PARSER_H_

#include <string>

#include "absl/status/status.h"

namespace google::protobuf {
class Message;
namespace io {
class ZeroCopyInputStream;
}
}  // namespace google::protobuf

namespace evenlight {

// Parses all of `bytes`.
//
// INVALID_ARGUMENT: text that is not UTF-8, with the field as a violation; or
// bytes that are no such message.
absl::Status ParseRequest(google::protobuf::io::ZeroCopyInputStream* bytes,
                          google::protobuf::Message* request);

// Has gRPC and Protobuf write their complaints as our log lines, and tells
// ParseRequest() which field was not UTF-8. Called once, before any thread.
void RouteLibraryLogs();

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_SERVER_REQUEST_PARSER_H_
