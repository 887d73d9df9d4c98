// `evenlight show learner ID`: what a learner is believed to know.

#ifndef EVENLIGHT_SERVICES_CLI_SHOW_H_
#define EVENLIGHT_SERVICES_CLI_SHOW_H_

#include <string>
#include <vector>

#include "services/cli/client.h"
#include "services/cli/console.h"

namespace evenlight {

struct ShowLearnerOptions {
  std::string id;
  std::vector<std::string> kcs;  // Only these; empty: all that were practised.
  bool explain = false;          // Also what moved each prediction.
};

int ShowLearner(const ShowLearnerOptions& options, Client* client,
                const Console& console);

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_CLI_SHOW_H_
