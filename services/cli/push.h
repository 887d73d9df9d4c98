// `evenlight push create|list|watch`: lists that a teacher sends to a class.

#ifndef EVENLIGHT_SERVICES_CLI_PUSH_H_
#define EVENLIGHT_SERVICES_CLI_PUSH_H_

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "core/event.h"
#include "services/cli/client.h"
#include "services/cli/console.h"

namespace evenlight {

struct PushOptions {
  std::string class_id;
  std::vector<std::string> learners;   // Only these of the class; ids.
  std::string teacher;                 // Who pushes; an id.
  std::vector<std::string> resources;  // In order; ids or names.
  std::vector<std::string> pins;       // Ids or names.
  std::vector<std::string> bans;       // Ids or names.
  std::string reason;                  // Of the pins and bans.
  Phase phase = Phase::kUnspecified;
  absl::Time due_time = absl::InfinitePast();  // InfinitePast: end of the day.
  std::string confirm;  // Why more is assigned than the minutes allow.
  std::string request_id;
  bool is_preview = false;
};

struct PushAudienceOptions {
  std::string class_id;  // One of the two.
  std::string learner;
  std::string resume_token;     // Watch: where to go on.
  int num = 0;                  // Watch: end after so many; 0: never.
  bool is_stored_only = false;  // Watch: end once all that is stored is shown.
  bool acknowledges = false;    // Watch, of a learner: what is shown arrived.
};

// Exit code 3 if the learners' minutes are passed and that is not confirmed.
int CreatePush(const PushOptions& options, Client* client,
               const Console& console);

int ListPushes(const PushAudienceOptions& options, Client* client,
               const Console& console);

// Shows each push as it is made. After UNAVAILABLE, RESOURCE_EXHAUSTED and
// DEADLINE_EXCEEDED (it was silent for too long) it subscribes again where it
// stood, at first after a second, then after twice as long each time, at most
// 30 s; the token goes to `console.err` at the end. It is a frontend: what a
// learner's token stands for counts as delivered to them.
int WatchPushes(const PushAudienceOptions& options, Client* client,
                const Console& console);

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_CLI_PUSH_H_
