#include "services/cli/explain.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "evenlight/v1/recommendation_service.pb.h"
#include "services/cli/methods.h"

namespace evenlight {
namespace {

std::string NameIn(absl::string_view collection, const std::string& id) {
  return absl::StartsWith(id, collection) ? id : absl::StrCat(collection, id);
}

const char* WordOf(v1::StageEffect::Effect effect) {
  switch (effect) {
    case v1::StageEffect::EFFECT_PASSED:
      return "passed";
    case v1::StageEffect::EFFECT_MOVED:
      return "moved";
    case v1::StageEffect::EFFECT_REMOVED:
      return "removed";
    default:
      return "?";
  }
}

void Show(const v1::Explanation& e, const Console& console) {
  console.out << e.resource() << ": " << e.title() << "\n"
              << e.summary() << "\n"
              << absl::StrFormat(
                     "score %.3f, model version %d, catalog %d, "
                     "policy %d%s\n",
                     e.score(), e.model_version(), e.catalog_version(),
                     e.policy_version(),
                     e.rescored() ? ", scored again now" : "");
  for (const v1::ScorePart& part : e.score_parts()) {
    console.out << absl::StrFormat("    %-9s %.2f x %.2f\n", part.name(),
                                   part.weight(), part.value());
  }
  for (const v1::StageEffect& stage : e.stages()) {
    console.out << absl::StrFormat("  %-12s %-8s %s\n", stage.stage(),
                                   WordOf(stage.effect()), stage.text());
  }
  console.out << std::flush;
}

}  // namespace

int ExplainList(const ExplainOptions& options, Client* client,
                const Console& console) {
  v1::ExplainRecommendationRequest request;
  request.set_list(NameIn("lists/", options.list));
  request.set_resource(NameIn("resources/", options.resource));
  const auto response = Invoke(client, kExplainRecommendation, request);
  if (!response.ok()) {
    return console.Fail(absl::StrCat("explain ", options.list),
                        response.status());
  }
  if (console.is_json) {
    console.Json(*response);
  } else {
    Show(response->explanation(), console);
  }
  return kExitOk;
}

}  // namespace evenlight
