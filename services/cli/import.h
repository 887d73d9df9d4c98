// `evenlight import answers|interactions|events|resources|kcs|roster FILE`:
// reads a file and sends what it says through the API. Good rows are kept, the
// others are counted and written to a file with the reason.

#ifndef EVENLIGHT_SERVICES_CLI_IMPORT_H_
#define EVENLIGHT_SERVICES_CLI_IMPORT_H_

#include <cstdint>
#include <string>

#include "absl/time/time.h"
#include "core/event.h"
#include "core/resource.h"
#include "services/cli/client.h"
#include "services/cli/console.h"

namespace evenlight {

struct ImportOptions {
  std::string file;
  std::string tenant;        // Event ids depend on it: must be named.
  std::string refused_file;  // Empty: `file` with `.refused.csv`.

  // Answers and interactions.
  bool is_create = true;  // Make catalog entries that are missing.
  absl::Time end = absl::FromUnixSeconds(1767225600);  // 2026-01-01T00:00Z.
  int64_t seed = 1;

  // Interactions.
  Verb verb = Verb::kViewed;
  ResourceKind kind = ResourceKind::kText;  // Of entries that are made.
};

// Each prints `accepted=... duplicate=... refused=...` and returns kExitOk,
// kExitRefused if rows were refused, or kExitError if the import stopped: what
// was accepted until then is kept, and the same command goes on from there.
int ImportAnswers(const ImportOptions& options, Client* client,
                  const Console& console);
int ImportInteractions(const ImportOptions& options, Client* client,
                       const Console& console);
int ImportEvents(const ImportOptions& options, Client* client,
                 const Console& console);
int ImportResources(const ImportOptions& options, Client* client,
                    const Console& console);
int ImportKcs(const ImportOptions& options, Client* client,
              const Console& console);
int ImportRoster(const ImportOptions& options, Client* client,
                 const Console& console);

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_CLI_IMPORT_H_
