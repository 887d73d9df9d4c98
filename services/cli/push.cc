#include "services/cli/push.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "evenlight/v1/push_service.pb.h"
#include "services/cli/methods.h"
#include "services/cli/text.h"

namespace evenlight {
namespace {

constexpr absl::Duration kFirstPause = absl::Seconds(1);
constexpr absl::Duration kLongestPause = absl::Seconds(30);

std::string ResourceName(const std::string& resource) {
  return absl::StrCat("resources/", IdOf(resource));
}

void AddEdits(const std::vector<std::string>& resources,
              v1::PushEdit::Kind kind, const std::string& reason,
              v1::CreatePushRequest* request) {
  for (const std::string& resource : resources) {
    v1::PushEdit* edit = request->add_edits();
    edit->set_kind(kind);
    edit->set_resource(ResourceName(resource));
    edit->set_reason(reason);
  }
}

v1::CreatePushRequest RequestOf(const PushOptions& options) {
  v1::CreatePushRequest request;
  request.set_class_name(absl::StrCat("classes/", options.class_id));
  for (const std::string& learner : options.learners) {
    request.add_learners(absl::StrCat("learners/", IdOf(learner)));
  }
  request.set_teacher(absl::StrCat("teachers/", options.teacher));
  for (const std::string& resource : options.resources) {
    request.add_resources(ResourceName(resource));
  }
  request.set_phase(static_cast<v1::Phase>(options.phase));
  if (options.due_time != absl::InfinitePast()) {
    request.mutable_due_time()->set_seconds(
        absl::ToUnixSeconds(options.due_time));
  }
  AddEdits(options.pins, v1::PushEdit::KIND_PIN, options.reason, &request);
  AddEdits(options.bans, v1::PushEdit::KIND_BAN, options.reason, &request);
  request.set_confirm_over_cap_reason(options.confirm);
  request.set_request_id(options.request_id);
  request.set_preview(options.is_preview);
  return request;
}

void Show(const v1::Push& push, const Console& console) {
  console.out << (push.name().empty() ? "preview" : push.name()) << ": class "
              << IdOf(push.class_name()) << ", " << push.learners_size()
              << " learners, " << WordOf(v1::Phase_Name(push.phase()), "PHASE_")
              << ", due " << TextOfTime(push.due_time()) << "\n";
  int number = 0;
  for (const v1::PushedResource& pushed : push.resources()) {
    console.out << absl::StrFormat("%2d. %s: %s, %.0f min%s%s\n", ++number,
                                   std::string(IdOf(pushed.resource())),
                                   pushed.title(), pushed.minutes(),
                                   pushed.pinned() ? ", pinned" : "",
                                   pushed.withdrawn() ? ", withdrawn" : "");
  }
  for (const std::string& banned : push.banned_resources()) {
    console.out << "    banned " << IdOf(banned) << "\n";
  }
  for (const v1::AssignedOverCap& over : push.assigned_over_cap()) {
    console.out << absl::StrFormat(
        "    over the cap: %s, %.0f min of %.0f left. %s\n",
        std::string(IdOf(over.learner())), over.minutes(), over.minutes_left(),
        over.reason());
  }
}

// Whose frontends have it.
void ShowDeliveries(const v1::Push& push, const Console& console) {
  const auto num_as_it_is = std::count_if(
      push.deliveries().begin(), push.deliveries().end(),
      [](const v1::PushDelivery& one) { return one.has_delivered_time(); });
  const auto num_before = push.deliveries_size() - num_as_it_is;
  console.out << "    delivered to " << num_as_it_is;
  if (num_before > 0) {
    console.out << ", and to " << num_before << " before it was changed";
  }
  console.out << "\n";
}

std::string AudienceOf(const PushAudienceOptions& options) {
  return options.learner.empty() ? absl::StrCat("classes/", options.class_id)
                                 : absl::StrCat("learners/", options.learner);
}

// The server stops or cannot be reached, we read too slowly, or there was
// nothing to read for long.
bool MayResume(const absl::Status& status) {
  return status.code() == absl::StatusCode::kUnavailable ||
         status.code() == absl::StatusCode::kResourceExhausted ||
         status.code() == absl::StatusCode::kDeadlineExceeded;
}

// Shows what a stream brings, and remembers where it stands.
class Watcher {
 public:
  Watcher(const PushAudienceOptions& options, const Console& console)
      : options_(options), console_(console), token_(options.resume_token) {}

  // False once enough is shown.
  bool Take(const v1::SubscribePushesResponse& message) {
    token_ = message.resume_token();
    has_moved_ = true;
    if (!message.has_push()) return !options_.is_stored_only;
    if (console_.is_json) {
      console_.Json(message);
    } else {
      Show(message.push(), console_);
    }
    console_.out << std::flush;
    ++num_shown_;
    return !IsDone();
  }

  // Enough is shown. Never without a limit.
  bool IsDone() const { return options_.num > 0 && num_shown_ >= options_.num; }

  const std::string& token() const { return token_; }

  // True if anything came since the last call.
  bool HasMoved() { return std::exchange(has_moved_, false); }

 private:
  const PushAudienceOptions& options_;
  const Console& console_;
  std::string token_;
  int num_shown_ = 0;
  bool has_moved_ = false;
};

absl::Status Acknowledge(const std::string& learner, const std::string& token,
                         Client* client) {
  v1::AcknowledgePushesRequest request;
  request.set_learner(learner);
  request.set_resume_token(token);
  return Invoke(client, kAcknowledgePushes, request).status();
}

}  // namespace

int CreatePush(const PushOptions& options, Client* client,
               const Console& console) {
  const absl::StatusOr<v1::CreatePushResponse> response =
      Invoke(client, kCreatePush, RequestOf(options));
  if (!response.ok()) {
    const int exit_code = console.Fail(
        absl::StrCat("push create ", options.class_id), response.status());
    const bool is_over_cap =
        response.status().code() == absl::StatusCode::kFailedPrecondition &&
        !ViolationsOf(response.status()).empty();
    if (!is_over_cap) return exit_code;
    console.err << "evenlight: --confirm REASON pushes it all the same"
                << std::endl;
    return kExitRefused;
  }
  if (console.is_json) {
    console.Json(response->push());
  } else {
    Show(response->push(), console);
    console.out << std::flush;
  }
  return kExitOk;
}

int ListPushes(const PushAudienceOptions& options, Client* client,
               const Console& console) {
  v1::ListPushesRequest request;
  request.set_audience(AudienceOf(options));
  while (true) {
    const absl::StatusOr<v1::ListPushesResponse> page =
        Invoke(client, kListPushes, request);
    if (!page.ok()) return console.Fail("push list", page.status());
    for (const v1::Push& push : page->pushes()) {
      if (console.is_json) {
        console.Json(push);
      } else {
        Show(push, console);
        ShowDeliveries(push, console);
      }
    }
    console.out << std::flush;
    if (page->next_page_token().empty()) return kExitOk;
    request.set_page_token(page->next_page_token());
  }
}

int WatchPushes(const PushAudienceOptions& options, Client* client,
                const Console& console) {
  Watcher watcher(options, console);
  absl::Duration pause = kFirstPause;
  while (true) {
    v1::SubscribePushesRequest request;
    request.set_audience(AudienceOf(options));
    request.set_resume_token(watcher.token());
    v1::SubscribePushesResponse message;
    absl::Status acknowledged;
    const auto acknowledge = [&] {
      if (!options.acknowledges) return;
      acknowledged = Acknowledge(request.audience(), watcher.token(), client);
    };
    absl::Status status;
    if (watcher.IsDone()) {
      acknowledge();  // Again: it failed.
    } else {
      status = client->Stream(kSubscribePushes.name, request, &message, [&] {
        const bool goes_on = watcher.Take(message);
        acknowledge();
        return goes_on && acknowledged.ok();
      });
    }
    if (status.ok()) status = acknowledged;
    if (status.ok() || !MayResume(status)) {
      console.err << "evenlight: resume_token " << watcher.token() << std::endl;
      return status.ok() ? kExitOk : console.Fail("push watch", status);
    }
    if (watcher.HasMoved()) pause = kFirstPause;
    console.err << "evenlight: " << Explain(status) << "; again in " << pause
                << std::endl;
    console.sleep(pause);
    pause = std::min(2 * pause, kLongestPause);
  }
}

}  // namespace evenlight
