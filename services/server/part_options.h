// What the operator's configuration means for the parts of a server.

#ifndef EVENLIGHT_SERVICES_SERVER_PART_OPTIONS_H_
#define EVENLIGHT_SERVICES_SERVER_PART_OPTIONS_H_

#include "core/clock.h"
#include "recommender/ingest/committer.h"
#include "services/server/concurrency_limit.h"
#include "services/server/config.h"
#include "storage/backup.h"
#include "storage/rocks_database.h"

namespace grpc {
class ServerBuilder;
}  // namespace grpc

namespace evenlight {

// Threads that work on requests.
int NumThreads(const Config& config);

RocksDatabase::Options ToDatabaseOptions(const Config& config);
// `clock` outlives the committer.
Committer::Options ToCommitterOptions(const Config& config, const Clock* clock);
ConcurrencyLimit::Options ToLimitOptions(const Config& config);
BackupOptions ToBackupOptions(const Config& config);

// How connections are held, and how large what comes over them may be.
void SetUpConnections(const Config& config, grpc::ServerBuilder* builder);

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_SERVER_PART_OPTIONS_H_
