// `evenlight recommend path ID`, `evenlight set goal ID` and `evenlight show
// goal ID`: what a learner wants to reach, and how.

#ifndef EVENLIGHT_SERVICES_CLI_PATH_H_
#define EVENLIGHT_SERVICES_CLI_PATH_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "services/cli/client.h"
#include "services/cli/console.h"

namespace evenlight {

struct GoalOptions {
  std::string id;                // Of the learner.
  std::vector<std::string> kcs;  // Ids or names; empty: the stored goal.
  int level = 0;                 // A number of v1::Goal.Level; 0: the default.
  std::string by;                // See ParseBy().
  int minutes = 0;               // A day; 0: the default.
  int utc_offset_minutes = 0;
  std::string language;    // Of the sentences: `en`, `zh`; empty: theirs.
  std::string request_id;  // Of `set goal`.
};

// The end of a day, `2026-06-30`, of a learner whose local time is so many
// minutes ahead of UTC; or a time, RFC 3339.
//
// INVALID_ARGUMENT: it is neither.
absl::StatusOr<absl::Time> ParseBy(absl::string_view text,
                                   int utc_offset_minutes);

int RecommendPath(const GoalOptions& options, Client* client,
                  const Console& console);
int SetGoal(const GoalOptions& options, Client* client, const Console& console);
int ShowGoal(const GoalOptions& options, Client* client,
             const Console& console);

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_CLI_PATH_H_
