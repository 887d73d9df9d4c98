// What the `evenlight recommend` subcommands have in common: the filter that
// they send, and how an answer is shown.

#ifndef EVENLIGHT_SERVICES_CLI_RECOMMEND_ANSWER_H_
#define EVENLIGHT_SERVICES_CLI_RECOMMEND_ANSWER_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "evenlight/v1/resource.pb.h"
#include "evenlight/v1/resource_filter.pb.h"
#include "services/cli/console.h"
#include "services/cli/recommend.h"

namespace evenlight {

v1::ResourceFilter FilterOf(const RecommendOptions& options);

// Why a list is empty, as far as the request tells.
const char* WhyEmpty(const RecommendOptions& options);

// A word such as `micro_course`.
std::string KindOf(v1::ResourceKind kind);

template <typename Response>
void ShowDegraded(const Response& response, const Console& console) {
  if (!response.degraded()) return;
  console.out << "degraded: "
              << absl::StrJoin(response.degraded_reasons(), "; ") << "\n";
}

// Shows the answer with `show`, or as JSON, or why there is none. The exit
// code.
template <typename Response, typename Show>
int Answer(const RecommendOptions& options, absl::string_view what,
           const absl::StatusOr<Response>& response, const Console& console,
           Show show) {
  if (!response.ok()) {
    return console.Fail(absl::StrCat("recommend ", what, " ", options.id),
                        response.status());
  }
  if (console.is_json) {
    console.Json(*response);
  } else {
    show(*response);
    console.out << std::flush;
  }
  return kExitOk;
}

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_CLI_RECOMMEND_ANSWER_H_
