#include <utility>

#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "evenlight/v1/class_lists.pb.h"
#include "services/cli/methods.h"
#include "services/cli/recommend.h"
#include "services/cli/recommend_answer.h"
#include "services/cli/text.h"

namespace evenlight {
namespace {

std::string Ids(const google::protobuf::RepeatedPtrField<std::string>& names) {
  return absl::StrJoin(names, " ", [](std::string* text, const auto& name) {
    absl::StrAppend(text, IdOf(name));
  });
}

// `ID` or `ID=reason`.
template <typename Named>
void SetNamed(const std::string& text, Named* to) {
  const std::pair<std::string, std::string> parts =
      absl::StrSplit(text, absl::MaxSplits('=', 1));
  to->set_resource(absl::StrCat("resources/", IdOf(parts.first)));
  to->set_reason(parts.second);
}

v1::ClassRules RulesOf(const RecommendOptions& options) {
  v1::ClassRules rules;
  for (const std::string& pin : options.pins) SetNamed(pin, rules.add_pins());
  for (const std::string& ban : options.bans) SetNamed(ban, rules.add_bans());
  rules.set_max_minutes(options.list_minutes);
  rules.set_floor(options.floor);
  return rules;
}

template <typename Request>
void SetCommon(const RecommendOptions& options, Request* request) {
  request->set_page_size(options.num);
  request->set_phase(static_cast<v1::Phase>(options.phase));
  *request->mutable_filter() = FilterOf(options);
  request->set_reason_language(options.language);
}

template <typename Response>
void ShowHead(const char* what, const RecommendOptions& options,
              const Response& response, const Console& console) {
  console.out << what << " " << options.id << ", model version "
              << response.model_version() << "\n";
  ShowDegraded(response, console);
  for (const std::string& notice : response.notices()) {
    console.out << notice << "\n";
  }
}

std::string UseOf(const v1::ClassRecommendation& r) {
  if (r.use() == v1::ClassRecommendation::USE_UNSPECIFIED) return "";
  return absl::StrCat(
      ", ", WordOf(v1::ClassRecommendation::Use_Name(r.use()), "USE_"));
}

template <typename Response>
void ShowItems(const RecommendOptions& options, const Response& response,
               const Console& console) {
  int number = 0;
  for (const v1::ClassRecommendation& r : response.recommendations()) {
    console.out
        << absl::StrFormat("%2d. %s\n", ++number, r.title())
        << absl::StrFormat(
               "    %s: %s%s, %.0f min, fits %d learners, gain %+.2f kcs\n",
               std::string(IdOf(r.resource())), KindOf(r.kind()), UseOf(r),
               r.minutes(), r.num_learners_fit(), r.added_gain())
        << "    " << r.reason_text() << "\n";
  }
  if (number == 0 && response.notices().empty()) {
    console.out << WhyEmpty(options);
  }
}

template <typename Response>
void ShowLearners(const Response& response, const Console& console) {
  for (const v1::LearnerGroup& group : response.groups()) {
    console.out << "group " << IdOf(group.resource()) << " ("
                << group.learners_size() << "): " << group.reason_text()
                << "\n    " << Ids(group.learners()) << "\n";
  }
  for (const v1::UnservedLearner& learner : response.unserved_learners()) {
    console.out << "not served " << IdOf(learner.learner()) << ": "
                << learner.reason_text();
    if (!learner.instead_resource().empty()) {
      console.out << " Instead: " << IdOf(learner.instead_resource());
    }
    console.out << "\n";
  }
  for (const v1::LearnerToSee& one : response.see_first()) {
    console.out << "see first " << IdOf(one.learner())
                << absl::StrFormat(" (chance %.0f%%): ", 100 * one.chance())
                << one.reason_text() << "\n";
  }
}

template <typename Response>
void ShowMastery(const Response& response, const Console& console) {
  for (const v1::ClassMastery& kc : response.mastery()) {
    console.out << absl::StrFormat(
        "knows %3.0f%%: mastered %3.0f%%, in progress %3.0f%%, not started "
        "%3.0f%%  %s  %s\n",
        100 * kc.mean_p_known(), 100 * kc.share_mastered(),
        100 * kc.share_in_progress(), 100 * kc.share_not_started(),
        std::string(IdOf(kc.knowledge_component())), kc.title());
  }
}

template <typename Response>
void ShowPlan(const char* what, const RecommendOptions& options,
              const Response& response, const Console& console) {
  ShowHead(what, options, response, console);
  ShowItems(options, response, console);
  ShowLearners(response, console);
  if (options.has_map) ShowMastery(response, console);
}

void ShowLesson(const RecommendOptions& options,
                const v1::RecommendForLessonResponse& response,
                const Console& console) {
  ShowHead("lesson of class", options, response, console);
  int number = 0;
  for (const v1::LessonResource& r : response.resources()) {
    console.out << absl::StrFormat("%2d. %s\n", ++number, r.title())
                << absl::StrFormat(
                       "    %s: %s, %.0f min, score %.2f, ready %d, mastered "
                       "%d, gain %+.2f kcs each\n",
                       std::string(IdOf(r.resource())), KindOf(r.kind()),
                       r.minutes(), r.score(), r.num_learners_ready(),
                       r.num_learners_mastered(), r.mean_gain())
                << "    " << r.reason_text() << "\n";
  }
  for (const v1::LessonGap& gap : response.gaps()) {
    console.out << "gap " << IdOf(gap.knowledge_component()) << " ("
                << gap.num_learners() << "): " << gap.reason_text() << "\n";
  }
  if (options.has_map) ShowMastery(response, console);
}

}  // namespace

int RecommendClass(const RecommendOptions& options, Client* client,
                   const Console& console) {
  v1::RecommendForClassRequest request;
  request.set_class_name(absl::StrCat("classes/", IdOf(options.id)));
  SetCommon(options, &request);
  *request.mutable_rules() = RulesOf(options);
  return Answer(options, "class", Invoke(client, kRecommendForClass, request),
                console, [&](const auto& response) {
                  ShowPlan("class", options, response, console);
                });
}

int RecommendGroup(const RecommendOptions& options, Client* client,
                   const Console& console) {
  v1::RecommendForGroupRequest request;
  for (const absl::string_view learner :
       absl::StrSplit(options.id, ',', absl::SkipEmpty())) {
    request.add_learners(absl::StrCat("learners/", IdOf(learner)));
  }
  SetCommon(options, &request);
  *request.mutable_rules() = RulesOf(options);
  return Answer(options, "group", Invoke(client, kRecommendForGroup, request),
                console, [&](const auto& response) {
                  ShowPlan("group", options, response, console);
                });
}

int RecommendLesson(const RecommendOptions& options, Client* client,
                    const Console& console) {
  v1::RecommendForLessonRequest request;
  request.set_class_name(absl::StrCat("classes/", IdOf(options.id)));
  SetCommon(options, &request);
  return Answer(
      options, "lesson", Invoke(client, kRecommendForLesson, request), console,
      [&](const auto& response) { ShowLesson(options, response, console); });
}

}  // namespace evenlight
