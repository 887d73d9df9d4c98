// What the server has in memory when all learners of a county are active: with
// a model of factors of d = 64, after each learner has asked for a list and
// every second one has sent an answer. Prints `figure=... value=... unit=...
// [floor=... ratio=...]` lines, then a table for people.
//
//   memory_bench [--learners=100000] [--resources=50000] [--answers=30]
//
// The floor is the bar of what is asked.

#include <signal.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/strings/str_cat.h"
#include "bench/check.h"
#include "bench/serve_world.h"
#include "bench/server_watch.h"
#include "tests/support/client.h"
#include "tests/support/process.h"

ABSL_FLAG(int, learners, 100'000, "Learners, all of them active");
ABSL_FLAG(int, resources, 50'000, "Resources");
ABSL_FLAG(int, answers, 30, "Answers of each learner before that");
ABSL_FLAG(int, factors, 64, "d of the model's factors");

namespace evenlight {
namespace {

constexpr int kCallers = 4;
constexpr double kMost = 1.5e9;

std::unique_ptr<ServerProcess> Start(const std::string& directory) {
  auto server = std::make_unique<ServerProcess>(
      directory + "/db", directory + "/models",
      std::vector<std::string>{"--metrics=127.0.0.1:0"});
  KillAtExit(server.get());
  Check(!server->address().empty(), server->Log());
  return server;
}

void Train(const std::string& address) {
  std::fprintf(stderr, "memory: training\n");
  const Finished trained = RunProgram(
      {BinaryPath("evenlight"), "train", "--force", "--models=lrh",
       "--interest=factors",
       absl::StrCat("--factors=", absl::GetFlag(FLAGS_factors)),
       absl::StrCat("--server=", address), absl::StrCat("--tenant=", kTenant)});
  Check(trained.exit_code == 0, "train: " + trained.output + trained.errors);
}

void BeActive(const TestClient& client, const WorldSize& size,
              int64_t learner) {
  UntilTaken([&] {
    v1::RecommendResourcesRequest request = ListRequest(learner, true, size);
    request.set_learner(absl::StrCat("learners/l", learner));
    v1::RecommendResourcesResponse response;
    return client.Call(*client.recommendations,
                       &v1::RecommendationService::Stub::RecommendResources,
                       request, &response);
  });
  if (learner % 2 == 0) return;
  UntilTaken([&] {
    v1::RecordEventsRequest request;
    *request.add_events() = AnswerOf(learner, size.events_per_learner,
                                     absl::StrCat("active-", learner), size);
    v1::RecordEventsResponse response;
    return client.Call(*client.track, &v1::TrackService::Stub::RecordEvents,
                       request, &response);
  });
}

void BeAllActive(const std::string& address, const WorldSize& size) {
  std::fprintf(stderr, "memory: every learner asks for a list\n");
  const TestClient client(address, kTenant);
  std::vector<std::thread> callers;
  for (int caller = 0; caller < kCallers; ++caller) {
    callers.emplace_back([&, caller] {
      for (int64_t learner = caller; learner < size.num_learners;
           learner += kCallers) {
        BeActive(client, size, learner);
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
}

// What the metrics know of the whole.
void PrintParts(const std::string& metrics_address, int64_t resident) {
  constexpr std::pair<const char*, const char*> kParts[] = {
      {"rocksdb_block_cache_bytes", "blocks for reading"},
      {"rocksdb_memtable_bytes", "writes not yet in a file"},
      {"rocksdb_table_reader_bytes", "open files outside of the blocks"}};
  std::map<std::string, double> metrics = MetricsOf(metrics_address);
  std::printf("\n%-36s %8s\n", "after load", "MB");
  double rest = static_cast<double>(resident);
  for (const auto& [name, what] : kParts) {
    std::printf("%-36s %8.1f\n", what, metrics[name] / 1e6);
    rest -= metrics[name];
  }
  std::printf("%-36s %8.1f\n", "models, catalog, all else", rest / 1e6);
  std::printf("%-36s %8.1f\n", "resident", static_cast<double>(resident) / 1e6);
}

void PrintMemory(const std::string& what, int64_t bytes) {
  PrintFigure("memory/" + what, static_cast<double>(bytes), "bytes", kMost);
}

void Measure(const std::string& directory) {
  const WorldSize size = {.num_resources = absl::GetFlag(FLAGS_resources),
                          .num_learners = absl::GetFlag(FLAGS_learners),
                          .events_per_learner = absl::GetFlag(FLAGS_answers)};
  auto server = Start(directory);
  PrintMemory("empty", MemoryOf(server->pid()).resident);
  PutWorld(TestClient(server->address(), kTenant), size);
  PrintMemory("filled", MemoryOf(server->pid()).resident);
  Train(server->address());
  PrintMemory("fill_and_train_peak", MemoryOf(server->pid()).peak);
  server->Stop(SIGTERM);
  KillAtExit(nullptr);

  server = Start(directory);
  PrintMemory("start", MemoryOf(server->pid()).resident);
  BeAllActive(server->address(), size);
  const ProcessMemory memory = MemoryOf(server->pid());
  PrintMemory("after_load", memory.resident);
  PrintMemory("peak", memory.peak);
  PrintParts(MetricsAddressIn(server->Log()), memory.resident);
  server->Stop(SIGTERM);
  KillAtExit(nullptr);
}

int Main() {
  const std::filesystem::path self =
      std::filesystem::canonical("/proc/self/exe");
  setenv("EVENLIGHT_BIN", self.parent_path().c_str(), 1);
  std::string directory =
      (std::filesystem::temp_directory_path() / "evenlight_memory_XXXXXX")
          .string();
  Check(mkdtemp(directory.data()) != nullptr, "no temporary directory");
  Measure(directory);
  std::filesystem::remove_all(directory);
  return 0;
}

}  // namespace
}  // namespace evenlight

int main(int argc, char** argv) {
  absl::ParseCommandLine(argc, argv);
  return evenlight::Main();
}
