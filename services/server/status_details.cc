#include "services/server/status_details.h"

#include <string>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "core/log.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace evenlight {
namespace {

constexpr char kTypePrefix[] = "type.googleapis.com/";
constexpr char kDomain[] = "evenlight";

// Long enough for a commit or two to make room.
constexpr int kRetryMs = 200;
// A disk that refused or a server that stops takes longer.
constexpr int kUnavailableRetryMs = 2'000;

// A trailer may hold 8 KiB in all.
constexpr size_t kMaxMessageBytes = 1'000;

bool IsOurs(absl::StatusCode code) {
  return code == absl::StatusCode::kInternal ||
         code == absl::StatusCode::kUnknown ||
         code == absl::StatusCode::kDataLoss;
}

const char* PublicText(absl::StatusCode code) {
  return code == absl::StatusCode::kDataLoss
             ? "stored data is damaged; the server's log says which"
             : "the server made a mistake; its log says which";
}

bool HasDetail(const absl::Status& status,
               const google::protobuf::Message& detail) {
  return status.GetPayload(kTypePrefix + detail.GetTypeName()).has_value();
}

void AttachDefaults(absl::Status* status) {
  const absl::StatusCode code = status->code();
  if (!HasDetail(*status, google::rpc::ErrorInfo())) {
    AttachReason(absl::StatusCodeToString(code), {}, status);
  }
  const bool is_full = code == absl::StatusCode::kResourceExhausted;
  if (!is_full && code != absl::StatusCode::kUnavailable) return;
  google::rpc::RetryInfo retry;
  if (HasDetail(*status, retry)) return;
  const int retry_ms = is_full ? kRetryMs : kUnavailableRetryMs;
  retry.mutable_retry_delay()->set_seconds(retry_ms / 1'000);
  retry.mutable_retry_delay()->set_nanos(retry_ms % 1'000 * 1'000'000);
  AttachDetail(retry, status);
}

absl::Status PublicPart(const absl::Status& status) {
  if (!IsOurs(status.code())) return status;
  Log(LogLevel::kError, "call_failed",
      {{"code", absl::StatusCodeToString(status.code())},
       {"message", status.message()}});
  return absl::Status(status.code(), PublicText(status.code()));
}

}  // namespace

void AttachDetail(const google::protobuf::Message& detail,
                  absl::Status* status) {
  status->SetPayload(kTypePrefix + detail.GetTypeName(),
                     absl::Cord(detail.SerializeAsString()));
}

void AttachReason(
    absl::string_view reason,
    std::initializer_list<std::pair<absl::string_view, absl::string_view>>
        metadata,
    absl::Status* status) {
  google::rpc::ErrorInfo info;
  info.set_reason(std::string(reason));
  info.set_domain(kDomain);
  for (const auto& [name, value] : metadata) {
    (*info.mutable_metadata())[std::string(name)] = std::string(value);
  }
  AttachDetail(info, status);
}

google::rpc::Status ToRpcStatus(const absl::Status& status) {
  google::rpc::Status rpc;
  if (status.ok()) return rpc;
  absl::Status shown = PublicPart(status);
  AttachDefaults(&shown);
  rpc.set_code(static_cast<int>(shown.code()));
  std::string message(shown.message());
  if (message.size() > kMaxMessageBytes) {
    size_t end = kMaxMessageBytes;
    while (end > 0 && (message[end] & 0xC0) == 0x80) --end;
    message = absl::StrCat(message.substr(0, end), "...");
  }
  rpc.set_message(message);
  shown.ForEachPayload([&](absl::string_view type, const absl::Cord& detail) {
    auto* any = rpc.add_details();
    any->set_type_url(std::string(type));
    any->set_value(std::string(detail));
  });
  return rpc;
}

}  // namespace evenlight
