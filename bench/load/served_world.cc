#include "bench/load/served_world.h"

#include <signal.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "bench/check.h"
#include "bench/serve_world.h"
#include "bench/server_watch.h"

namespace evenlight {

ServedWorld::ServedWorld(std::vector<std::string> prefix)
    : prefix_(std::move(prefix)),
      directory_(
          (std::filesystem::temp_directory_path() / "evenlight_load_XXXXXX")
              .string()) {
  Check(mkdtemp(directory_.data()) != nullptr, "no temporary directory");
  std::ofstream(directory_ + "/config.txtpb")
      << "backup { directory: \"" << backup_dir() << "\" }\n";
  Start();
  PutWorld(*client_);
  const Finished trained = RunProgram(TrainCommand(*this));
  Check(trained.exit_code == 0, "train: " + trained.output + trained.errors);
}

ServedWorld::~ServedWorld() {
  server_->Stop(SIGTERM);
  KillAtExit(nullptr);
  std::filesystem::remove_all(directory_);
}

void ServedWorld::Start() {
  server_ = std::make_unique<ServerProcess>(
      data_dir(), directory_ + "/models",
      std::vector<std::string>{"--metrics=127.0.0.1:0",
                               "--config=" + directory_ + "/config.txtpb"},
      prefix_);
  KillAtExit(server_.get());
  Check(!server_->address().empty(), server_->Log());
  client_ = std::make_unique<TestClient>(server_->address(), kTenant);
  const int64_t num_recorded = load_ == nullptr ? 0 : load_->num_recorded();
  load_ =
      std::make_unique<LoadClient>(server_->address(), kTenant, num_recorded);
}

void ServedWorld::Restart(const std::function<void()>& while_stopped) {
  server_->Stop(SIGTERM);
  KillAtExit(nullptr);
  while_stopped();
  Start();
}

std::map<std::string, double> ServedWorld::Metrics() const {
  return MetricsOf(MetricsAddressIn(server_->Log()));
}

std::vector<std::string> ServedWorld::NiceCommand(
    const std::vector<std::string>& words) const {
  std::vector<std::string> command = {"/usr/bin/nice", "-n", "19",
                                      BinaryPath("evenlight")};
  command.insert(command.end(), words.begin(), words.end());
  command.push_back(absl::StrCat("--server=", server_->address()));
  command.push_back(absl::StrCat("--tenant=", kTenant));
  return command;
}

std::vector<std::string> TrainCommand(const ServedWorld& world) {
  return world.NiceCommand({"train", "--force"});
}

}  // namespace evenlight
