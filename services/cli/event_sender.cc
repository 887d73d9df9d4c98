#include "services/cli/event_sender.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "evenlight/v1/track_service.pb.h"
#include "google/rpc/error_details.pb.h"
#include "services/cli/methods.h"
#include "services/cli/text.h"

namespace evenlight {
namespace {

// The most that a call may hold, and well below the server's largest message.
constexpr size_t kMaxEvents = 1000;
constexpr size_t kMaxBytes = 2 << 20;

// What is wrong with each field, else the message.
std::string ReasonOf(const google::rpc::Status& error) {
  std::vector<std::string> reasons;
  for (const auto& detail : error.details()) {
    google::rpc::BadRequest bad_request;
    if (!detail.UnpackTo(&bad_request)) continue;
    for (const auto& violation : bad_request.field_violations()) {
      const absl::string_view field = FieldInElement(violation.field());
      reasons.push_back(absl::StrCat(field, field.empty() ? "" : ": ",
                                     violation.description()));
    }
  }
  if (!reasons.empty()) return absl::StrJoin(reasons, "; ");
  return std::string(absl::StripPrefix(FieldInElement(error.message()), ": "));
}

}  // namespace

EventSender::EventSender(Client* client, ImportReport* report)
    : client_(*client),
      report_(*report),
      batch_(std::make_unique<v1::RecordEventsRequest>()) {}

EventSender::~EventSender() = default;

absl::Status EventSender::Add(int64_t line, v1::Event event) {
  const size_t num_bytes = event.ByteSizeLong();
  if (lines_.size() == kMaxEvents || num_bytes_ + num_bytes > kMaxBytes) {
    RETURN_IF_ERROR(Flush());
  }
  *batch_->add_events() = std::move(event);
  lines_.push_back(line);
  num_bytes_ += num_bytes;
  return absl::OkStatus();
}

absl::Status EventSender::Flush() {
  if (lines_.empty()) return absl::OkStatus();
  batch_->set_allow_partial(true);
  ASSIGN_OR_RETURN(const v1::RecordEventsResponse response,
                   Invoke(&client_, kRecordEvents, *batch_));
  if (response.results_size() != static_cast<int>(lines_.size())) {
    return absl::InternalError(
        absl::StrCat("the server answered ", response.results_size(),
                     " results for ", lines_.size(), " events"));
  }
  for (int k = 0; k < response.results_size(); ++k) {
    const v1::EventResult& result = response.results(k);
    if (result.outcome() == v1::EventResult::OUTCOME_ACCEPTED) {
      ++report_.num_accepted;
    } else if (result.outcome() == v1::EventResult::OUTCOME_DUPLICATE) {
      ++report_.num_duplicate;
    } else {
      report_.refused.push_back({lines_[k], ReasonOf(result.error())});
    }
  }
  batch_->Clear();
  lines_.clear();
  num_bytes_ = 0;
  return absl::OkStatus();
}

}  // namespace evenlight
