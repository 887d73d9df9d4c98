#include "tests/faults/small_district.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <future>
#include <random>
#include <regex>
#include <set>

#include "gtest/gtest.h"
#include "tests/faults/faulty_program.h"

namespace evenlight {
namespace {

// Recall depends on the time: states can be compared byte for byte only while
// the clock stands still.
constexpr char kFixedTime[] = "--fixed_time_for_tests=2026-02-01T08:00:00Z";

}  // namespace

SmallDistrict::SmallDistrict(int weeks) {
  setenv("TMPDIR", directory_.path().c_str(), 1);
  const Finished made = RunProgram({BinaryPath("evenlight"), "simulate",
                                    "district", "--learners=60", "--seed=3",
                                    "--weeks=" + std::to_string(weeks),
                                    "--out=" + Path("files")});
  EXPECT_EQ(made.exit_code, 0) << made.errors;
  std::ofstream(Path("server.textproto")) << "model_poll_seconds: 1\n";
}

SmallDistrict::~SmallDistrict() { unsetenv("TMPDIR"); }

std::vector<std::string> SmallDistrict::ServerArguments() const {
  return {kFixedTime, "--config=" + Path("server.textproto")};
}

std::unique_ptr<ServerProcess> SmallDistrict::Start(
    const std::string& data_dir,
    const std::vector<std::string>& arguments) const {
  std::vector<std::string> all = ServerArguments();
  all.insert(all.end(), arguments.begin(), arguments.end());
  auto server = std::make_unique<ServerProcess>(data_dir, model_dir(), all);
  EXPECT_FALSE(server->address().empty()) << server->Log();
  return server;
}

std::unique_ptr<ServerProcess> SmallDistrict::TryStart(
    const std::string& data_dir, const std::string& faults) const {
  return std::make_unique<ServerProcess>(
      data_dir, model_dir(), ServerArguments(),
      faults.empty() ? std::vector<std::string>()
                     : WithFaultyCalls(faults, {}));
}

void SmallDistrict::Import(const ServerProcess& server, const std::string& kind,
                           const std::string& file) const {
  const Finished done =
      Evenlight(server, {"import", kind, Path("files/" + file)});
  EXPECT_EQ(done.exit_code, 0) << done.output << done.errors;
}

void SmallDistrict::ImportCatalog(const ServerProcess& server) const {
  Import(server, "kcs", "kcs.jsonl");
  Import(server, "resources", "resources.jsonl");
}

void SmallDistrict::ImportAll(const ServerProcess& server) const {
  ImportCatalog(server);
  Import(server, "roster", "roster.csv");
  Import(server, "events", "events.jsonl");
}

std::vector<std::string> SmallDistrict::Actors() const {
  const std::regex actor("\"actor\":\"([^\"]+)\"");
  std::set<std::string> actors;
  std::ifstream file(Path("files/events.jsonl"));
  for (std::string line; std::getline(file, line);) {
    std::smatch match;
    if (std::regex_search(line, match, actor)) actors.insert(match[1].str());
  }
  return {actors.begin(), actors.end()};
}

std::vector<std::string> EvenlightCommand(const ServerProcess& server,
                                          std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), BinaryPath("evenlight"));
  arguments.push_back("--server=" + server.address());
  arguments.push_back(std::string("--tenant=") + kDistrict);
  return arguments;
}

Finished Evenlight(const ServerProcess& server,
                   std::vector<std::string> arguments) {
  return RunProgram(EvenlightCommand(server, std::move(arguments)));
}

TestClient ClientOf(const ServerProcess& server) {
  return TestClient(server.address(), kDistrict);
}

grpc::Status Record(const TestClient& client,
                    const v1::RecordEventsRequest& request,
                    v1::RecordEventsResponse* response) {
  return client.Call(*client.track, &v1::TrackService::Stub::RecordEvents,
                     request, response);
}

grpc::Status Recommend(const TestClient& client, const std::string& learner,
                       v1::RecommendResourcesResponse* response) {
  v1::RecommendResourcesRequest request;
  request.set_learner(learner);
  return client.Call(*client.recommendations,
                     &v1::RecommendationService::Stub::RecommendResources,
                     request, response);
}

grpc::Status GetState(const TestClient& client, const std::string& learner,
                      v1::LearnerState* state) {
  v1::GetLearnerStateRequest request;
  request.set_learner(learner);
  return client.Call(*client.learners,
                     &v1::LearnerService::Stub::GetLearnerState, request,
                     state);
}

std::vector<v1::Event> ListEvents(const TestClient& client,
                                  const std::string& actor) {
  std::vector<v1::Event> events;
  v1::ListEventsRequest request;
  request.set_actor(actor);
  request.set_page_size(1000);
  do {
    v1::ListEventsResponse response;
    const grpc::Status status = client.Call(
        *client.track, &v1::TrackService::Stub::ListEvents, request, &response);
    EXPECT_TRUE(status.ok()) << actor << ": " << status.error_message();
    events.insert(events.end(), response.events().begin(),
                  response.events().end());
    request.set_page_token(response.next_page_token());
  } while (!request.page_token().empty());
  return events;
}

std::vector<std::string> ListQuestions(const TestClient& client) {
  std::vector<std::string> questions;
  v1::ListResourcesRequest request;
  request.set_page_size(1000);
  v1::ListResourcesResponse response;
  const grpc::Status status =
      client.Call(*client.catalog, &v1::CatalogService::Stub::ListResources,
                  request, &response);
  EXPECT_TRUE(status.ok()) << status.error_message();
  for (const v1::Resource& resource : response.resources()) {
    if (resource.kind() == v1::RESOURCE_KIND_EXERCISE) {
      questions.push_back(resource.name());
    }
  }
  EXPECT_FALSE(questions.empty());
  return questions;
}

v1::Event AnswerEvent(const std::string& id, const std::string& learner,
                      const std::string& question, absl::Time time,
                      bool is_correct) {
  v1::Event event;
  event.set_event_id(id);
  event.set_actor(learner);
  event.set_resource(question);
  event.mutable_event_time()->set_seconds(absl::ToUnixSeconds(time));
  event.mutable_answered()->set_correct(is_correct);
  return event;
}

pid_t HolderOf(const std::string& data_dir) {
  const int file = open((data_dir + "/LOCK").c_str(), O_RDWR | O_CLOEXEC);
  if (file < 0) return 0;
  struct flock lock = {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  const bool is_known = fcntl(file, F_GETLK, &lock) == 0;
  close(file);
  return is_known && lock.l_type != F_UNLCK ? lock.l_pid : 0;
}

int StopWithin(absl::Duration limit, const std::string& data_dir,
               ServerProcess* server) {
  const pid_t holder = HolderOf(data_dir);
  std::future<int> end = std::async(std::launch::async,
                                    [server] { return server->Stop(SIGTERM); });
  if (end.wait_for(absl::ToChronoNanoseconds(limit)) !=
          std::future_status::ready &&
      holder > 0) {
    kill(holder, SIGKILL);
  }
  return end.get();
}

uint32_t PrintedSeed() {
  const char* given = std::getenv("EVENLIGHT_SEED");
  const uint32_t seed =
      given != nullptr ? static_cast<uint32_t>(std::strtoul(given, nullptr, 10))
                       : std::random_device()();
  std::printf("EVENLIGHT_SEED=%u\n", seed);
  return seed;
}

int NumFromEnvironment(const char* name, int otherwise) {
  const char* given = std::getenv(name);
  return given != nullptr ? std::atoi(given) : otherwise;
}

}  // namespace evenlight
