#include "services/cli/recommend.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "evenlight/v1/recommendation_service.pb.h"
#include "services/cli/methods.h"
#include "services/cli/recommend_answer.h"
#include "services/cli/text.h"

namespace evenlight {
namespace {

void ShowRecommendation(int number, const v1::Recommendation& r,
                        const Console& console) {
  const std::string success =
      r.has_success_probability()
          ? absl::StrFormat(", success %.0f%%", 100 * r.success_probability())
          : "";
  console.out << absl::StrFormat("%2d. %s\n", number, r.title())
              << absl::StrFormat("    %s: %s, %.0f min%s, score %.2f\n",
                                 std::string(IdOf(r.resource())),
                                 KindOf(r.kind()), r.minutes(), success,
                                 r.score())
              << absl::StrFormat(
                     "    %s: %s\n",
                     WordOf(v1::Recommendation::Reason_Name(r.reason()),
                            "REASON_"),
                     r.reason_text());
  if (r.score_parts().empty()) return;
  console.out << "    "
              << absl::StrJoin(r.score_parts(), "  ",
                               [](std::string* text, const v1::ScorePart& p) {
                                 absl::StrAppendFormat(text, "%s=%.2f*%.2f",
                                                       p.name(), p.weight(),
                                                       p.value());
                               })
              << "\n";
}

void Show(const RecommendOptions& options,
          const v1::RecommendResourcesResponse& response,
          const Console& console) {
  console.out << "learner " << options.id << ", model version "
              << response.model_version() << ", "
              << (response.list().empty() ? "preview" : response.list())
              << "\n";
  ShowDegraded(response, console);
  int number = 0;
  for (const v1::Recommendation& r : response.recommendations()) {
    ShowRecommendation(++number, r, console);
  }
  if (number == 0) console.out << WhyEmpty(options);
}

}  // namespace

v1::ResourceFilter FilterOf(const RecommendOptions& options) {
  v1::ResourceFilter filter;
  filter.set_subject(options.subject);
  filter.set_grade(options.grade);
  filter.set_language(options.resource_language);
  filter.set_max_minutes(options.max_minutes);
  for (const ResourceKind kind : options.kinds) {
    filter.add_kinds(static_cast<v1::ResourceKind>(kind));
  }
  for (const std::string& kc : options.kcs) {
    filter.add_knowledge_components(
        absl::StrCat("knowledgeComponents/", IdOf(kc)));
  }
  for (const int need : options.needs) {
    filter.add_accessibility_features(
        static_cast<v1::AccessibilityFeature>(need));
  }
  filter.set_max_bandwidth_kbps(options.max_kbps);
  for (const std::string& resource : options.exclude) {
    filter.add_exclude_resources(absl::StrCat("resources/", IdOf(resource)));
  }
  return filter;
}

// Why a list is empty, as far as the request tells.
const char* WhyEmpty(const RecommendOptions& options) {
  return FilterOf(options).ByteSizeLong() > 0
             ? "no resource passes the filters\n"
             : "nothing is left to recommend: everything that fits was already "
               "met or mastered\n";
}

std::string KindOf(v1::ResourceKind kind) {
  return WordOf(v1::ResourceKind_Name(kind), "RESOURCE_KIND_");
}

int RecommendLearner(const RecommendOptions& options, Client* client,
                     const Console& console) {
  v1::RecommendResourcesRequest request;
  request.set_learner(absl::StrCat("learners/", options.id));
  request.set_page_size(options.num);
  request.set_phase(static_cast<v1::Phase>(options.phase));
  *request.mutable_filter() = FilterOf(options);
  request.set_request_id(options.request_id);
  request.set_preview(options.is_preview);
  request.set_reason_language(options.language);
  request.set_include_score_parts(options.has_parts);
  return Answer(options, "learner",
                Invoke(client, kRecommendResources, request), console,
                [&](const v1::RecommendResourcesResponse& response) {
                  Show(options, response, console);
                });
}

}  // namespace evenlight
