// What the importers share about the catalog: what it holds, and adding to it.

#ifndef EVENLIGHT_SERVICES_CLI_CATALOG_IMPORT_H_
#define EVENLIGHT_SERVICES_CLI_CATALOG_IMPORT_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/resource.h"
#include "evenlight/v1/resource.pb.h"
#include "services/cli/client.h"
#include "services/cli/import_report.h"
#include "services/interop/line_reader.h"

namespace evenlight {

// Every knowledge component of the tenant, by name.
absl::StatusOr<std::map<std::string, v1::KnowledgeComponent>> ListAllKcs(
    Client* client);

// The names of every resource of the tenant.
absl::StatusOr<absl::flat_hash_set<std::string>> ListAllResourceNames(
    Client* client);

// Upserts `kcs` in any order of prerequisites: what is longer than a call goes
// first without them. `existing` is what ListAllKcs() gave. Adds to `report`.
absl::Status UpsertKcs(
    Client* client,
    const std::map<std::string, v1::KnowledgeComponent>& existing,
    const std::vector<Lined<v1::KnowledgeComponent>>& kcs,
    ImportReport* report);

// Makes the entries that the catalog lacks and names their numbers in
// `report->more`; leaves the others as they are.
absl::Status CreateMissing(Client* client,
                           const std::vector<KnowledgeComponent>& kcs,
                           const std::vector<Resource>& resources,
                           ImportReport* report);

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_CLI_CATALOG_IMPORT_H_
