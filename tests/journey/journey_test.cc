// The whole way of real data through the real processes: two tenants whose ids
// collide on purpose, imported, trained, served, killed and started again.
//
// The tests of this file share one server and run in their order: each goes on
// where the one before it stopped.

#include <signal.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <filesystem>
#include <map>
#include <regex>
#include <set>
#include <thread>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/client.h"
#include "tests/support/process.h"
#include "tests/support/test_data.h"

namespace evenlight {
namespace {

using v1::Recommendation;

constexpr int kNumLearners = 200;
constexpr int kNumClasses = 5;
constexpr char kFixedTime[] = "--fixed_time_for_tests=2026-02-01T08:00:00Z";

// What one tenant's file says, read independently of the importer.
struct TenantData {
  std::string file;
  std::map<std::string, std::set<std::string>> answered;  // By learner.
  // The kcs of each question. Ids of the tenants collide, their kcs do not.
  std::map<std::string, std::set<std::string>> questions;
  std::vector<std::string> learners;  // Every nth, kNumLearners of them.
  int num_answers = 0;
};

std::vector<std::string> Cells(const std::string& line) {
  std::vector<std::string> cells(1);
  for (const char c : line) {
    if (c == ',') {
      cells.emplace_back();
    } else if (c != '\r' && c != '\n') {
      cells.back() += c;
    }
  }
  return cells;
}

TenantData ReadTenant(const std::string& file, int user_cell, int question_cell,
                      int kc_cell) {
  TenantData data;
  data.file = file;
  std::FILE* in = std::fopen(file.c_str(), "r");
  char line[512];
  bool is_header = true;
  while (std::fgets(line, sizeof(line), in) != nullptr) {
    const std::vector<std::string> cells = Cells(line);
    if (!is_header) {
      data.answered[cells[user_cell]].insert(cells[question_cell]);
      data.questions[cells[question_cell]].insert(cells[kc_cell]);
      ++data.num_answers;
    }
    is_header = false;
  }
  std::fclose(in);
  const size_t step = data.answered.size() / kNumLearners;
  size_t index = 0;
  for (const auto& [learner, questions] : data.answered) {
    if (index++ % step == 0 && data.learners.size() < kNumLearners) {
      data.learners.push_back(learner);
    }
  }
  return data;
}

// Everything that outlives a single test.
struct World {
  std::string directory;
  std::unique_ptr<ServerProcess> server;
  std::map<std::string, TenantData> tenants;
  std::string first_import_output;
  std::atomic<int> num_asked_while_training{0};
  std::atomic<int> num_failed_while_training{0};
};

World* world = nullptr;

Finished Evenlight(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), BinaryPath("evenlight"));
  return RunProgram(arguments);
}

Finished ForTenant(const std::string& tenant,
                   std::vector<std::string> arguments) {
  arguments.push_back("--server=" + world->server->address());
  arguments.push_back("--tenant=" + tenant);
  return Evenlight(std::move(arguments));
}

std::string ModelDir() { return world->directory + "/models"; }

// Recall and freshness depend on the time: with the clock held still, what is
// asked before and after a restart can be compared byte for byte.
void StartServer() {
  world->server =
      std::make_unique<ServerProcess>(world->directory + "/db", ModelDir(),
                                      std::vector<std::string>{kFixedTime});
  ASSERT_FALSE(world->server->address().empty()) << world->server->Log();
}

TestClient ClientFor(const std::string& tenant) {
  return TestClient(world->server->address(), tenant);
}

v1::RecommendResourcesResponse Recommend(const TestClient& client,
                                         const std::string& learner,
                                         const std::string& request_id = "") {
  v1::RecommendResourcesRequest request;
  request.set_learner("learners/" + learner);
  request.set_request_id(request_id);
  request.set_preview(request_id.empty());
  v1::RecommendResourcesResponse response;
  const grpc::Status status = client.Call(
      *client.recommendations,
      &v1::RecommendationService::Stub::RecommendResources, request, &response);
  EXPECT_TRUE(status.ok()) << status.error_message();
  return response;
}

std::string StateBytes(const TestClient& client, const std::string& learner) {
  v1::GetLearnerStateRequest request;
  request.set_learner("learners/" + learner);
  v1::LearnerState state;
  const grpc::Status status =
      client.Call(*client.learners, &v1::LearnerService::Stub::GetLearnerState,
                  request, &state);
  EXPECT_TRUE(status.ok()) << status.error_message();
  return state.SerializeAsString();
}

std::string TrackBytes(const TestClient& client, const std::string& learner) {
  v1::ListEventsRequest request;
  request.set_actor("learners/" + learner);
  request.set_page_size(1000);
  std::string bytes;
  do {
    v1::ListEventsResponse response;
    const grpc::Status status = client.Call(
        *client.track, &v1::TrackService::Stub::ListEvents, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    for (const v1::Event& event : response.events()) {
      bytes += event.SerializeAsString();
    }
    request.set_page_token(response.next_page_token());
  } while (!request.page_token().empty());
  return bytes;
}

// The value of `name=` in what a command printed.
double Figure(const std::string& output, const std::string& name) {
  const std::regex figure("(^|[ \\n])" + name + "=([-0-9.eE+]+)");
  std::smatch match;
  return std::regex_search(output, match, figure) ? std::stod(match[2].str())
                                                  : -1;
}

std::string IdOf(const std::string& name) {
  return name.substr(name.find('/') + 1);
}

// True if the item is a question of this tenant's file with its kcs.
template <typename Item>
bool IsOfTenant(const TenantData& data, const Item& item) {
  const auto question = data.questions.find(IdOf(item.resource()));
  if (question == data.questions.end()) return false;
  std::set<std::string> kcs;
  for (const std::string& kc : item.knowledge_components()) {
    kcs.insert(IdOf(kc));
  }
  return !kcs.empty() &&
         std::includes(question->second.begin(), question->second.end(),
                       kcs.begin(), kcs.end());
}

std::string ClassId(int index) { return "c" + std::to_string(index); }

void PutClasses(const TestClient& client, const TenantData& data) {
  v1::UpsertClassesRequest classes;
  v1::UpsertPeopleRequest people;
  for (int c = 0; c < kNumClasses; ++c) {
    classes.add_classes()->set_name("classes/" + ClassId(c));
  }
  for (int l = 0; l < kNumLearners; ++l) {
    v1::Person* person = people.add_people();
    person->set_name("learners/" + data.learners[l]);
    person->add_classes("classes/" + ClassId(l % kNumClasses));
  }
  v1::UpsertClassesResponse classes_response;
  v1::UpsertPeopleResponse people_response;
  ASSERT_TRUE(client
                  .Call(*client.roster, &v1::RosterService::Stub::UpsertClasses,
                        classes, &classes_response)
                  .ok());
  ASSERT_TRUE(client
                  .Call(*client.roster, &v1::RosterService::Stub::UpsertPeople,
                        people, &people_response)
                  .ok());
}

v1::RecommendForClassResponse RecommendForClass(const TestClient& client,
                                                int index) {
  v1::RecommendForClassRequest request;
  request.set_class_name("classes/" + ClassId(index));
  v1::RecommendForClassResponse response;
  const grpc::Status status = client.Call(
      *client.recommendations,
      &v1::RecommendationService::Stub::RecommendForClass, request, &response);
  EXPECT_TRUE(status.ok()) << status.error_message();
  return response;
}

// The bytes of every list that is asked for without being recorded, by the name
// of the learner or class.
std::map<std::string, std::string> PreviewBytes(const TestClient& client,
                                                const TenantData& data) {
  std::map<std::string, std::string> bytes;
  for (const std::string& learner : data.learners) {
    bytes["learners/" + learner] =
        Recommend(client, learner).SerializeAsString();
  }
  for (int c = 0; c < kNumClasses; ++c) {
    bytes["classes/" + ClassId(c)] =
        RecommendForClass(client, c).SerializeAsString();
  }
  return bytes;
}

void SetHidden(const TestClient& client, const std::string& resource,
               bool is_hidden) {
  v1::HideResourceRequest request;
  request.set_name(resource);
  request.set_show(!is_hidden);
  v1::Resource response;
  const grpc::Status status =
      client.Call(*client.catalog, &v1::CatalogService::Stub::HideResource,
                  request, &response);
  ASSERT_TRUE(status.ok()) << status.error_message();
}

class JourneyTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    world = new World;
    const std::string assist = TestDataPath("tracing/assist2009/answers.csv");
    const std::string junyi = TestDataPath("tracing/junyi/answers.csv");
    if (assist.empty() || junyi.empty()) return;
    world->tenants["assist2009"] = ReadTenant(assist, 0, 2, 3);
    world->tenants["junyi"] = ReadTenant(junyi, 0, 1, 1);
    char directory[] = "/tmp/evenlight_journey_XXXXXX";
    world->directory = mkdtemp(directory);
    StartServer();
  }

  static void TearDownTestSuite() {
    world->server.reset();
    if (!world->directory.empty()) {
      std::filesystem::remove_all(world->directory);
    }
    delete world;
  }

  void SetUp() override { EVENLIGHT_NEEDS_DATA(world->directory); }
};

TEST_F(JourneyTest, ImportsEveryAnswerOfBothTenants) {
  const Finished edges = ForTenant(
      "junyi", {"import", "kcs",
                TestDataPath("tracing/junyi/prerequisite_edges_ids.csv")});
  EXPECT_EQ(edges.exit_code, 0) << edges.errors;
  // Exercises 496 and 562 before themselves, and 582, 13 and 688 in a ring.
  EXPECT_EQ(Figure(edges.output, "cycles"), 3);
  for (const auto& [tenant, data] : world->tenants) {
    const Finished done = ForTenant(tenant, {"import", "answers", data.file});
    EXPECT_EQ(done.exit_code, 0) << done.errors;
    EXPECT_EQ(Figure(done.output, "accepted"), data.num_answers);
    EXPECT_EQ(Figure(done.output, "refused"), 0);
  }
}

TEST_F(JourneyTest, ASecondImportChangesNothing) {
  const TestClient client = ClientFor("assist2009");
  const TenantData& data = world->tenants["assist2009"];
  const std::string before = TrackBytes(client, data.learners[0]);
  const Finished again =
      ForTenant("assist2009", {"import", "answers", data.file});
  EXPECT_EQ(again.exit_code, 0) << again.errors;
  EXPECT_EQ(Figure(again.output, "accepted"), 0);
  EXPECT_EQ(Figure(again.output, "duplicate"), data.num_answers);
  EXPECT_EQ(TrackBytes(client, data.learners[0]), before);
}

TEST_F(JourneyTest, TrainsAndSwapsWithoutAFailedRequest) {
  std::atomic<bool> is_training{true};
  std::thread asker([&] {
    std::map<std::string, TestClient> clients;
    for (const auto& [tenant, data] : world->tenants) {
      clients.try_emplace(tenant, world->server->address(), tenant);
    }
    for (size_t n = 0; is_training; ++n) {
      for (const auto& [tenant, data] : world->tenants) {
        const auto list =
            Recommend(clients.at(tenant), data.learners[n % kNumLearners]);
        ++world->num_asked_while_training;
        if (list.recommendations().empty()) ++world->num_failed_while_training;
      }
    }
  });
  for (const auto& [tenant, data] : world->tenants) {
    const Finished done =
        ForTenant(tenant, {"train", "--model_dir=" + ModelDir()});
    EXPECT_EQ(done.exit_code, 0) << done.output << done.errors;
    std::printf("%s: %s\n", tenant.c_str(), done.output.c_str());
  }
  // Nothing new since: the next run of cron publishes nothing.
  const Finished again =
      ForTenant("junyi", {"train", "--model_dir=" + ModelDir()});
  EXPECT_EQ(again.exit_code, 4) << again.output << again.errors;
  for (const auto& [tenant, data] : world->tenants) {
    EXPECT_EQ(Recommend(ClientFor(tenant), data.learners[0]).model_version(),
              1);
  }
  is_training = false;
  asker.join();
  EXPECT_GT(world->num_asked_while_training, 0);
  EXPECT_EQ(world->num_failed_while_training, 0);
}

TEST_F(JourneyTest, ListsAreFullEligibleAndOfTheirTenantOnly) {
  for (const auto& [tenant, data] : world->tenants) {
    const TestClient client = ClientFor(tenant);
    for (const std::string& learner : data.learners) {
      const auto list = Recommend(client, learner);
      EXPECT_FALSE(list.recommendations().empty()) << tenant << " " << learner;
      std::set<std::string> seen;
      for (const Recommendation& item : list.recommendations()) {
        const std::string id = IdOf(item.resource());
        EXPECT_TRUE(seen.insert(id).second) << id << " twice";
        EXPECT_TRUE(IsOfTenant(data, item)) << id << " of another tenant";
        EXPECT_FALSE(item.reason_text().empty());
        EXPECT_TRUE(item.reason() == Recommendation::REASON_REVIEW ||
                    !data.answered.at(learner).count(id))
            << tenant << " " << learner << " answered " << id;
      }
    }
  }
}

TEST_F(JourneyTest, TakesTheClassesOfItsLearners) {
  for (const auto& [tenant, data] : world->tenants) {
    PutClasses(ClientFor(tenant), data);
  }
}

TEST_F(JourneyTest, AHiddenResourceIsGoneFromEveryList) {
  const TestClient client = ClientFor("junyi");
  const TenantData& data = world->tenants["junyi"];
  const std::set<std::string> hidden = {
      Recommend(client, data.learners[1]).recommendations(0).resource(),
      RecommendForClass(client, 0).recommendations(0).resource()};
  for (const std::string& resource : hidden) SetHidden(client, resource, true);
  for (const std::string& learner : data.learners) {
    const auto list = Recommend(client, learner);
    for (const Recommendation& item : list.recommendations()) {
      EXPECT_EQ(hidden.count(item.resource()), 0u) << item.resource();
    }
  }
  for (int c = 0; c < kNumClasses; ++c) {
    const auto list = RecommendForClass(client, c);
    EXPECT_FALSE(list.recommendations().empty());
    for (const auto& item : list.recommendations()) {
      EXPECT_EQ(hidden.count(item.resource()), 0u) << item.resource();
    }
  }
  for (const std::string& resource : hidden) SetHidden(client, resource, false);
}

TEST_F(JourneyTest, ClassListsPlaceEveryLearnerOnce) {
  for (const auto& [tenant, data] : world->tenants) {
    const TestClient client = ClientFor(tenant);
    for (int c = 0; c < kNumClasses; ++c) {
      const auto response = RecommendForClass(client, c);
      EXPECT_FALSE(response.recommendations().empty());
      std::set<std::string> listed;
      for (const auto& item : response.recommendations()) {
        EXPECT_TRUE(listed.insert(item.resource()).second);
        EXPECT_TRUE(IsOfTenant(data, item)) << item.resource();
        EXPECT_FALSE(item.reason_text().empty());
      }
      std::multiset<std::string> placed;
      for (const auto& group : response.groups()) {
        EXPECT_TRUE(listed.count(group.resource()));
        placed.insert(group.learners().begin(), group.learners().end());
      }
      for (const auto& unserved : response.unserved_learners()) {
        placed.insert(unserved.learner());
      }
      EXPECT_EQ(placed.size(), size_t{kNumLearners / kNumClasses});
      for (const std::string& learner : placed) {
        EXPECT_EQ(placed.count(learner), 1u) << learner;
      }
    }
  }
}

TEST_F(JourneyTest, TheNextListReactsToAnAnswer) {
  const TestClient client = ClientFor("assist2009");
  const std::string learner = world->tenants["assist2009"].learners[2];
  const auto before = Recommend(client, learner);
  const std::string state = StateBytes(client, learner);
  const std::string answered = before.recommendations(0).resource();
  v1::RecordEventsRequest request;
  v1::Event* event = request.add_events();
  event->set_event_id("journey-1");
  event->set_actor("learners/" + learner);
  event->set_resource(answered);
  event->mutable_event_time()->set_seconds(1769900000);  // January 2026.
  event->mutable_answered()->set_correct(true);
  v1::RecordEventsResponse response;
  const grpc::Status status = client.Call(
      *client.track, &v1::TrackService::Stub::RecordEvents, request, &response);
  ASSERT_TRUE(status.ok()) << status.error_message();
  const auto after = Recommend(client, learner);
  for (const Recommendation& item : after.recommendations()) {
    EXPECT_TRUE(item.resource() != answered ||
                item.reason() == Recommendation::REASON_REVIEW);
  }
  EXPECT_NE(StateBytes(client, learner), state);
}

TEST_F(JourneyTest, NothingIsLostByKillMinusNine) {
  std::map<std::string, std::map<std::string, std::string>> before;
  std::map<std::string, std::string> stored_lists;
  std::map<std::string, std::map<std::string, std::string>> previews;
  for (const auto& [tenant, data] : world->tenants) {
    const TestClient client = ClientFor(tenant);
    stored_lists[tenant] =
        Recommend(client, data.learners[0], "journey-list").SerializeAsString();
    // The list goes to disk with the commit of a later event at the latest.
    v1::RecordEventsRequest request;
    v1::Event* event = request.add_events();
    event->set_event_id("journey-kill");
    event->set_actor("learners/" + data.learners[3]);
    event->set_resource("resources/" + data.questions.begin()->first);
    event->mutable_event_time()->set_seconds(1769900001);
    event->mutable_answered()->set_correct(false);
    v1::RecordEventsResponse response;
    ASSERT_TRUE(client
                    .Call(*client.track, &v1::TrackService::Stub::RecordEvents,
                          request, &response)
                    .ok());
    for (const std::string& learner : data.learners) {
      before[tenant][learner] =
          TrackBytes(client, learner) + "|" + StateBytes(client, learner);
    }
    previews[tenant] = PreviewBytes(client, data);
  }

  EXPECT_EQ(world->server->Stop(SIGKILL), 128 + SIGKILL);
  StartServer();

  for (const auto& [tenant, data] : world->tenants) {
    const TestClient client = ClientFor(tenant);
    for (const std::string& learner : data.learners) {
      EXPECT_EQ(TrackBytes(client, learner) + "|" + StateBytes(client, learner),
                before[tenant][learner])
          << tenant << " " << learner;
    }
    for (const auto& [name, bytes] : PreviewBytes(client, data)) {
      EXPECT_EQ(bytes, previews[tenant][name]) << tenant << " " << name;
    }
    EXPECT_EQ(
        Recommend(client, data.learners[0], "journey-list").SerializeAsString(),
        stored_lists[tenant]);
  }

  EXPECT_EQ(world->server->Stop(SIGTERM), 0);
  StartServer();
  for (const auto& [tenant, data] : world->tenants) {
    for (const auto& [name, bytes] : PreviewBytes(ClientFor(tenant), data)) {
      EXPECT_EQ(bytes, previews[tenant][name]) << tenant << " " << name;
    }
  }
}

TEST_F(JourneyTest, TheTracingModelBeatsItsBaselinesOnHeldOutLearners) {
  const Finished done = Evenlight(
      {"evaluate", "tracing", "--answers", world->tenants["assist2009"].file,
       "--models=mean,bkt,bestlr,lrh", "--setting=chunk200"});
  ASSERT_EQ(done.exit_code, 0) << done.errors;
  std::printf("%s\n", done.output.c_str());
  std::map<std::string, double> auc;
  std::istringstream lines(done.output);
  for (std::string line; std::getline(lines, line);) {
    if (line.find("fold=mean") == std::string::npos) continue;
    auc[line.substr(6, line.find(' ') - 6)] = Figure(line, "auc");
  }
  EXPECT_GE(auc["lrh"], 0.77);
  EXPECT_GT(auc["lrh"], auc["bestlr"]);
  EXPECT_GT(auc["bestlr"], auc["bkt"]);
  EXPECT_GT(auc["bkt"], auc["mean"]);
}

}  // namespace
}  // namespace evenlight
