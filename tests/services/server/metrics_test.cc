// What a running server shows Prometheus, read over HTTP as Prometheus does.

#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <functional>
#include <map>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "evenlight/v1/learner_service.pb.h"
#include "gmock/gmock.h"
#include "recommender/models/model_set_io.h"
#include "services/server/degraded_meter.h"
#include "storage/model_directory.h"
#include "tests/services/server/server_world.h"
#include "tests/support/http_get.h"

namespace evenlight {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

// The samples of an exposition: `name{labels}`, as it stands, to value.
std::map<std::string, double> SamplesIn(const std::string& text) {
  std::map<std::string, double> samples;
  for (absl::string_view line : absl::StrSplit(text, '\n', absl::SkipEmpty())) {
    if (line[0] == '#') continue;
    const size_t blank = line.rfind(' ');
    double value = 0;
    EXPECT_TRUE(absl::SimpleAtod(line.substr(blank + 1), &value)) << line;
    EXPECT_TRUE(
        samples.try_emplace(std::string(line.substr(0, blank)), value).second)
        << "twice: " << line;
  }
  return samples;
}

std::string MethodLabels(const std::string& type, const std::string& service,
                         const std::string& method) {
  return absl::StrCat("grpc_type=\"", type, "\",grpc_service=\"evenlight.v1.",
                      service, "\",grpc_method=\"", method, "\"");
}

class MetricsTest : public ServerWorld {
 protected:
  MetricsTest() {
    config_.metrics_address = "127.0.0.1:0";
    Restart();
    AddCatalog();
  }

  std::string Text() const {
    return HttpGet(server_->metrics_address(), "/metrics");
  }
  // 0 for one that is not there.
  double Value(const std::string& sample) const {
    return SamplesIn(Text())[sample];
  }
  double NumHandled(const std::string& labels, const std::string& code) const {
    return Value(absl::StrCat("grpc_server_handled_total{", labels,
                              ",grpc_code=\"", code, "\"}"));
  }
  // Of all codes.
  static double NumHandled(const std::map<std::string, double>& samples,
                           const std::string& labels) {
    const std::string prefix =
        absl::StrCat("grpc_server_handled_total{", labels);
    double sum = 0;
    for (const auto& [name, value] : samples) {
      if (absl::StartsWith(name, prefix)) sum += value;
    }
    return sum;
  }
  // Waits until so many calls of a method have ended: the client may see the
  // end before the server has counted it.
  void WaitForHandled(const std::string& labels, double num) const {
    double handled = 0;
    for (int look = 0; look < 10'000 && handled < num; ++look) {
      handled = NumHandled(SamplesIn(Text()), labels);
    }
    EXPECT_EQ(handled, num);
  }

  void PublishModel() {
    ASSERT_THAT(ModelDirectory(config_.model_dir, kTenant)
                    .Publish(EncodeModelSet(ModelSet()), {}, {}),
                IsOk());
  }
};

struct Ending {
  std::string name;
  std::string labels;
  // One of them: a client that leaves may have closed its side before the
  // server hears that it left, or have left before the server's deadline.
  std::vector<std::string> codes;
  // What the client sees; and the call.
  grpc::StatusCode status;
  std::function<grpc::Status(const TestClient&, grpc::ClientContext*)> call;
};

grpc::Status GetState(const TestClient& client, grpc::ClientContext* context,
                      const std::string& learner) {
  v1::GetLearnerStateRequest request;
  request.set_learner(learner);
  v1::LearnerState state;
  return client.learners->GetLearnerState(context, request, &state);
}

grpc::Status GetResource(const TestClient& client, grpc::ClientContext* context,
                         const std::string& name) {
  v1::GetResourceRequest request;
  request.set_name(name);
  v1::Resource resource;
  return client.catalog->GetResource(context, request, &resource);
}

std::vector<Ending> Endings() {
  const std::string state =
      MethodLabels("unary", "LearnerService", "GetLearnerState");
  const std::string resource =
      MethodLabels("unary", "CatalogService", "GetResource");
  return {
      {"answered",
       resource,
       {"OK"},
       grpc::StatusCode::OK,
       [](const TestClient& client, grpc::ClientContext* context) {
         return GetResource(client, context, "resources/f1");
       }},
      {"invalid",
       state,
       {"InvalidArgument"},
       grpc::StatusCode::INVALID_ARGUMENT,
       [](const TestClient& client, grpc::ClientContext* context) {
         return GetState(client, context, "l1");
       }},
      {"not found",
       resource,
       {"NotFound"},
       grpc::StatusCode::NOT_FOUND,
       [](const TestClient& client, grpc::ClientContext* context) {
         return GetResource(client, context, "resources/none");
       }},
      {"stream",
       MethodLabels("bidi_stream", "TrackService", "StreamEvents"),
       {"OK"},
       grpc::StatusCode::OK,
       [](const TestClient& client, grpc::ClientContext* context) {
         const auto stream = client.track->StreamEvents(context);
         stream->WritesDone();
         return stream->Finish();
       }},
      {"stream cancelled",
       MethodLabels("bidi_stream", "TrackService", "StreamEvents"),
       {"Canceled", "OK"},
       grpc::StatusCode::CANCELLED,
       [](const TestClient& client, grpc::ClientContext* context) {
         const auto stream = client.track->StreamEvents(context);
         v1::StreamEventsRequest request;
         v1::Event& event = *request.add_events();
         event.set_event_id("of-a-stream");
         event.set_actor("learners/l1");
         event.set_resource("resources/f1");
         event.mutable_event_time()->set_seconds(1'600'000'000);
         event.mutable_answered()->set_correct(true);
         v1::StreamEventsResponse response;
         // The stream is under way once this is acknowledged.
         stream->Write(request);
         EXPECT_TRUE(stream->Read(&response));
         context->TryCancel();
         while (stream->Read(&response)) continue;
         return stream->Finish();
       }},
      {"server stream invalid",
       MethodLabels("server_stream", "PushService", "SubscribePushes"),
       {"InvalidArgument"},
       grpc::StatusCode::INVALID_ARGUMENT,
       [](const TestClient& client, grpc::ClientContext* context) {
         const auto stream = client.pushes->SubscribePushes(context, {});
         v1::SubscribePushesResponse response;
         while (stream->Read(&response)) continue;
         return stream->Finish();
       }},
      {"server stream deadline",
       MethodLabels("server_stream", "PushService", "SubscribePushes"),
       {"DeadlineExceeded", "Canceled"},
       grpc::StatusCode::DEADLINE_EXCEEDED,
       [](const TestClient& client, grpc::ClientContext* context) {
         context->set_deadline(std::chrono::system_clock::now() +
                               std::chrono::milliseconds(300));
         v1::SubscribePushesRequest request;
         request.set_audience("learners/l1");
         const auto stream = client.pushes->SubscribePushes(context, request);
         v1::SubscribePushesResponse response;
         while (stream->Read(&response)) continue;
         return stream->Finish();
       }},
  };
}

TEST_F(MetricsTest, EveryEndingOfACallIsCountedOnceByItsCode) {
  for (const Ending& ending : Endings()) {
    SCOPED_TRACE(ending.name);
    auto before = SamplesIn(Text());
    grpc::ClientContext context;
    context.AddMetadata("evenlight-tenant", kTenant);
    EXPECT_EQ(ending.call(*client_, &context).error_code(), ending.status);
    WaitForHandled(ending.labels, NumHandled(before, ending.labels) + 1);
    auto after = SamplesIn(Text());
    double num_handled = 0;
    for (const std::string& code : ending.codes) {
      const std::string name =
          absl::StrCat("grpc_server_handled_total{", ending.labels,
                       ",grpc_code=\"", code, "\"}");
      num_handled += after[name] - before[name];
    }
    EXPECT_EQ(num_handled, 1);
    const std::string braces = absl::StrCat("{", ending.labels, "}");
    for (const std::string& name :
         {"grpc_server_started_total" + braces,
          "grpc_server_handling_seconds_count" + braces}) {
      EXPECT_EQ(after[name], before[name] + 1) << name;
    }
  }
}

TEST_F(MetricsTest, MessagesOfAStreamAreCountedBothWaysWithoutTheHalfClose) {
  const std::string stream_labels =
      MethodLabels("bidi_stream", "TrackService", "StreamEvents");
  grpc::ClientContext context;
  context.AddMetadata("evenlight-tenant", kTenant);
  const auto stream = client_->track->StreamEvents(&context);
  int num_answers = 0;
  v1::StreamEventsResponse response;
  for (int n = 0; n < 3; ++n) {
    v1::StreamEventsRequest request;
    *request.add_events() = Answer(absl::StrCat("e", n), "f1");
    ASSERT_TRUE(stream->Write(request));
    ASSERT_TRUE(stream->Read(&response));
    ++num_answers;
  }
  stream->WritesDone();
  while (stream->Read(&response)) ++num_answers;
  ExpectOk(stream->Finish());
  WaitForHandled(stream_labels, 1);
  EXPECT_EQ(Value("grpc_server_msg_received_total{" + stream_labels + "}"), 3);
  EXPECT_EQ(Value("grpc_server_msg_sent_total{" + stream_labels + "}"),
            num_answers);
}

// One thread, and one place to wait.
TEST_F(MetricsTest, RefusedCallsAreCountedByCodeAndByWhoRefusedThem) {
  config_.num_threads = 1;
  config_.max_queued_requests = 1;
  Restart();
  std::vector<std::unique_ptr<grpc::ClientContext>> contexts;
  std::vector<grpc::Status> statuses(2'000);
  std::vector<v1::Resource> answers(statuses.size());
  v1::GetResourceRequest request;
  request.set_name("resources/f1");
  grpc::CompletionQueue queue;
  for (size_t call = 0; call < statuses.size(); ++call) {
    contexts.push_back(std::make_unique<grpc::ClientContext>());
    contexts.back()->AddMetadata("evenlight-tenant", kTenant);
    client_->catalog->AsyncGetResource(contexts.back().get(), request, &queue)
        ->Finish(&answers[call], &statuses[call], &statuses[call]);
  }
  int num_refused = 0;
  for (size_t call = 0; call < statuses.size(); ++call) {
    void* tag = nullptr;
    bool ok = false;
    ASSERT_TRUE(queue.Next(&tag, &ok));
    const auto code = static_cast<grpc::Status*>(tag)->error_code();
    num_refused += code == grpc::StatusCode::RESOURCE_EXHAUSTED ? 1 : 0;
  }
  const std::string labels =
      MethodLabels("unary", "CatalogService", "GetResource");
  WaitForHandled(labels, static_cast<double>(statuses.size()));
  EXPECT_GT(num_refused, 0);
  EXPECT_EQ(NumHandled(labels, "ResourceExhausted"), num_refused);
  EXPECT_EQ(NumHandled(labels, "OK"),
            static_cast<double>(statuses.size()) - num_refused);
  EXPECT_EQ(Value("evenlight_executor_refused_total") +
                Value("evenlight_calls_refused_total{priority=\"report\"}"),
            num_refused);
  EXPECT_EQ(Value("evenlight_calls_limit"), 2);
  EXPECT_EQ(Value("evenlight_executor_threads"), 1);
}

TEST_F(MetricsTest, ACommitMovesItsFigures) {
  const auto before = SamplesIn(Text());
  ExpectOk(Record({Answer("e1", "f1"), Answer("e2", "f2")}));
  ExpectOk(Record({Answer("e1", "f1")}));           // Again.
  EXPECT_FALSE(Record({Answer("e1", "d1")}).ok());  // Other content.
  const std::map<std::string, double> expected = {
      {"evenlight_commit_events_total{outcome=\"accepted\"}", 2},
      {"evenlight_commit_events_total{outcome=\"duplicate\"}", 1},
      {"evenlight_commit_batch_events_sum", 2},
      {"evenlight_commit_batch_events_count", 1},
      {"evenlight_commit_batch_events_bucket{le=\"1\"}", 0},
      {"evenlight_commit_batch_events_bucket{le=\"2\"}", 1},
      {"evenlight_commit_batch_events_bucket{le=\"+Inf\"}", 1},
      {"evenlight_commit_write_seconds_count", 1},
      {"rocksdb_wal_synced_total", 1}};
  auto after = SamplesIn(Text());
  for (const auto& [name, growth] : expected) {
    EXPECT_EQ(after[name] - before.at(name), growth) << name;
  }
  EXPECT_GE(after["evenlight_commit_events_total{outcome=\"conflict\"}"], 1);
  EXPECT_EQ(after["evenlight_commit_takes_writes"], 1);
  EXPECT_EQ(after["evenlight_commit_queued_events"], 0);
}

TEST_F(MetricsTest, ALateEventIsRefoldedAndCounted) {
  ExpectOk(Record({Answer("e1", "f1")}));
  v1::Event late = Answer("e0", "f2");
  late.mutable_event_time()->set_seconds(kStartSeconds - 60);
  ExpectOk(Record({late}));
  server_->WaitForStates();
  EXPECT_EQ(Value("evenlight_refolds_total"), 1);
  EXPECT_EQ(Value("evenlight_states_waiting"), 0);
  EXPECT_EQ(Value("evenlight_refold_failures_total"), 0);
}

TEST_F(MetricsTest, StagesSourcesAndDegradedListsAreCounted) {
  config_.ranking.switched_off = {"diversity"};
  Restart();
  Recommend("learner: 'learners/l1'");
  Recommend("learner: 'learners/l1'");
  const auto samples = SamplesIn(Text());
  EXPECT_EQ(samples.at("evenlight_stage_seconds_count{stage=\"propose\"}"), 2);
  EXPECT_EQ(samples.at("evenlight_stage_seconds_count{stage=\"score\"}"), 2);
  EXPECT_EQ(samples.at("evenlight_stage_failures_total{stage=\"score\"}"), 0);
  EXPECT_EQ(
      samples.at("evenlight_source_shown_total{source=\"source:new_learner\"}"),
      samples.at(
          "evenlight_source_proposed_total{source=\"source:new_learner\"}"));
  const std::string degraded = "evenlight_degraded_answers_total{cause=\"";
  EXPECT_EQ(samples.at(degraded + "no_model\"}"), 2);
  EXPECT_EQ(samples.at(degraded + "switched_off\"}"), 2);
  EXPECT_EQ(samples.at(degraded + "failed\"}"), 0);
  EXPECT_EQ(samples.at(degraded + "other\"}"), 0);
}

TEST_F(MetricsTest, TheServingVersionAndItsDateAreShownByTenant) {
  EXPECT_THAT(Text(), Not(HasSubstr("evenlight_model_version{")));
  PublishModel();
  PublishModel();
  Restart();
  const std::string tenant = "{tenant=\"county\"}";
  EXPECT_EQ(Value("evenlight_model_version" + tenant), 2);
  EXPECT_GT(Value("evenlight_model_published_timestamp_seconds" + tenant), 1e9);
  v1::RollbackModelResponse response;
  ExpectOk(client_->Call(
      *client_->models, &v1::ModelService::Stub::RollbackModel, {}, &response));
  EXPECT_EQ(Value("evenlight_model_version" + tenant), 1);
  EXPECT_EQ(Value("evenlight_model_load_failures_total"), 0);
}

TEST_F(MetricsTest, ABrokenVersionIsCountedOnce) {
  PublishModel();
  const std::string directory =
      absl::StrCat(config_.model_dir, "/", kTenant, "/1");
  for (const auto& file : std::filesystem::directory_iterator(directory)) {
    if (file.is_regular_file()) std::filesystem::resize_file(file.path(), 1);
  }
  Restart();
  EXPECT_EQ(Value("evenlight_model_load_failures_total"), 1);
}

// HELP and TYPE before the samples of each family, and what names promise.
TEST_F(MetricsTest, TheExpositionFollowsTheConvention) {
  Recommend("learner: 'learners/l1'");
  std::map<std::string, std::string> types;
  std::set<std::string> helps;
  for (absl::string_view line :
       absl::StrSplit(Text(), '\n', absl::SkipEmpty())) {
    const std::vector<std::string> words =
        absl::StrSplit(line, absl::MaxSplits(' ', 3));
    if (words[1] == "HELP" && words[0] == "#") {
      EXPECT_TRUE(helps.insert(words[2]).second) << line;
      ASSERT_EQ(words.size(), 4) << line;
      EXPECT_THAT(words[3], Not(IsEmpty()));
    } else if (words[0] == "#") {
      types[words[2]] = words[3];
      EXPECT_THAT(helps, Contains(words[2]));
      EXPECT_EQ(absl::EndsWith(words[2], "_total"), words[3] == "counter")
          << line;
    } else {
      std::string family(line.substr(0, line.find_first_of(" {")));
      for (const char* part : {"_bucket", "_sum", "_count"}) {
        if (!types.contains(family) && absl::EndsWith(family, part)) {
          family.resize(family.size() - strlen(part));
        }
      }
      EXPECT_TRUE(types.contains(family)) << line;
    }
  }
  const std::map<std::string, std::string> known = {
      {"grpc_server_started_total", "counter"},
      {"grpc_server_handled_total", "counter"},
      {"grpc_server_handling_seconds", "histogram"},
      {"grpc_server_msg_received_total", "counter"},
      {"grpc_server_msg_sent_total", "counter"},
      {"process_resident_memory_bytes", "gauge"},
      {"process_open_fds", "gauge"},
      {"process_cpu_seconds_total", "counter"},
      {"process_start_time_seconds", "gauge"},
      {"rocksdb_block_cache_bytes", "gauge"},
      {"rocksdb_write_stall_seconds_total", "counter"},
      {"evenlight_stage_seconds", "histogram"},
      {"evenlight_commit_lag_seconds", "gauge"}};
  for (const auto& [name, type] : known) EXPECT_EQ(types[name], type) << name;
}

TEST_F(MetricsTest, NoIdOfAPersonOrAResourceIsShown) {
  Record({Answer("secret-event", "f1", "secret-learner")});
  Record({Answer("secret event", "secret", "secret learner")});
  Recommend("learner: 'learners/secret-learner' request_id: 'secret-request'");
  grpc::ClientContext context;
  context.AddMetadata("evenlight-tenant", "secret-tenant");
  GetState(*client_, &context, "learners/secret-nobody");
  grpc::ClientContext other;
  other.AddMetadata("evenlight-tenant", kTenant);
  GetResource(*client_, &other, "resources/secret");
  v1::RecommendForClassRequest for_class;
  for_class.set_class_name("classes/secret-class");
  v1::RecommendForClassResponse list;
  client_->Call(*client_->recommendations,
                &v1::RecommendationService::Stub::RecommendForClass, for_class,
                &list);
  const std::string text = Text();
  EXPECT_THAT(text, HasSubstr("grpc_code=\"NotFound\""));
  EXPECT_THAT(text, Not(HasSubstr("secret")));
}

TEST_F(MetricsTest, NothingElseIsServedOverHttp) {
  EXPECT_THAT(HttpGet(server_->metrics_address(), "/"),
              Not(HasSubstr("grpc_server")));
  EXPECT_THAT(HttpGet(server_->metrics_address(), "/../../etc/passwd"),
              Not(HasSubstr("root")));
}

TEST_F(MetricsTest, TheServerStopsWhileAClientHoldsTheMetricsPort) {
  const int idle = Connect(server_->metrics_address());
  ASSERT_GE(idle, 0);
  const std::string address = server_->metrics_address();
  server_->Shutdown(absl::Seconds(10));
  EXPECT_EQ(HttpGet(address, "/metrics"), "");
  close(idle);
}

TEST_F(MetricsTest, NoAddressShowsNothing) {
  config_.metrics_address.clear();
  Restart();
  EXPECT_THAT(server_->metrics_address(), IsEmpty());
  ExpectOk(Record({Answer("e1", "f1")}));
}

TEST_F(MetricsTest, ATakenAddressIsNamedAtTheStart) {
  ServerOptions options;
  options.config = config_;
  options.config.data_dir = directory_.path() + "/other";
  options.config.metrics_address = server_->metrics_address();
  const absl::Status status = Server::Start(options).status();
  EXPECT_THAT(status, HasCode(absl::StatusCode::kUnavailable));
  EXPECT_THAT(std::string(status.message()),
              AllOf(StartsWith("cannot show metrics on 127.0.0.1:"),
                    HasSubstr("is it taken")));
}

TEST_F(MetricsTest, AnAddressThatIsNotLoopbackIsRefused) {
  ServerOptions options;
  options.config = config_;
  options.config.data_dir = directory_.path() + "/other";
  options.config.metrics_address = "0.0.0.0:0";
  EXPECT_THAT(Server::Start(options).status(),
              HasCode(absl::StatusCode::kFailedPrecondition));
}

TEST(DegradedMeterTest, NamesTheCauseOfEverySentence) {
  const std::map<std::string, DegradedCause> causes = {
      {"no model is serving", DegradedCause::kNoModel},
      {"stage interest is switched off", DegradedCause::kSwitchedOff},
      {"source:popular is switched off", DegradedCause::kSwitchedOff},
      {"no time was left for stage interest", DegradedCause::kNoTime},
      {"no time was left for source:zone", DegradedCause::kNoTime},
      {"stage score failed: a matrix is empty", DegradedCause::kFailed},
      {"source:zone failed: x is switched off?", DegradedCause::kFailed},
      {kNotRecordedReason, DegradedCause::kNotRecorded},
      {"something new", DegradedCause::kOther}};
  for (const auto& [reason, cause] : causes) {
    EXPECT_EQ(CauseOf(reason), cause) << reason;
  }
}

TEST(DegradedMeterTest, CountsAnAnswerOncePerCause) {
  DegradedMeter meter;
  meter.Count({});
  meter.Count(std::vector<std::string>{"source:popular is switched off",
                                       "source:zone is switched off",
                                       "no model is serving"});
  EXPECT_THAT(meter.Read(), testing::ElementsAre(1, 1, 0, 0, 0, 0));
}

}  // namespace
}  // namespace evenlight
