// `evenlight show exposure`: what the lists of the last weeks gave to the
// learners of each tier, and what is left of new resources' budgets.

#ifndef EVENLIGHT_SERVICES_CLI_SHOW_EXPOSURE_H_
#define EVENLIGHT_SERVICES_CLI_SHOW_EXPOSURE_H_

#include "services/cli/client.h"
#include "services/cli/console.h"

namespace evenlight {

struct ShowExposureOptions {
  int max_new_resources = 20;  // To name, in [1, 1000].
};

int ShowExposure(const ShowExposureOptions& options, Client* client,
                 const Console& console);

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_CLI_SHOW_EXPOSURE_H_
