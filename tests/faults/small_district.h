// A small synthetic district behind a real server, for tests that hurt it.

#ifndef EVENLIGHT_TESTS_FAULTS_SMALL_DISTRICT_H_
#define EVENLIGHT_TESTS_FAULTS_SMALL_DISTRICT_H_

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "tests/support/client.h"
#include "tests/support/process.h"
#include "tests/support/temporary_directory.h"

namespace evenlight {

inline constexpr char kDistrict[] = "district";  // The tenant.

// Files of a district with 60 learners, and the directories of one server.
// Everything is removed with it, the files of ServerProcess included.
class SmallDistrict {
 public:
  explicit SmallDistrict(int weeks);
  ~SmallDistrict();

  std::string Path(const std::string& name) const {
    return directory_.path() + "/" + name;
  }
  std::string model_dir() const { return Path("models"); }

  // A server whose clock stands a month after the district's last event, and
  // which looks for models every second. `arguments` are added to its command
  // line. Fails the test if it does not start.
  std::unique_ptr<ServerProcess> Start(
      const std::string& data_dir,
      const std::vector<std::string>& arguments = {}) const;

  // The same with faulty_calls.cc preloaded, and whether it starts or not.
  std::unique_ptr<ServerProcess> TryStart(const std::string& data_dir,
                                          const std::string& faults = "") const;

  // Imports the catalog, or catalog and events.
  void ImportCatalog(const ServerProcess& server) const;
  void ImportAll(const ServerProcess& server) const;

  // Everyone who has an event in the files, as `learners/...`, `teachers/...`.
  std::vector<std::string> Actors() const;

 private:
  std::vector<std::string> ServerArguments() const;
  void Import(const ServerProcess& server, const std::string& kind,
              const std::string& file) const;

  const TemporaryDirectory directory_;
};

// Runs `evenlight` for the tenant, against `server`.
Finished Evenlight(const ServerProcess& server,
                   std::vector<std::string> arguments);
std::vector<std::string> EvenlightCommand(const ServerProcess& server,
                                          std::vector<std::string> arguments);

TestClient ClientOf(const ServerProcess& server);

grpc::Status Record(const TestClient& client,
                    const v1::RecordEventsRequest& request,
                    v1::RecordEventsResponse* response);
grpc::Status Recommend(const TestClient& client, const std::string& learner,
                       v1::RecommendResourcesResponse* response);
grpc::Status GetState(const TestClient& client, const std::string& learner,
                      v1::LearnerState* state);

// All of them; fails the test on an error.
std::vector<v1::Event> ListEvents(const TestClient& client,
                                  const std::string& actor);
std::vector<std::string> ListQuestions(const TestClient& client);

v1::Event AnswerEvent(const std::string& id, const std::string& learner,
                      const std::string& question, absl::Time time,
                      bool is_correct);

// The process that holds the database in `data_dir`; 0 if none does.
pid_t HolderOf(const std::string& data_dir);

// Sends SIGTERM; after `limit` SIGKILL. Returns the exit code of Finished.
int StopWithin(absl::Duration limit, const std::string& data_dir,
               ServerProcess* server);

// EVENLIGHT_SEED, or a new one. Printed, so that a failure can be run again.
uint32_t PrintedSeed();

// The whole number in the variable `name`, or `otherwise`: how often a fault is
// tried, which CMakeLists.txt sets for each run.
int NumFromEnvironment(const char* name, int otherwise);

}  // namespace evenlight

#endif  // EVENLIGHT_TESTS_FAULTS_SMALL_DISTRICT_H_
