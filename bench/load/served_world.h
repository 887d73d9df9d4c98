// A real server over the world of serve_world.h, with a model, whose process
// can be stopped and started again.

#ifndef EVENLIGHT_BENCH_LOAD_SERVED_WORLD_H_
#define EVENLIGHT_BENCH_LOAD_SERVED_WORLD_H_

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "bench/load/open_loop.h"
#include "tests/support/client.h"
#include "tests/support/process.h"

namespace evenlight {

// One thread. Ends the program if the server does not start or is refused
// something. There is one at a time; it leaves no server behind.
class ServedWorld {
 public:
  // Fills a new temporary directory, trains, and serves. `prefix` stands before
  // the server's command line.
  explicit ServedWorld(std::vector<std::string> prefix);
  ~ServedWorld();

  // Stops the server, does this, and starts another.
  void Restart(const std::function<void()>& while_stopped);

  LoadFigures Run(const Traffic& traffic) { return load_->Run(traffic); }

  // For calls that wait for their answer.
  const TestClient& client() const { return *client_; }

  // What the server's metrics show now.
  std::map<std::string, double> Metrics() const;

  // The command that has the server do something, as cron would: with the
  // lowest priority.
  std::vector<std::string> NiceCommand(
      const std::vector<std::string>& words) const;

  std::string data_dir() const { return directory_ + "/db"; }
  std::string backup_dir() const { return directory_ + "/backups"; }

 private:
  void Start();

  const std::vector<std::string> prefix_;
  std::string directory_;
  std::unique_ptr<ServerProcess> server_;
  std::unique_ptr<TestClient> client_;
  std::unique_ptr<LoadClient> load_;
};

// `nice evenlight train` of the tenant.
std::vector<std::string> TrainCommand(const ServedWorld& world);

}  // namespace evenlight

#endif  // EVENLIGHT_BENCH_LOAD_SERVED_WORLD_H_
