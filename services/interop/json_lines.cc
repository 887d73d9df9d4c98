#include "services/interop/json_lines.h"

#include <google/protobuf/message.h>
#include <google/protobuf/util/json_util.h>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "core/status_macros.h"

namespace evenlight {

absl::Status ParseJsonLine(const LineReader& reader,
                           google::protobuf::Message* message) {
  RETURN_IF_ERROR(reader.CheckText());
  message->Clear();
  const absl::string_view text = reader.text();
  const auto status = google::protobuf::util::JsonStringToMessage(
      {text.data(), text.size()}, message);
  if (status.ok()) return absl::OkStatus();
  // Protobuf draws the place of the fault over several lines.
  const std::string reason = status.ToString();
  return absl::InvalidArgumentError(
      absl::StrCat("not JSON of ", message->GetDescriptor()->name(), ": ",
                   reason.substr(0, reason.find('\n'))));
}

std::string ToJsonLine(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  std::string json;
  // Fails only for messages with an unknown Any, which the API has not.
  (void)google::protobuf::util::MessageToJsonString(message, &json, options);
  return json;
}

}  // namespace evenlight
