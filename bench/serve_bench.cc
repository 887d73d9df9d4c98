// The whole service under load, beside its floor: an empty RPC of the same
// shape in the same run. Prints `figure=... value=... unit=... floor=...
// ratio=...` lines.
//
// Client and server share the machine's cores, so rates are those of both
// together; only the ratios mean anything. With the argument `lists` only the
// figures of RecommendResources are taken.

#include <grpcpp/grpcpp.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "bench/allocations.h"
#include "bench/check.h"
#include "bench/closed_loop.h"
#include "bench/serve_world.h"
#include "recommender/training/train_job.h"
#include "services/server/server.h"
#include "storage/rocks_database.h"
#include "tests/support/client.h"

namespace evenlight {
namespace {

constexpr double kSeconds = 4;

void Print(const std::string& figure, double value, const char* unit,
           double floor, double ratio) {
  std::printf("figure=%s value=%.4g unit=%s floor=%.4g ratio=%.3g\n",
              figure.c_str(), value, unit, floor, ratio);
  std::fflush(stdout);
}

// The floor: a service that answers with 20 recommendations made beforehand.
class EmptyService : public v1::RecommendationService::CallbackService {
 public:
  explicit EmptyService(v1::RecommendResourcesResponse response)
      : response_(std::move(response)) {}

  grpc::ServerUnaryReactor* RecommendResources(
      grpc::CallbackServerContext* context,
      const v1::RecommendResourcesRequest* /*request*/,
      v1::RecommendResourcesResponse* response) override {
    *response = response_;
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }

 private:
  const v1::RecommendResourcesResponse response_;
};

// Trains as cron would and has the server serve it.
void Train(const TestClient& client, const std::string& model_dir) {
  v1::CreateCheckpointResponse checkpoint;
  Check(client
            .Call(*client.models, &v1::ModelService::Stub::CreateCheckpoint,
                  v1::CreateCheckpointRequest(), &checkpoint)
            .ok(),
        "cannot make a checkpoint");
  auto database = RocksDatabase::Open(
      {.directory = checkpoint.directory(), .read_only = true});
  Check(database.ok(), std::string(database.status().message()));
  TrainJobOptions options;
  options.tenant = kTenant;
  options.model_dir = model_dir;
  // The answers here follow a rule, so a gate's opinion does not matter.
  options.force = true;
  const auto result = RunTrainJob(options, database->get());
  Check(result.ok(), std::string(result.status().message()));
  std::fprintf(stderr, "train: %s\n", result->message.c_str());
  v1::ActivateModelResponse activated;
  const grpc::Status status =
      client.Call(*client.models, &v1::ModelService::Stub::ActivateModel,
                  v1::ActivateModelRequest(), &activated);
  Check(status.ok(), status.error_message());
}

void Ask(const TestClient& client, int64_t n, bool is_filtered) {
  v1::RecommendResourcesResponse response;
  const grpc::Status status =
      client.Call(*client.recommendations,
                  &v1::RecommendationService::Stub::RecommendResources,
                  ListRequest(n, is_filtered), &response);
  Check(status.ok(), status.error_message());
}

// Each later than all before: answers that come late have their learner's whole
// track folded again.
int64_t NextAnswer() {
  static std::atomic<int64_t> next = kEventsPerLearner;
  return next++;
}

// The n-th call of one of `num_callers`, each with learners of its own: a
// learner works in one place at a time.
void Record(const TestClient& client, int caller, int num_callers, int64_t n,
            int num_events) {
  v1::RecordEventsRequest request;
  for (int event = 0; event < num_events; ++event) {
    const int64_t turn = n * num_events + event;
    const int64_t learner =
        caller + num_callers * (turn % (kNumLearners / num_callers));
    const int64_t number = NextAnswer();
    *request.add_events() =
        AnswerOf(learner, number, absl::StrCat("recorded-", number));
  }
  v1::RecordEventsResponse response;
  const grpc::Status status = client.Call(
      *client.track, &v1::TrackService::Stub::RecordEvents, request, &response);
  Check(status.ok(), status.error_message());
}

// Of the server's threads, for each of `num_calls` calls from one caller.
Allocations AllocationsOf(int64_t num_calls,
                          const std::function<void(int, int64_t)>& call) {
  const Allocations all = CountAllocations([&] {
    for (int64_t n = 0; n < num_calls; ++n) call(0, n);
  });
  return {all.count / num_calls, all.bytes / num_calls};
}

void PrintBeside(const std::string& figure, double value, const char* unit,
                 double floor) {
  Print(absl::StrCat("recommend_resources/", figure), value, unit, floor,
        value / floor);
}

// One caller: what a request costs when it waits for nobody.
void MeasureOneList(const std::function<void(int, int64_t)>& ask,
                    const std::function<void(int, int64_t)>& ask_floor) {
  const LoadResult empty = RunLoad(1, kSeconds, 0, ask_floor);
  const LoadResult list = RunLoad(1, kSeconds, 0, ask);
  PrintBeside("one_caller/p50", list.p50_ms, "ms", empty.p50_ms);
  PrintBeside("one_caller/p99", list.p99_ms, "ms", empty.p99_ms);
  // Server time: what the call takes above an empty one.
  PrintBeside("server_time/p50", list.p50_ms - empty.p50_ms, "ms",
              empty.p50_ms);
  PrintBeside("server_time/p99", list.p99_ms - empty.p50_ms, "ms",
              empty.p50_ms);
  constexpr int64_t kNumCalls = 4'000;
  const Allocations of_empty = AllocationsOf(kNumCalls, ask_floor);
  const Allocations of_list = AllocationsOf(kNumCalls, ask);
  PrintBeside("allocations", static_cast<double>(of_list.count), "1",
              static_cast<double>(of_empty.count));
  PrintBeside("allocated", static_cast<double>(of_list.bytes), "bytes",
              static_cast<double>(of_empty.bytes));
}

void MeasureLists(const TestClient& client, const TestClient& floor) {
  const auto ask = [&](const TestClient& whom, bool is_filtered) {
    return [&whom, is_filtered](int thread, int64_t n) {
      Ask(whom, n * 64 + thread, is_filtered);
    };
  };
  const LoadResult empty = RunLoad(8, kSeconds, 0, ask(floor, true));
  const LoadResult lists = RunLoad(8, kSeconds, 0, ask(client, true));
  Print("recommend_resources/throughput", lists.calls_per_second, "1/s",
        empty.calls_per_second,
        lists.calls_per_second / empty.calls_per_second);
  PrintBeside("processor_time", lists.processor_us, "us", empty.processor_us);
  const double pace = lists.calls_per_second / 2;
  const LoadResult empty_half = RunLoad(8, kSeconds, pace, ask(floor, true));
  const LoadResult lists_half = RunLoad(8, kSeconds, pace, ask(client, true));
  Print("recommend_resources/p99_at_half_load", lists_half.p99_ms, "ms",
        empty_half.p99_ms, lists_half.p99_ms / empty_half.p99_ms);
  const LoadResult all = RunLoad(8, kSeconds, 0, ask(client, false));
  Print("recommend_resources/no_filter/throughput", all.calls_per_second, "1/s",
        empty.calls_per_second, all.calls_per_second / empty.calls_per_second);
  MeasureOneList(ask(client, true), ask(floor, true));
}

void MeasureClass(const TestClient& client, const TestClient& floor) {
  const LoadResult empty =
      RunLoad(1, kSeconds, 0, [&](int, int64_t n) { Ask(floor, n, true); });
  const LoadResult one =
      RunLoad(1, kSeconds, 0, [&](int, int64_t n) { Ask(client, n, true); });
  const LoadResult whole = RunLoad(1, kSeconds, 0, [&](int, int64_t n) {
    const v1::RecommendForClassRequest request = ClassRequest(n);
    v1::RecommendForClassResponse response;
    const grpc::Status status =
        client.Call(*client.recommendations,
                    &v1::RecommendationService::Stub::RecommendForClass,
                    request, &response);
    Check(status.ok(), status.error_message());
  });
  // Server time: what the call takes above an empty one.
  const double fifty = kClassSize * (one.p50_ms - empty.p50_ms);
  Print("recommend_for_class/50_learners", whole.p50_ms - empty.p50_ms, "ms",
        fifty, (whole.p50_ms - empty.p50_ms) / fifty);
}

void MeasureRecord(const TestClient& client, const TestClient& floor) {
  const auto record = [&](int num_callers, int num_events) {
    return RunLoad(num_callers, kSeconds, 0, [&](int caller, int64_t n) {
      Record(client, caller, num_callers, n, num_events);
    });
  };
  const LoadResult batches = record(4, 100);
  const LoadResult one = record(1, 1);
  const LoadResult many = record(64, 1);
  const LoadResult empty = RunLoad(64, kSeconds, 0, [&](int thread, int64_t n) {
    Ask(floor, thread + n, true);
  });
  Print("record_events/batches_of_100", 100 * batches.calls_per_second, "1/s",
        100 * one.calls_per_second,
        batches.calls_per_second / one.calls_per_second);
  const double bound =
      std::min(empty.calls_per_second, 20 * one.calls_per_second);
  Print("record_events/64_callers", many.calls_per_second, "1/s", bound,
        many.calls_per_second / bound);
}

int Main(bool only_lists) {
  std::string directory =
      (std::filesystem::temp_directory_path() / "evenlight_serve_XXXXXX")
          .string();
  Check(mkdtemp(directory.data()) != nullptr, "no temporary directory");
  ServerOptions options;
  options.config.listen_address = "127.0.0.1:0";
  options.config.metrics_address = "127.0.0.1:0";  // As where it is watched.
  options.config.data_dir = directory + "/db";
  options.config.model_dir = directory + "/models";
  auto server = Server::Start(options);
  Check(server.ok(), std::string(server.status().message()));
  const TestClient client((*server)->address(), kTenant);
  PutWorld(client);
  Train(client, options.config.model_dir);

  v1::RecommendResourcesResponse twenty;
  Check(client
            .Call(*client.recommendations,
                  &v1::RecommendationService::Stub::RecommendResources,
                  ListRequest(0, true), &twenty)
            .ok(),
        "no list");
  Check(twenty.recommendations_size() == 20, "a list is not full");
  EmptyService empty(twenty);
  int port = 0;
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(),
                           &port);
  builder.RegisterService(&empty);
  const std::unique_ptr<grpc::Server> floor_server = builder.BuildAndStart();
  const TestClient floor(absl::StrCat("127.0.0.1:", port), kTenant);

  MeasureLists(client, floor);
  if (!only_lists) {
    MeasureClass(client, floor);
    MeasureRecord(client, floor);
  }
  floor_server->Shutdown();
  (*server)->Shutdown(absl::Seconds(5));
  std::filesystem::remove_all(directory);
  return 0;
}

}  // namespace
}  // namespace evenlight

int main(int argc, char** argv) {
  // As in evenlightd.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  return evenlight::Main(argc > 1 && absl::string_view(argv[1]) == "lists");
}
