// `evenlight explain LIST RESOURCE`: why a resource is on a list, or is not.

#ifndef EVENLIGHT_SERVICES_CLI_EXPLAIN_H_
#define EVENLIGHT_SERVICES_CLI_EXPLAIN_H_

#include <string>

#include "services/cli/client.h"
#include "services/cli/console.h"

namespace evenlight {

struct ExplainOptions {
  std::string list;      // Id or name.
  std::string resource;  // Id or name.
};

int ExplainList(const ExplainOptions& options, Client* client,
                const Console& console);

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_CLI_EXPLAIN_H_
