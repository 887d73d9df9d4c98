#include "services/server/request_parser.h"

#include <google/protobuf/message.h>
#include <google/protobuf/stubs/logging.h>
#include <grpc/support/log.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "core/log.h"
#include "services/server/field_violations.h"

namespace evenlight {
namespace {

// What Protobuf last said on this thread about text that is not UTF-8. It names
// the field in its log only.
thread_local std::string utf8_complaint;

// The field in `String field 'evenlight.v1.Event.actor' contains invalid ...`.
absl::string_view QuotedPart(absl::string_view text) {
  const size_t begin = text.find('\'');
  if (begin == absl::string_view::npos) return "";
  const size_t end = text.find('\'', begin + 1);
  if (end == absl::string_view::npos) return "";
  return text.substr(begin + 1, end - begin - 1);
}

void TakeProtobufLog(google::protobuf::LogLevel level, const char*, int,
                     const std::string& message) {
  if (absl::StrContains(message, "invalid UTF-8")) {
    utf8_complaint = std::string(QuotedPart(message));
    return;
  }
  Log(level < google::protobuf::LOGLEVEL_ERROR ? LogLevel::kWarning
                                               : LogLevel::kError,
      "protobuf", {{"message", message}});
}

void TakeGrpcLog(gpr_log_func_args* args) {
  Log(args->severity == GPR_LOG_SEVERITY_ERROR ? LogLevel::kWarning
                                               : LogLevel::kInfo,
      "grpc", {{"message", args->message}});
}

}  // namespace

absl::Status ParseRequest(google::protobuf::io::ZeroCopyInputStream* bytes,
                          google::protobuf::Message* request) {
  utf8_complaint.clear();
  if (request->ParseFromZeroCopyStream(bytes)) return absl::OkStatus();
  if (utf8_complaint.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("the bytes are no ", request->GetTypeName(),
                     ", or hold text that is not UTF-8"));
  }
  FieldViolations violations;
  violations.Add(FieldPath(FieldPath(), utf8_complaint),
                 "holds text that is not UTF-8");
  return violations.ToStatus();
}

void RouteLibraryLogs() {
  google::protobuf::SetLogHandler(&TakeProtobufLog);
  gpr_set_log_function(&TakeGrpcLog);
}

}  // namespace evenlight
