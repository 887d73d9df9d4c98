#include "services/cli/client.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "google/rpc/error_details.pb.h"

namespace evenlight {
namespace {

constexpr char kTypePrefix[] = "type.googleapis.com/";

template <typename Detail>
std::optional<Detail> DetailOf(const absl::Status& status) {
  Detail detail;
  const auto payload = status.GetPayload(kTypePrefix + detail.GetTypeName());
  if (!payload || !detail.ParseFromString(std::string(*payload))) {
    return std::nullopt;
  }
  return detail;
}

bool MayPass(const absl::Status& status) {
  return status.code() == absl::StatusCode::kUnavailable ||
         status.code() == absl::StatusCode::kResourceExhausted;
}

}  // namespace

// Most clients are fakes that have no streams.
absl::Status Client::Stream(const char* method,
                            const google::protobuf::Message&,
                            google::protobuf::Message*,
                            absl::FunctionRef<bool()>) {
  return absl::UnimplementedError(method);
}

std::vector<CallViolation> ViolationsOf(const absl::Status& status) {
  std::vector<CallViolation> violations;
  const auto bad_request = DetailOf<google::rpc::BadRequest>(status);
  if (!bad_request) return violations;
  for (const auto& violation : bad_request->field_violations()) {
    violations.push_back({violation.field(), violation.description()});
  }
  return violations;
}

std::optional<absl::Duration> RetryDelayOf(const absl::Status& status) {
  const auto retry = DetailOf<google::rpc::RetryInfo>(status);
  if (!retry) return std::nullopt;
  return absl::Seconds(retry->retry_delay().seconds()) +
         absl::Nanoseconds(retry->retry_delay().nanos());
}

std::string Explain(const absl::Status& status) {
  std::string text = absl::StrCat(absl::StatusCodeToString(status.code()), ": ",
                                  status.message());
  for (const CallViolation& violation : ViolationsOf(status)) {
    const std::string wrong =
        absl::StrCat(violation.field, ": ", violation.description);
    // The message tells the first of them itself.
    if (!absl::StrContains(text, wrong)) absl::StrAppend(&text, "; ", wrong);
    if (violation.field == kTenantKey) {
      absl::StrAppend(&text, "; --tenant names it");
    }
  }
  if (status.code() == absl::StatusCode::kUnavailable) {
    absl::StrAppend(&text, "; is evenlightd running there? --server names it");
  }
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

absl::Status RetryingClient::Call(const char* method,
                                  const google::protobuf::Message& request,
                                  google::protobuf::Message* response) {
  constexpr int kMaxAttempts = 8;
  absl::Duration backoff = absl::Milliseconds(200);
  for (int attempt = 1;; ++attempt) {
    absl::Status status = client_.Call(method, request, response);
    if (!MayPass(status) || attempt == kMaxAttempts) return status;
    const absl::Duration asked =
        RetryDelayOf(status).value_or(absl::ZeroDuration());
    sleep_(std::min(std::max(backoff, asked), absl::Seconds(10)));
    backoff *= 2;
  }
}

}  // namespace evenlight
