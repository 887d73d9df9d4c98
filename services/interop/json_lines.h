// Messages of the API as JSON, one per line, in the proto3 mapping: what
// `evenlight simulate` writes and apps export.

#ifndef EVENLIGHT_SERVICES_INTEROP_JSON_LINES_H_
#define EVENLIGHT_SERVICES_INTEROP_JSON_LINES_H_

#include <istream>
#include <string>

#include "absl/status/status.h"
#include "services/interop/line_reader.h"

namespace google::protobuf {
class Message;
}

namespace evenlight {

// Replaces `message` by what the line says. Names of fields may be in
// snake_case or lowerCamelCase; unknown ones are errors.
//
// INVALID_ARGUMENT: the line is not UTF-8, not JSON, or not such a message.
absl::Status ParseJsonLine(const LineReader& reader,
                           google::protobuf::Message* message);

// `message` as one line without its end, names in snake_case.
std::string ToJsonLine(const google::protobuf::Message& message);

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_INTEROP_JSON_LINES_H_
