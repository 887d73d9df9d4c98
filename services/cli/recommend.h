// `evenlight recommend learner|class ID`: asks a running server and shows the
// answer as a person reads it, with the reasons.

#ifndef EVENLIGHT_SERVICES_CLI_RECOMMEND_H_
#define EVENLIGHT_SERVICES_CLI_RECOMMEND_H_

#include <string>
#include <vector>

#include "core/event.h"
#include "core/resource.h"
#include "services/cli/client.h"
#include "services/cli/console.h"

namespace evenlight {

struct RecommendOptions {
  std::string id;  // Of the learner or class.
  int num = 0;     // 0: as many as the service gives by default.
  Phase phase = Phase::kUnspecified;
  std::string subject;
  int grade = 0;
  std::string resource_language;
  float max_minutes = 0;
  std::vector<ResourceKind> kinds;
  std::vector<std::string> kcs;      // Ids or names.
  std::vector<int> needs;            // Numbers of v1::AccessibilityFeature.
  int max_kbps = 0;                  // 0: the learner's own, if known.
  std::vector<std::string> exclude;  // Resources; ids or names.
  std::string language;     // Of the sentences: `en`, `zh`; empty: theirs.
  std::string request_id;   // Learner only.
  bool is_preview = false;  // Learner only: record nothing.
  bool has_parts = false;   // Learner only: show what the score is made of.
};

int RecommendLearner(const RecommendOptions& options, Client* client,
                     const Console& console);
int RecommendClass(const RecommendOptions& options, Client* client,
                   const Console& console);

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_CLI_RECOMMEND_H_
