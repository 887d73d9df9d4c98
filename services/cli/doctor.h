// `evenlight doctor`: what a running server has for a tenant, what is missing,
// and what to do next.

#ifndef EVENLIGHT_SERVICES_CLI_DOCTOR_H_
#define EVENLIGHT_SERVICES_CLI_DOCTOR_H_

#include "services/cli/client.h"
#include "services/cli/console.h"

namespace evenlight {

// Prints figures, then lines `next: ...`. Counts of events and answers are
// estimates from some learners of the roster; `unknown` without one. Returns
// kExitError if the server does not answer.
int Doctor(Client* client, const Console& console);

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_CLI_DOCTOR_H_
