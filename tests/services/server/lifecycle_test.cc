// The process: health, drain, models, checkpoints, pages of the catalog and the
// roster, what is refused at start.

#include <grpcpp/impl/client_unary_call.h>

#include <filesystem>
#include <fstream>

#include "gmock/gmock.h"
#include "recommender/models/model_set_io.h"
#include "storage/model_directory.h"
#include "storage/rocks_database.h"
#include "storage/track_store.h"
#include "tests/services/server/server_world.h"

namespace evenlight {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

class LifecycleTest : public ServerWorld {
 protected:
  // What grpc.health.v1.Health/Check answers, by the bytes of its messages:
  // Debian packages no generated code for it.
  std::string CheckHealth() {
    const auto channel = grpc::CreateChannel(
        server_->address(), grpc::InsecureChannelCredentials());
    grpc::ClientContext context;
    grpc::ByteBuffer request;
    grpc::ByteBuffer response;
    const grpc::internal::RpcMethod method(
        "/grpc.health.v1.Health/Check", grpc::internal::RpcMethod::NORMAL_RPC);
    const grpc::Slice nothing("");
    request = grpc::ByteBuffer(&nothing, 1);
    const grpc::Status status =
        grpc::internal::BlockingUnaryCall<grpc::ByteBuffer, grpc::ByteBuffer>(
            channel.get(), method, &context, request, &response);
    if (!status.ok()) return status.error_message();
    grpc::Slice slice;
    EXPECT_TRUE(response.DumpToSingleSlice(&slice).ok());
    return std::string(reinterpret_cast<const char*>(slice.begin()),
                       slice.size());
  }

  int64_t Publish() {
    ModelVersionSummary summary;
    summary.num_events = 5;
    const auto version = ModelDirectory(config_.model_dir, kTenant)
                             .Publish(EncodeModelSet(ModelSet()), {}, summary);
    EXPECT_THAT(version, IsOk());
    return version.value_or(0);
  }

  v1::ListModelsResponse ListModels() {
    v1::ListModelsResponse response;
    ExpectOk(client_->Call(*client_->models,
                           &v1::ModelService::Stub::ListModels, {}, &response));
    return response;
  }
};

TEST_F(LifecycleTest, HealthSaysNotServingFromTheDrainOn) {
  EXPECT_EQ(CheckHealth(), "\x08\x01");  // status: SERVING
  server_->Drain();
  EXPECT_EQ(CheckHealth(), "\x08\x02");  // status: NOT_SERVING
  AddCatalog();                          // Calls are still answered.
}

TEST_F(LifecycleTest, ShutdownTwiceIsOnce) {
  server_->Shutdown(absl::Seconds(1));
  server_->Shutdown(absl::Seconds(1));
}

TEST_F(LifecycleTest, ServesListsActivatesAndRollsBackModels) {
  AddCatalog();
  EXPECT_THAT(ListModels().models(), SizeIs(0));
  ASSERT_EQ(Publish(), 1);
  ASSERT_EQ(Publish(), 2);
  Restart();  // It looks before it serves.
  EXPECT_EQ(Recommend("learner: 'learners/l1' preview: true").model_version(),
            2);
  v1::RollbackModelResponse rolled_back;
  ExpectOk(client_->Call(*client_->models,
                         &v1::ModelService::Stub::RollbackModel, {},
                         &rolled_back));
  EXPECT_EQ(rolled_back.version(), 1);
  EXPECT_EQ(Recommend("learner: 'learners/l1' preview: true").model_version(),
            1);
  const v1::ListModelsResponse models = ListModels();
  ASSERT_THAT(models.models(), SizeIs(2));
  EXPECT_EQ(models.models(0).version(), 2);
  EXPECT_EQ(models.models(0).state(), v1::Model::STATE_AVAILABLE);
  EXPECT_EQ(models.models(1).state(), v1::Model::STATE_SERVING);
  EXPECT_TRUE(models.models(1).pinned());
  EXPECT_EQ(models.models(1).num_events(), 5);
  EXPECT_EQ(client_
                ->Call(*client_->models, &v1::ModelService::Stub::RollbackModel,
                       {}, &rolled_back)
                .error_code(),
            grpc::StatusCode::FAILED_PRECONDITION);
  v1::ActivateModelResponse activated;
  ExpectOk(client_->Call(*client_->models,
                         &v1::ModelService::Stub::ActivateModel, {},
                         &activated));
  EXPECT_EQ(activated.version(), 2);
  const auto activate = [&](int64_t version) {
    v1::ActivateModelRequest request;
    request.set_version(version);
    return client_
        ->Call(*client_->models, &v1::ModelService::Stub::ActivateModel,
               request, &activated)
        .error_code();
  };
  EXPECT_EQ(activate(9), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(activate(-1), grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(LifecycleTest, FlippedByteOfAModelIsReportedAndTheOldOneServesOn) {
  AddCatalog();
  ASSERT_EQ(Publish(), 1);
  ASSERT_EQ(Publish(), 2);
  {
    std::fstream file(config_.model_dir + "/" + kTenant + "/2/factors.pb",
                      std::ios::in | std::ios::out | std::ios::binary);
    ASSERT_TRUE(file);
    file.put('\x7f');
  }
  Restart();
  EXPECT_EQ(Recommend("learner: 'learners/l1' preview: true").model_version(),
            1);
  const v1::ListModelsResponse models = ListModels();
  EXPECT_EQ(models.models(0).state(), v1::Model::STATE_BROKEN);
  EXPECT_THAT(models.models(0).problem(), HasSubstr("factors.pb"));
}

TEST_F(LifecycleTest, CheckpointHoldsTheTrackAndGoesAfterADay) {
  AddCatalog();
  ExpectOk(Record({Answer("e1", "f1")}));
  v1::CreateCheckpointResponse first;
  ExpectOk(client_->Call(
      *client_->models, &v1::ModelService::Stub::CreateCheckpoint, {}, &first));
  EXPECT_THAT(first.directory(),
              testing::StartsWith(config_.data_dir + "_checkpoints/"));
  EXPECT_EQ(first.expire_time().seconds(), kStartSeconds + 86'400);
  EXPECT_EQ(first.model_directory(), config_.model_dir);
  {
    const auto copy = RocksDatabase::Open(
        {.directory = first.directory(), .read_only = true});
    ASSERT_THAT(copy, IsOk());
    EXPECT_EQ(*TrackStore(copy->get()).LastSequence(kTenant), 1);
  }
  clock_.Advance(absl::Hours(23));
  Restart();
  EXPECT_TRUE(std::filesystem::exists(first.directory()));
  clock_.Advance(absl::Hours(1));
  v1::CreateCheckpointResponse second;
  ExpectOk(client_->Call(*client_->models,
                         &v1::ModelService::Stub::CreateCheckpoint, {},
                         &second));
  EXPECT_FALSE(std::filesystem::exists(first.directory()));
  EXPECT_TRUE(std::filesystem::exists(second.directory()));
}

TEST_F(LifecycleTest, ListsTheCatalogInPagesAndCountsWrites) {
  AddCatalog();
  v1::UpsertResourcesRequest again = Resources();
  again.mutable_resources(0)->set_title("Another");
  *again.add_resources() = again.resources(0);
  again.mutable_resources(6)->set_name("resources/z");
  v1::UpsertResourcesResponse counts;
  ExpectOk(client_->Call(*client_->catalog,
                         &v1::CatalogService::Stub::UpsertResources, again,
                         &counts));
  EXPECT_EQ(counts.num_created(), 1);
  EXPECT_EQ(counts.num_updated(), 1);
  EXPECT_EQ(counts.num_unchanged(), 5);
  v1::ListResourcesRequest request;
  request.set_page_size(3);
  std::vector<std::string> names;
  do {
    v1::ListResourcesResponse page;
    ExpectOk(client_->Call(*client_->catalog,
                           &v1::CatalogService::Stub::ListResources, request,
                           &page));
    EXPECT_EQ(page.total_size(), 7);
    for (const v1::Resource& one : page.resources()) {
      names.push_back(one.name());
    }
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  EXPECT_THAT(names, ElementsAre("resources/d1", "resources/d2", "resources/f1",
                                 "resources/f2", "resources/film",
                                 "resources/plain", "resources/z"));
}

TEST_F(LifecycleTest, ReportsCyclesOfPrerequisites) {
  v1::UpsertKnowledgeComponentsResponse response;
  ExpectOk(client_->Call(
      *client_->catalog, &v1::CatalogService::Stub::UpsertKnowledgeComponents,
      Parse<v1::UpsertKnowledgeComponentsRequest>(R"pb(
        knowledge_components {
          name: "knowledgeComponents/a"
          title: "A"
          prerequisites: "knowledgeComponents/b"
        }
        knowledge_components {
          name: "knowledgeComponents/b"
          title: "B"
          prerequisites: "knowledgeComponents/a"
        }
        knowledge_components {
          name: "knowledgeComponents/self"
          title: "Self"
          prerequisites: "knowledgeComponents/self"
        }
        knowledge_components { name: "knowledgeComponents/z" title: "Z" })pb"),
      &response));
  EXPECT_EQ(response.num_created(), 4);
  ASSERT_THAT(response.cycles(), SizeIs(2));
  std::vector<std::string> members;
  for (const auto& cycle : response.cycles()) {
    for (const auto& name : cycle.knowledge_components()) {
      members.push_back(name);
    }
  }
  EXPECT_THAT(members, testing::UnorderedElementsAre(
                           "knowledgeComponents/a", "knowledgeComponents/b",
                           "knowledgeComponents/self"));
}

TEST_F(LifecycleTest, KeepsClassesAndTheirMembers) {
  v1::UpsertSchoolsResponse schools;
  ExpectOk(client_->Call(
      *client_->roster, &v1::RosterService::Stub::UpsertSchools,
      Parse<v1::UpsertSchoolsRequest>(
          "schools { name: 'schools/s1' title: 'S' tier: TIER_VILLAGE }"),
      &schools));
  v1::UpsertClassesResponse classes;
  ExpectOk(client_->Call(
      *client_->roster, &v1::RosterService::Stub::UpsertClasses,
      Parse<v1::UpsertClassesRequest>(R"pb(
        classes { name: "classes/c1" school: "schools/s1" grade: 5 }
        classes { name: "classes/c2" })pb"),
      &classes));
  const auto upsert = [&](const std::string& text) {
    v1::UpsertPeopleResponse people;
    ExpectOk(client_->Call(*client_->roster,
                           &v1::RosterService::Stub::UpsertPeople,
                           Parse<v1::UpsertPeopleRequest>(text), &people));
  };
  upsert(
      "people { name: 'learners/b' classes: 'classes/c1' }"
      "people { name: 'learners/a' classes: 'classes/c1' }"
      "people { name: 'teachers/t' classes: 'classes/c1' }");
  upsert("people { name: 'learners/b' classes: 'classes/c2' }");
  Restart();
  v1::GetClassResponse one;
  ExpectOk(client_->Call(*client_->roster, &v1::RosterService::Stub::GetClass,
                         Parse<v1::GetClassRequest>("name: 'classes/c1'"),
                         &one));
  EXPECT_EQ(one.school_class().school(), "schools/s1");
  EXPECT_THAT(one.learners(), ElementsAre("learners/a"));
  EXPECT_THAT(one.teachers(), ElementsAre("teachers/t"));
  v1::ListClassesRequest request;
  request.set_page_size(1);
  v1::ListClassesResponse page;
  ExpectOk(client_->Call(
      *client_->roster, &v1::RosterService::Stub::ListClasses, request, &page));
  EXPECT_EQ(page.classes(0).name(), "classes/c1");
  request.set_page_token(page.next_page_token());
  ExpectOk(client_->Call(
      *client_->roster, &v1::RosterService::Stub::ListClasses, request, &page));
  EXPECT_EQ(page.classes(0).name(), "classes/c2");
  EXPECT_EQ(page.next_page_token(), "");
}

TEST_F(LifecycleTest, StateOfAnUntouchedRosterLearnerIsItsPrior) {
  AddCatalog();
  v1::UpsertPeopleResponse people;
  ExpectOk(client_->Call(
      *client_->roster, &v1::RosterService::Stub::UpsertPeople,
      Parse<v1::UpsertPeopleRequest>("people { name: 'learners/l1' }"),
      &people));
  const auto get = [&](const std::string& text) {
    v1::LearnerState state;
    ExpectOk(client_->Call(*client_->learners,
                           &v1::LearnerService::Stub::GetLearnerState,
                           Parse<v1::GetLearnerStateRequest>(text), &state));
    return state;
  };
  EXPECT_THAT(get("learner: 'learners/l1'").mastery(), SizeIs(0));
  const v1::LearnerState state =
      get("learner: 'learners/l1' "
          "knowledge_components: 'knowledgeComponents/fractions' "
          "knowledge_components: 'knowledgeComponents/decimals'");
  ASSERT_THAT(state.mastery(), SizeIs(2));
  EXPECT_EQ(state.mastery(0).knowledge_component(),
            "knowledgeComponents/decimals");
  EXPECT_GT(state.mastery(0).p_known(), 0);
  EXPECT_GT(state.mastery(0).uncertainty(), 0);
  EXPECT_LE(state.mastery(0).uncertainty(), 0.5f);
  EXPECT_FALSE(state.has_last_event_time());
  // Byte for byte the same after a restart.
  ExpectOk(Record({Answer("e1", "f1"), Answer("e2", "d1")}));
  const std::string bytes = get("learner: 'learners/l1'").SerializeAsString();
  Restart();
  EXPECT_EQ(get("learner: 'learners/l1'").SerializeAsString(), bytes);
}

TEST_F(LifecycleTest, RefusesToStartWithTheCauseInWords) {
  ServerOptions options;
  options.config = config_;
  options.config.listen_address = "0.0.0.0:0";
  EXPECT_THAT(Server::Start(options).status().message(),
              HasSubstr("--insecure_plaintext_on_all_networks"));
  // The directory is held by the server that runs.
  options.config.listen_address = "127.0.0.1:0";
  EXPECT_THAT(Server::Start(options).status(),
              HasCode(absl::StatusCode::kFailedPrecondition));
  // The port is taken.
  options.config.data_dir = directory_.path() + "/other";
  options.config.listen_address = server_->address();
  const absl::Status taken = Server::Start(options).status();
  EXPECT_THAT(taken, HasCode(absl::StatusCode::kUnavailable));
  EXPECT_THAT(taken.message(), HasSubstr(server_->address()));
}

}  // namespace
}  // namespace evenlight
