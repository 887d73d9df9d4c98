// The operator's configuration: the text proto of
// proto/evenlight/config/v1/server_config.proto as checked values.

#ifndef EVENLIGHT_SERVICES_SERVER_CONFIG_H_
#define EVENLIGHT_SERVICES_SERVER_CONFIG_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "core/ids.h"
#include "recommender/ranking/policy.h"
#include "services/server/stream_patience.h"

namespace evenlight {

// A value. What the fields mean is in server_config.proto.
struct Config {
  std::string listen_address = "127.0.0.1:50051";
  std::string metrics_address;  // Empty: no metrics are shown.
  std::string data_dir = "data/db";
  std::string model_dir = "data/models";
  TenantId default_tenant;  // Empty: a call must name its tenant.
  int num_threads = 0;      // 0: one per core.
  int max_queued_requests = 1'000;
  absl::Duration target_wait = absl::Milliseconds(10);
  int max_queued_events = 100'000;
  absl::Duration model_poll_interval = absl::Seconds(5);
  absl::Duration drain_timeout = absl::Seconds(10);
  int max_message_bytes = 8 << 20;
  StreamLimits stream_limits = {};
  absl::Duration keepalive = absl::Minutes(1);
  std::string backup_directory;  // Empty: no backups are made.
  int backup_keep = 7;
  int backup_max_mib_per_second = 64;
  int background_max_mib_per_second = 64;
  RankingPolicy ranking;
};

// Reads a configuration; fields that it does not set keep the defaults above.
//
// INVALID_ARGUMENT: a syntax fault, as `NAME:LINE:COLUMN: what`; or, once it
// parses, every fault of value, one per line.
absl::StatusOr<Config> ParseConfig(absl::string_view text,
                                   absl::string_view file_name);

// ParseConfig() of a file's text.
//
// NOT_FOUND: `path` cannot be read.
absl::StatusOr<Config> ReadConfigFile(const std::string& path);

// Checks an address of the form `host:port`, and that its host is loopback
// unless `allow_all_networks`: the server speaks plaintext.
//
// INVALID_ARGUMENT: it has another form. FAILED_PRECONDITION: not loopback.
absl::Status CheckListenAddress(absl::string_view address,
                                bool allow_all_networks);

}  // namespace evenlight

#endif  // EVENLIGHT_SERVICES_SERVER_CONFIG_H_
