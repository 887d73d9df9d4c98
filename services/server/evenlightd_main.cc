// evenlightd: the server process. Flags, signals, exit codes.

#include <signal.h>

#include <cstdio>
#include <cstring>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/flags/usage.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "core/log.h"
#include "services/server/config.h"
#include "services/server/server.h"

ABSL_FLAG(std::string, config, "",
          "File with a ServerConfig as a text proto. Without it the defaults "
          "hold.");
ABSL_FLAG(std::string, listen, "",
          "host:port to listen on, in place of listen_address in the config. "
          "Port 0 takes a free one.");
ABSL_FLAG(std::string, metrics, "",
          "host:port to show metrics on, in place of metrics_address in the "
          "config. Port 0 takes a free one.");
ABSL_FLAG(std::string, data_dir, "",
          "Where the database lies, in place of data_dir in the config.");
ABSL_FLAG(std::string, model_dir, "",
          "Where models lie, in place of model_dir in the config.");
ABSL_FLAG(std::string, log_level, "info", "info, warning or error.");
ABSL_FLAG(bool, insecure_plaintext_on_all_networks, false,
          "Listen on an address that is not loopback although whoever is on "
          "that network can read and change everything.");
ABSL_FLAG(std::string, fixed_time_for_tests, "",
          "An RFC 3339 time at which the service's clock stands still.");

namespace evenlight {
namespace {

constexpr char kUsage[] =
    "serves personalised-learning recommendations over gRPC.\n\n"
    "Example:\n"
    "  evenlightd --listen=127.0.0.1:50051 --data_dir=data/db "
    "--model_dir=data/models\n\n"
    "Stops cleanly on SIGTERM or SIGINT. Exit codes: 0 stopped; 1 could not "
    "start, with the cause on standard error.";

// Good for tests that compare answers byte by byte.
class FixedClock : public Clock {
 public:
  explicit FixedClock(absl::Time now) : now_(now) {}
  absl::Time Now() const override { return now_; }

 private:
  const absl::Time now_;
};

absl::StatusOr<LogLevel> ToLogLevel(const std::string& name) {
  if (name == "info") return LogLevel::kInfo;
  if (name == "warning") return LogLevel::kWarning;
  if (name == "error") return LogLevel::kError;
  return absl::InvalidArgumentError(
      absl::StrCat("--log_level: `", name, "` is not info, warning or error"));
}

absl::StatusOr<std::optional<FixedClock>> ReadClock(const std::string& time) {
  if (time.empty()) return std::optional<FixedClock>();
  absl::Time now;
  std::string problem;
  if (!absl::ParseTime(absl::RFC3339_full, time, &now, &problem)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "--fixed_time_for_tests: `", time, "` is no RFC 3339 time: ", problem));
  }
  return std::optional<FixedClock>(now);
}

absl::StatusOr<ServerOptions> ReadOptions() {
  const std::string path = absl::GetFlag(FLAGS_config);
  absl::StatusOr<Config> config =
      path.empty() ? Config() : ReadConfigFile(path);
  if (!config.ok()) return config.status();
  ServerOptions options;
  options.config = *std::move(config);
  const auto prefer = [](const std::string& flag, std::string* value) {
    if (!flag.empty()) *value = flag;
  };
  prefer(absl::GetFlag(FLAGS_listen), &options.config.listen_address);
  prefer(absl::GetFlag(FLAGS_metrics), &options.config.metrics_address);
  prefer(absl::GetFlag(FLAGS_data_dir), &options.config.data_dir);
  prefer(absl::GetFlag(FLAGS_model_dir), &options.config.model_dir);
  options.insecure_plaintext_on_all_networks =
      absl::GetFlag(FLAGS_insecure_plaintext_on_all_networks);
  std::random_device random;
  options.name_seed = uint64_t{random()} << 32 | random();
  return options;
}

// The signals that end the process, blocked in this thread and all that it
// starts, so that Run() can wait for them.
sigset_t BlockEndSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

absl::Status Run() {
  const absl::StatusOr<LogLevel> level =
      ToLogLevel(absl::GetFlag(FLAGS_log_level));
  if (!level.ok()) return level.status();
  const absl::StatusOr<std::optional<FixedClock>> clock =
      ReadClock(absl::GetFlag(FLAGS_fixed_time_for_tests));
  if (!clock.ok()) return clock.status();
  absl::StatusOr<ServerOptions> options = ReadOptions();
  if (!options.ok()) return options.status();
  if (clock->has_value()) options->clock = &**clock;

  const sigset_t signals = BlockEndSignals();
  absl::StatusOr<std::unique_ptr<Server>> server = Server::Start(*options);
  if (!server.ok()) return server.status();
  // Scripts wait for these lines, so they are written at every level, and the
  // one that says that all is ready last.
  SetLogLevel(LogLevel::kInfo);
  if (!(*server)->metrics_address().empty()) {
    Log(LogLevel::kInfo, "metrics_shown",
        {{"address", (*server)->metrics_address()}});
  }
  Log(LogLevel::kInfo, "serving",
      {{"address", (*server)->address()},
       {"data_dir", options->config.data_dir},
       {"model_dir", options->config.model_dir}});
  SetLogLevel(*level);

  int signal = 0;
  sigwait(&signals, &signal);
  Log(LogLevel::kInfo, "stopping", {{"signal", strsignal(signal)}});
  (*server)->Shutdown(options->config.drain_timeout);
  Log(LogLevel::kInfo, "stopped");
  return absl::OkStatus();
}

}  // namespace
}  // namespace evenlight

int main(int argc, char** argv) {
  absl::SetProgramUsageMessage(evenlight::kUsage);
  const std::vector<char*> rest = absl::ParseCommandLine(argc, argv);
  if (rest.size() > 1) {
    std::fprintf(stderr, "evenlightd: `%s` is no flag; see --help\n", rest[1]);
    return 1;
  }
  // Debian's Abseil looks for cycles whenever gRPC takes a lock: a third of an
  // empty call's processor time. Tests go on looking.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  const absl::Status status = evenlight::Run();
  if (status.ok()) return 0;
  std::fprintf(stderr, "evenlightd: %s\n",
               std::string(status.message()).c_str());
  return 1;
}
