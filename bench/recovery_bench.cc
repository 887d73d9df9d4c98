// How long the server takes to serve again after it was killed while writing,
// over a directory of many events; what those take on the disk, and how much is
// written for them. Prints `figure=... value=... unit=... [floor=...
// ratio=...]` lines, then a table for people.
//
//   recovery_bench [--events=5000000] [--log_mib=120] [--directory=DIR]
//       [--ordered_ids] [--only_kill]
//
// Floors that are no measurement are the bars of what is asked.

#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "bench/answer_tracks.h"
#include "bench/check.h"
#include "bench/rocks_directory.h"
#include "bench/server_watch.h"
#include "evenlight/v1/track_service.pb.h"
#include "google/protobuf/wrappers.pb.h"
#include "recommender/ingest/committer.h"
#include "services/cli/client.h"
#include "services/interop/to_message.h"
#include "storage/rocks_database.h"
#include "tests/support/process.h"

ABSL_FLAG(int64_t, events, 5'000'000, "Events in the directory");
ABSL_FLAG(int64_t, log_mib, 120,
          "The server is killed when its log has so many MiB, or after a "
          "minute. It begins to flush at 128");
ABSL_FLAG(std::string, directory, "",
          "Where the data lie while this runs; default: a temporary directory");
ABSL_FLAG(bool, ordered_ids, false,
          "Event ids begin with the time (version 7 of RFC 9562), in place of "
          "122 random bits (version 4)");
ABSL_FLAG(bool, only_kill, false,
          "End after the kill, so that starts over --directory can be watched");

namespace evenlight {
namespace {

using Clock = std::chrono::steady_clock;
constexpr char kTenant[] = "county";
constexpr int kBatchEvents = 4'096;  // As the committer writes at once.
// An app sends what a learner did in a session of some minutes.
constexpr int kSessionAnswers = 8;

double SecondsSince(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// Commits `num_events` as an import would, with their states.
void Fill(const std::string& directory, int64_t num_events,
          AnswerTracks* tracks) {
  auto database = RocksDatabase::Open({.directory = directory});
  Check(database.ok(), std::string(database.status().message()));
  const absl::Status put = (*database)->Write(AnswerTracks::Catalog(kTenant));
  Check(put.ok(), std::string(put.message()));
  ModelRegistry registry;
  Committer committer({}, database->get(), &registry, nullptr);
  for (int64_t done = 0; done < num_events; done += kBatchEvents) {
    std::promise<absl::Status> result;
    const absl::Status queued = committer.Submit(
        kTenant, tracks->Next(kBatchEvents, kSessionAnswers), false,
        [&](const auto& results) { result.set_value(results.status()); });
    Check(queued.ok(), std::string(queued.message()));
    const absl::Status committed = result.get_future().get();
    Check(committed.ok(), std::string(committed.message()));
    if (done / kBatchEvents % 100 == 0) {
      std::fprintf(
          stderr, "\rfilling: %.0f %%",
          100.0 * static_cast<double>(done) / static_cast<double>(num_events));
    }
  }
  std::fprintf(stderr, "\n");
}

void MeasureFill(const std::string& directory, int64_t num_events,
                 AnswerTracks* tracks) {
  const int64_t before = WrittenBytesOf(getpid());
  const auto start = Clock::now();
  Fill(directory, num_events, tracks);
  const auto events = static_cast<double>(num_events);
  PrintFigure("fill/events", events / SecondsSince(start), "1/s");
  PrintFigure("fill/written_per_event",
              static_cast<double>(WrittenBytesOf(getpid()) - before) / events,
              "bytes");
  PrintFigure("fill/learners", static_cast<double>(tracks->num_learners()),
              "1");
}

// As a load balancer does before it sends anything.
bool IsServing(const std::string& address) {
  google::protobuf::StringValue request;
  google::protobuf::Int32Value response;
  return ConnectTo(address, kTenant)
             ->Call("/grpc.health.v1.Health/Check", request, &response)
             .ok() &&
         response.value() == 1;
}

// Starts a server and waits until its health check says that it serves.
std::unique_ptr<ServerProcess> Start(const std::string& directory,
                                     double* seconds) {
  const auto start = Clock::now();
  auto server =
      std::make_unique<ServerProcess>(directory + "/db", directory + "/models");
  KillAtExit(server.get());
  Check(!server->address().empty(), server->Log());
  while (!IsServing(server->address())) {
    Check(SecondsSince(start) < 600, "not serving after ten minutes");
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  *seconds = SecondsSince(start);
  return server;
}

void Stop(ServerProcess* server, int signal) {
  server->Stop(signal);
  KillAtExit(nullptr);
}

// Sends answers, each when it is given, until the server is gone; returns how
// many were acknowledged.
int64_t SendUntilKilled(const std::string& address, AnswerTracks* tracks) {
  const auto client = ConnectTo(address, kTenant);
  for (int64_t num_events = 0;;) {
    v1::RecordEventsRequest request;
    for (const Event& event : tracks->Next(1'000, 1)) {
      ToMessage(event, request.add_events());
    }
    v1::RecordEventsResponse response;
    const absl::Status status = client->Call(
        "/evenlight.v1.TrackService/RecordEvents", request, &response);
    if (!status.ok()) {
      Check(status.code() == absl::StatusCode::kUnavailable, status.ToString());
      return num_events;
    }
    num_events += request.events_size();
  }
}

int64_t KillWhileWriting(ServerProcess* server, const std::string& directory,
                         AnswerTracks* tracks) {
  const int64_t enough = absl::GetFlag(FLAGS_log_mib) << 20;
  const pid_t process = server->pid();
  const int64_t before = WrittenBytesOf(process);
  const auto start = Clock::now();
  auto sender = std::async(std::launch::async, [&] {
    return SendUntilKilled(server->address(), tracks);
  });
  while (LogBytes(directory + "/db") < enough && SecondsSince(start) < 60) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  const int64_t written = WrittenBytesOf(process) - before;
  Stop(server, SIGKILL);
  const double seconds = SecondsSince(start);
  const int64_t num_events = sender.get();
  const auto events = static_cast<double>(num_events);
  PrintFigure("live/events", events / seconds, "1/s");
  PrintFigure("live/written_per_event", static_cast<double>(written) / events,
              "bytes");
  return num_events;
}

using FamilyBytes = std::vector<std::pair<std::string, int64_t>>;

int64_t SumOf(const FamilyBytes& families) {
  int64_t sum = 0;
  for (const auto& [name, bytes] : families) sum += bytes;
  return sum;
}

// The bytes on the disk, by family, before everything is compacted and after.
void MeasureSize(const std::string& directory, int64_t num_events) {
  const auto events = static_cast<double>(num_events);
  FamilyBytes before;
  {
    RocksDirectory opened(directory);
    opened.Flush();
    before = opened.FamilyBytes();
  }
  PrintFigure("disk/before_compaction_per_event",
              static_cast<double>(SumOf(before)) / events, "bytes");
  RocksDirectory opened(directory);
  const auto start = Clock::now();
  opened.Compact();
  PrintFigure("disk/compaction", SecondsSince(start), "s");
  const FamilyBytes after = opened.FamilyBytes();
  PrintFigure("disk/per_event", static_cast<double>(SumOf(after)) / events,
              "bytes", 120);
  std::printf("\n%-20s %18s %18s\n", "bytes per event", "before compaction",
              "compacted");
  for (size_t family = 0; family < after.size(); ++family) {
    std::printf("%-20s %18.1f %18.1f\n", after[family].first.c_str(),
                static_cast<double>(before[family].second) / events,
                static_cast<double>(after[family].second) / events);
  }
}

void Measure(const std::string& directory) {
  const std::string data = directory + "/db";
  int64_t num_events = absl::GetFlag(FLAGS_events);
  AnswerTracks tracks(num_events,
                      absl::GetFlag(FLAGS_ordered_ids) ? EventIds::kTimeOrdered
                                                       : EventIds::kRandom,
                      1);
  MeasureFill(data, num_events, &tracks);

  double seconds = 0;
  auto server = Start(directory, &seconds);
  Stop(server.get(), SIGTERM);
  server = Start(directory, &seconds);
  PrintFigure("recovery/after_clean_stop", seconds, "s", 2);
  num_events += KillWhileWriting(server.get(), directory, &tracks);
  PrintFigure("recovery/log_replayed", static_cast<double>(LogBytes(data)),
              "bytes");
  if (absl::GetFlag(FLAGS_only_kill)) return;
  server = Start(directory, &seconds);
  PrintFigure("recovery/after_kill", seconds, "s", 5);
  Stop(server.get(), SIGTERM);
  MeasureSize(data, num_events);
}

int Main() {
  const std::filesystem::path self =
      std::filesystem::canonical("/proc/self/exe");
  setenv("EVENLIGHT_BIN", self.parent_path().c_str(), 1);
  std::string directory = absl::GetFlag(FLAGS_directory);
  const bool is_own = directory.empty();
  if (is_own) {
    directory =
        (std::filesystem::temp_directory_path() / "evenlight_recovery_XXXXXX")
            .string();
    Check(mkdtemp(directory.data()) != nullptr, "no temporary directory");
  }
  Measure(directory);
  if (is_own) std::filesystem::remove_all(directory);
  return 0;
}

}  // namespace
}  // namespace evenlight

int main(int argc, char** argv) {
  absl::ParseCommandLine(argc, argv);
  return evenlight::Main();
}
