#include "services/cli/path.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/time/civil_time.h"
#include "core/status_macros.h"
#include "evenlight/v1/path.pb.h"
#include "services/cli/methods.h"
#include "services/cli/text.h"
#include "services/interop/parse.h"

namespace evenlight {
namespace {

absl::StatusOr<v1::Goal> GoalOf(const GoalOptions& options) {
  v1::Goal goal;
  for (const std::string& kc : options.kcs) {
    goal.add_knowledge_components(
        absl::StrCat("knowledgeComponents/", IdOf(kc)));
  }
  goal.set_level(static_cast<v1::Goal::Level>(options.level));
  ASSIGN_OR_RETURN(const absl::Time due,
                   ParseBy(options.by, options.utc_offset_minutes));
  goal.mutable_due_time()->set_seconds(absl::ToUnixSeconds(due));
  goal.set_minutes_per_day(options.minutes);
  goal.set_utc_offset_minutes(options.utc_offset_minutes);
  return goal;
}

std::string StatusWord(v1::GoalProgress::Status status) {
  return WordOf(v1::GoalProgress::Status_Name(status), "STATUS_");
}

void ShowProgress(const std::string& id, const v1::Goal& goal,
                  const v1::GoalProgress& progress, const Console& console) {
  console.out << "learner " << id << ": "
              << absl::StrJoin(goal.knowledge_components(), " ",
                               [](std::string* text, const std::string& name) {
                                 absl::StrAppend(text, IdOf(name));
                               })
              << ", " << WordOf(v1::Goal::Level_Name(goal.level()), "LEVEL_")
              << " by " << TextOfTime(goal.due_time()) << ", "
              << goal.minutes_per_day() << " minutes a day\n"
              << absl::StrFormat(
                     "%s: %d of %d reached, mean p(known) %.3f, %d days left\n",
                     StatusWord(progress.status()), progress.num_reached(),
                     progress.num_knowledge_components(),
                     progress.mean_p_known(), progress.days_left())
              << progress.status_text() << "\n";
}

void ShowActivities(const v1::PlanPathResponse& path, const Console& console) {
  std::string date;
  for (const v1::PathActivity& activity : path.activities()) {
    if (activity.date() != date) {
      date = activity.date();
      double minutes = 0;
      for (const v1::PathActivity& other : path.activities()) {
        if (other.date() == date) minutes += other.minutes();
      }
      console.out << absl::StrFormat("%s, %.0f min\n", date, minutes);
    }
    console.out << absl::StrFormat(
        "  %-8s %s: %s, %.0f min  %s\n    %s\n",
        WordOf(v1::PathActivity::Kind_Name(activity.kind()), "KIND_"),
        std::string(IdOf(activity.resource())),
        WordOf(v1::ResourceKind_Name(activity.resource_kind()),
               "RESOURCE_KIND_"),
        activity.minutes(), activity.title(), activity.reason_text());
  }
}

void ShowPath(const GoalOptions& options, const v1::PlanPathResponse& path,
              const Console& console) {
  ShowProgress(options.id, path.goal(), path.progress(), console);
  if (path.degraded()) {
    console.out << "degraded: " << absl::StrJoin(path.degraded_reasons(), "; ")
                << "\n";
  }
  for (const v1::PathKnowledgeComponent& kc : path.knowledge_components()) {
    console.out << absl::StrFormat(
        "goal %s: %s, p(known) %.3f, %d answers expected. %s\n",
        std::string(IdOf(kc.knowledge_component())),
        WordOf(v1::PathKnowledgeComponent::Outcome_Name(kc.outcome()),
               "OUTCOME_"),
        kc.p_known(), kc.num_expected_answers(), kc.reason_text());
  }
  ShowActivities(path, console);
}

// Shows what a call answered, or why it did not.
template <typename Response, typename Show>
int Answer(const std::string& what, const absl::StatusOr<Response>& response,
           const Console& console, Show show) {
  if (!response.ok()) return console.Fail(what, response.status());
  if (console.is_json) {
    console.Json(*response);
  } else {
    show(*response);
    console.out << std::flush;
  }
  return kExitOk;
}

}  // namespace

absl::StatusOr<absl::Time> ParseBy(absl::string_view text,
                                   int utc_offset_minutes) {
  absl::CivilDay day;
  if (text.size() == 10 && absl::ParseCivilTime(text, &day)) {
    return absl::FromCivil(day + 1,
                           absl::FixedTimeZone(utc_offset_minutes * 60));
  }
  absl::StatusOr<absl::Time> time = ParseTime("by", text);
  if (time.ok() && text.find('-') != absl::string_view::npos) return time;
  return absl::InvalidArgumentError(
      absl::StrCat(QuotedValue(text),
                   " is neither a day, such as 2026-06-30, nor a time, such as "
                   "2026-06-30T18:00:00Z"));
}

int RecommendPath(const GoalOptions& options, Client* client,
                  const Console& console) {
  const std::string what = absl::StrCat("recommend path ", options.id);
  v1::PlanPathRequest request;
  request.set_learner(absl::StrCat("learners/", options.id));
  request.set_reason_language(options.language);
  if (!options.kcs.empty()) {
    const absl::StatusOr<v1::Goal> goal = GoalOf(options);
    if (!goal.ok()) return console.Fail(what, goal.status());
    *request.mutable_goal() = *goal;
  }
  return Answer(what, Invoke(client, kPlanPath, request), console,
                [&](const v1::PlanPathResponse& response) {
                  ShowPath(options, response, console);
                });
}

int SetGoal(const GoalOptions& options, Client* client,
            const Console& console) {
  const std::string what = absl::StrCat("set goal ", options.id);
  v1::SetGoalRequest request;
  request.set_learner(absl::StrCat("learners/", options.id));
  request.set_request_id(options.request_id);
  request.set_reason_language(options.language);
  const absl::StatusOr<v1::Goal> goal = GoalOf(options);
  if (!goal.ok()) return console.Fail(what, goal.status());
  *request.mutable_goal() = *goal;
  return Answer(what, Invoke(client, kSetGoal, request), console,
                [&](const v1::SetGoalResponse& response) {
                  ShowProgress(options.id, response.goal(), response.progress(),
                               console);
                });
}

int ShowGoal(const GoalOptions& options, Client* client,
             const Console& console) {
  v1::GetGoalRequest request;
  request.set_learner(absl::StrCat("learners/", options.id));
  request.set_reason_language(options.language);
  return Answer(
      absl::StrCat("show goal ", options.id), Invoke(client, kGetGoal, request),
      console, [&](const v1::GetGoalResponse& response) {
        ShowProgress(options.id, response.goal(), response.progress(), console);
      });
}

}  // namespace evenlight
