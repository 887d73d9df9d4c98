// `evenlight simulate district`: a synthetic district as files that
// `evenlight import` reads.

#ifndef EVENLIGHT_SERVICES_CLI_SIMULATE_H_
#define EVENLIGHT_SERVICES_CLI_SIMULATE_H_

#include <string>

#include "recommender/simulation/district.h"
#include "services/cli/console.h"

namespace evenlight {

struct SimulateOptions {
  DistrictOptions district;
  std::string out_dir;  // Made if missing; its files are replaced.
};

// Writes kcs.jsonl, resources.jsonl, roster.csv and events.jsonl. Equal options
// write equal bytes.
int SimulateDistrict(const SimulateOptions& options, const Console& console);

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_CLI_SIMULATE_H_
