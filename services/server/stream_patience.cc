#include "services/server/stream_patience.h"

#include "absl/strings/str_cat.h"

namespace evenlight {

absl::Status StreamPatience::Pass(absl::Duration step, bool is_unread) {
  if (!waited_.has_value()) {
    waited_ = absl::ZeroDuration();
    return absl::OkStatus();
  }
  *waited_ += step;
  if (!is_unread) {
    if (*waited_ < limits_.silence) return absl::OkStatus();
    return absl::DeadlineExceededError(
        absl::StrCat("no message went either way for ",
                     absl::FormatDuration(limits_.silence),
                     " (stream_silence_seconds of the server); ", advice_));
  }
  if (*waited_ < limits_.unread) return absl::OkStatus();
  if (*waited_ >= 2 * limits_.unread) {
    return absl::CancelledError("the client does not read");
  }
  return absl::ResourceExhaustedError(absl::StrCat(
      "a message was not read for ", absl::FormatDuration(limits_.unread),
      " (stream_unread_seconds of the server); ", advice_));
}

bool StreamPatience::CutOff(absl::Duration step, bool is_unread,
                            grpc::CallbackServerContext* call,
                            std::optional<absl::Status>* end) {
  const absl::Status passed = Pass(step, is_unread);
  if (absl::IsCancelled(passed)) call->TryCancel();
  if (passed.ok() || absl::IsCancelled(passed) || end->has_value()) {
    return false;
  }
  *end = passed;
  return true;
}

}  // namespace evenlight
