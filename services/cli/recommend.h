// `evenlight recommend learner|class|group|lesson ID`: asks a running server
// and shows the answer as a person reads it, with the reasons.

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
  std::string id;  // Of the learner or class; of learners, parted by `,`.
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
  // Class and group only: resources, ids or names, each may end in `=reason`.
  std::vector<std::string> pins;
  std::vector<std::string> bans;
  float list_minutes = 0;  // Class and group only: of the list. 0: no limit.
  float floor = 0;         // Class and group only: see v1::ClassRules.
  bool has_map = false;    // Not of a learner: show mastery per kc.
};

int RecommendLearner(const RecommendOptions& options, Client* client,
                     const Console& console);

// In recommend_class.cc.
int RecommendClass(const RecommendOptions& options, Client* client,
                   const Console& console);
int RecommendGroup(const RecommendOptions& options, Client* client,
                   const Console& console);
int RecommendLesson(const RecommendOptions& options, Client* client,
                    const Console& console);

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_CLI_RECOMMEND_H_
