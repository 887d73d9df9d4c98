// The whole service under load, beside its floor: an empty RPC of the same
// shape in the same run. Prints `figure=... value=... unit=... floor=...
// ratio=...` lines.
//
// Client and server share the machine's cores, so rates are those of both
// together; only the ratios mean anything. With the argument `lists` only the
// figures of RecommendResources are taken.

#include <grpcpp/grpcpp.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "bench/allocations.h"
#include "bench/load.h"
#include "recommender/training/train_job.h"
#include "services/server/server.h"
#include "storage/rocks_database.h"
#include "tests/support/client.h"

namespace evenlight {
namespace {

constexpr char kTenant[] = "county";
constexpr int kNumResources = 50'000;
constexpr int kNumSubjects = 5;
constexpr int kNumGrades = 2;  // Subject and grade name about 5,000 resources.
constexpr int kNumKcs = 500;
constexpr int kNumLearners = 2'000;
constexpr int kEventsPerLearner = 30;
constexpr int kClassSize = 50;
constexpr double kSeconds = 4;

void Check(bool is_ok, const std::string& what) {
  if (is_ok) return;
  std::fprintf(stderr, "serve_bench: %s\n", what.c_str());
  std::exit(1);
}

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

std::string Learner(int64_t n) {
  return absl::StrCat("learners/l", n % kNumLearners);
}

void PutCatalog(const TestClient& client) {
  v1::UpsertKnowledgeComponentsRequest kcs;
  for (int kc = 0; kc < kNumKcs; ++kc) {
    auto* message = kcs.add_knowledge_components();
    message->set_name(absl::StrCat("knowledgeComponents/k", kc));
    message->set_title(absl::StrCat("Topic ", kc));
    if (kc >= 10) {
      message->add_prerequisites(
          absl::StrCat("knowledgeComponents/k", kc - 10));
    }
  }
  v1::UpsertKnowledgeComponentsResponse kcs_response;
  Check(client
            .Call(*client.catalog,
                  &v1::CatalogService::Stub::UpsertKnowledgeComponents, kcs,
                  &kcs_response)
            .ok(),
        "cannot put kcs");
  for (int begin = 0; begin < kNumResources; begin += 1000) {
    v1::UpsertResourcesRequest resources;
    for (int r = begin; r < begin + 1000; ++r) {
      auto* message = resources.add_resources();
      message->set_name(absl::StrCat("resources/r", r));
      message->set_title(absl::StrCat("Resource ", r));
      message->set_kind(r % 4 == 0 ? v1::RESOURCE_KIND_VIDEO
                                   : v1::RESOURCE_KIND_EXERCISE);
      message->add_knowledge_components(
          absl::StrCat("knowledgeComponents/k", r % kNumKcs));
      message->set_subject(absl::StrCat("s", r % kNumSubjects));
      message->set_min_grade(1 + r / kNumSubjects % kNumGrades);
      message->set_max_grade(message->min_grade());
      message->set_minutes(3);
    }
    v1::UpsertResourcesResponse response;
    const grpc::Status status =
        client.Call(*client.catalog, &v1::CatalogService::Stub::UpsertResources,
                    resources, &response);
    Check(status.ok(), status.error_message());
  }
}

v1::Event AnswerOf(int64_t learner, int64_t n, const std::string& id) {
  v1::Event event;
  event.set_event_id(id);
  event.set_actor(Learner(learner));
  // A learner goes through the topics of one subject and grade in order.
  const int64_t resource = (learner + 7 * n * n) % kNumResources;
  event.set_resource(absl::StrCat("resources/r", resource));
  event.mutable_event_time()->set_seconds(1'700'000'000 + 60 * n);
  // Three in four right, in no order that a model could learn.
  const uint64_t mixed =
      (static_cast<uint64_t>(learner) << 20 ^ static_cast<uint64_t>(n)) *
      0x9e3779b97f4a7c15;
  event.mutable_answered()->set_correct((mixed >> 60) % 4 != 0);
  return event;
}

void PutTrack(const TestClient& client) {
  for (int n = 0; n < kEventsPerLearner; ++n) {
    for (int begin = 0; begin < kNumLearners; begin += 1000) {
      v1::RecordEventsRequest request;
      for (int learner = begin; learner < begin + 1000; ++learner) {
        *request.add_events() =
            AnswerOf(learner, n, absl::StrCat("e-", learner, "-", n));
      }
      v1::RecordEventsResponse response;
      const grpc::Status status =
          client.Call(*client.track, &v1::TrackService::Stub::RecordEvents,
                      request, &response);
      Check(status.ok(), status.error_message());
    }
  }
}

void PutClass(const TestClient& client) {
  v1::UpsertClassesRequest classes;
  classes.add_classes()->set_name("classes/c");
  v1::UpsertClassesResponse classes_response;
  v1::UpsertPeopleRequest people;
  for (int learner = 0; learner < kClassSize; ++learner) {
    auto* person = people.add_people();
    person->set_name(Learner(learner));
    person->add_classes("classes/c");
  }
  v1::UpsertPeopleResponse people_response;
  Check(client.Call(*client.roster, &v1::RosterService::Stub::UpsertClasses,
                    classes, &classes_response)
                .ok() &&
            client
                .Call(*client.roster, &v1::RosterService::Stub::UpsertPeople,
                      people, &people_response)
                .ok(),
        "cannot put the class");
}

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

v1::RecommendResourcesRequest RequestFor(int64_t n, bool is_filtered) {
  v1::RecommendResourcesRequest request;
  request.set_learner(Learner(n * 37));
  request.set_page_size(20);
  if (is_filtered) {
    request.mutable_filter()->set_subject(absl::StrCat("s", n % kNumSubjects));
    request.mutable_filter()->set_grade(static_cast<int>(1 + n % kNumGrades));
  }
  return request;
}

void Ask(const TestClient& client, int64_t n, bool is_filtered) {
  v1::RecommendResourcesResponse response;
  const grpc::Status status =
      client.Call(*client.recommendations,
                  &v1::RecommendationService::Stub::RecommendResources,
                  RequestFor(n, is_filtered), &response);
  Check(status.ok(), status.error_message());
}

void Record(const TestClient& client, int thread, int64_t n, int num_events,
            const std::string& prefix) {
  v1::RecordEventsRequest request;
  for (int event = 0; event < num_events; ++event) {
    const int64_t number = n * num_events + event;
    *request.add_events() =
        AnswerOf(thread * 31 + number, kEventsPerLearner + number,
                 absl::StrCat(prefix, "-", thread, "-", number));
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
    v1::RecommendForClassRequest request;
    request.set_class_name("classes/c");
    *request.mutable_filter() = RequestFor(n, true).filter();
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
  const LoadResult batches = RunLoad(
      4, kSeconds, 0,
      [&](int thread, int64_t n) { Record(client, thread, n, 100, "b"); });
  const LoadResult one = RunLoad(1, kSeconds, 0, [&](int thread, int64_t n) {
    Record(client, thread, n, 1, "o");
  });
  const LoadResult many = RunLoad(64, kSeconds, 0, [&](int thread, int64_t n) {
    Record(client, thread, n, 1, "m");
  });
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
  std::fprintf(stderr, "filling: %d resources, %d learners\n", kNumResources,
               kNumLearners);
  PutCatalog(client);
  PutClass(client);
  PutTrack(client);
  Train(client, options.config.model_dir);

  v1::RecommendResourcesResponse twenty;
  Check(client
            .Call(*client.recommendations,
                  &v1::RecommendationService::Stub::RecommendResources,
                  RequestFor(0, true), &twenty)
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
  return evenlight::Main(argc > 1 && absl::string_view(argv[1]) == "lists");
}
