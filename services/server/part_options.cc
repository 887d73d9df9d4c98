#include "services/server/part_options.h"

#include <grpcpp/server_builder.h>

#include <algorithm>

#include "core/parallel_for.h"

namespace evenlight {
namespace {

// gRPC's own; told in server_config.proto.
constexpr int64_t kKeepaliveTimeoutMs = 20'000;

// Of connections: their peers may have gone without a word, and with them the
// clients of streams.
void SetKeepalive(const Config& config, grpc::ServerBuilder* builder) {
  const int64_t time = absl::ToInt64Milliseconds(config.keepalive);
  const auto set = [builder](const char* name, int64_t value) {
    builder->AddChannelArgument(name, static_cast<int>(value));
  };
  set(GRPC_ARG_KEEPALIVE_TIME_MS, time);
  set(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, std::min(time, kKeepaliveTimeoutMs));
  set(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  set(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);  // No limit.
  // Clients may ask more often than gRPC's five minutes: what keeps a firewall
  // from forgetting a silent stream costs nothing.
  set(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 10'000);
}

}  // namespace

int NumThreads(const Config& config) {
  // Two at least: one may wait at the gate of a request id.
  return config.num_threads > 0 ? config.num_threads
                                : std::max(2, DefaultNumThreads());
}

Committer::Options ToCommitterOptions(const Config& config,
                                      const Clock* clock) {
  Committer::Options options;
  options.max_queued_events = config.max_queued_events;
  options.clock = clock;
  return options;
}

ConcurrencyLimit::Options ToLimitOptions(const Config& config) {
  ConcurrencyLimit::Options options;
  const int num_threads = NumThreads(config);
  options.max_limit = config.max_queued_requests + num_threads;
  // Eight calls of a millisecond are within the wait aimed at, and a limit of a
  // few would refuse callers for one late thread.
  options.min_limit = std::min(8 * num_threads, options.max_limit);
  options.target_wait = config.target_wait;
  options.increase = std::max(1, num_threads / 2);
  return options;
}

BackupOptions ToBackupOptions(const Config& config) {
  BackupOptions options;
  options.directory = config.backup_directory;
  options.keep = config.backup_keep;
  options.max_bytes_per_second = int64_t{config.backup_max_mib_per_second}
                                 << 20;
  return options;
}

RocksDatabase::Options ToDatabaseOptions(const Config& config) {
  RocksDatabase::Options options;
  options.directory = config.data_dir;
  options.background_bytes_per_second =
      int64_t{config.background_max_mib_per_second} << 20;
  return options;
}

void SetUpConnections(const Config& config, grpc::ServerBuilder* builder) {
  // Else two servers could share a port, and each would see half of the calls.
  builder->AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  SetKeepalive(config, builder);
  // gRPC's own default, which docs/operations.md tells clients.
  builder->AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, 8 << 10);
  builder->SetMaxReceiveMessageSize(config.max_message_bytes);
  builder->SetMaxSendMessageSize(config.max_message_bytes);
}

}  // namespace evenlight
