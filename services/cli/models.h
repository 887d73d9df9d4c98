// `evenlight models list|activate|rollback`.

#ifndef EVENLIGHT_SERVICES_CLI_MODELS_H_
#define EVENLIGHT_SERVICES_CLI_MODELS_H_

#include <cstdint>

#include "services/cli/client.h"
#include "services/cli/console.h"

namespace evenlight {

int ListModelVersions(Client* client, const Console& console);

// 0: the newest that loads.
int ActivateModelVersion(int64_t version, Client* client,
                         const Console& console);

int RollbackModelVersion(Client* client, const Console& console);

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_CLI_MODELS_H_
