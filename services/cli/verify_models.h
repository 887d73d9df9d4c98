// Checks the model versions of every tenant: checksums, and that they load.

#ifndef EVENLIGHT_SERVICES_CLI_VERIFY_MODELS_H_
#define EVENLIGHT_SERVICES_CLI_VERIFY_MODELS_H_

#include <string>

#include "services/cli/reported_apart.h"

namespace evenlight {

// Adds the figures `tenants` and `model_versions`.
void CheckModels(const std::string& model_dir, const CheckOutput& output);

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_CLI_VERIFY_MODELS_H_
