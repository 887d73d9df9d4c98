// A new model version comes while the server runs.

#include "gmock/gmock.h"
#include "recommender/models/model_set_io.h"
#include "storage/learner_state_store.h"
#include "storage/model_directory.h"
#include "storage/rocks_database.h"
#include "tests/services/server/server_world.h"

namespace evenlight {
namespace {

class ModelSwapTest : public ServerWorld {
 protected:
  // Publishes a version and has it served.
  void Swap() {
    const auto version = ModelDirectory(config_.model_dir, kTenant)
                             .Publish(EncodeModelSet(ModelSet()), {}, {});
    ASSERT_THAT(version, IsOk());
    v1::ActivateModelResponse activated;
    ExpectOk(client_->Call(*client_->models,
                           &v1::ModelService::Stub::ActivateModel, {},
                           &activated));
    EXPECT_EQ(activated.version(), *version);
  }

  // The model version of each learner's stored state, once the server stopped.
  std::vector<int64_t> StoredVersions() {
    server_.reset();
    const auto database =
        RocksDatabase::Open({.directory = config_.data_dir, .read_only = true});
    EXPECT_THAT(database, IsOk());
    std::vector<int64_t> versions;
    EXPECT_THAT(
        LearnerStateStore(database->get())
            .List(kTenant, "",
                  [&](const LearnerId&, const StoredLearnerState& state) {
                    EXPECT_FALSE(state.is_stale);
                    versions.push_back(state.model_version);
                    return true;
                  }),
        IsOk());
    return versions;
  }
};

TEST_F(ModelSwapTest, StatesReachTheNewVersionWithoutARead) {
  AddCatalog();
  ExpectOk(Record({Answer("e1", "f1", "l1"), Answer("e2", "f1", "l2")}));
  Swap();
  server_->WaitForStates();
  EXPECT_THAT(StoredVersions(), testing::ElementsAre(1, 1));
}

TEST_F(ModelSwapTest, StatesReachAVersionThatCameWhileTheServerWasDown) {
  AddCatalog();
  ExpectOk(Record({Answer("e1", "f1", "l1")}));
  ASSERT_THAT(ModelDirectory(config_.model_dir, kTenant)
                  .Publish(EncodeModelSet(ModelSet()), {}, {}),
              IsOk());
  Restart();
  server_->WaitForStates();
  EXPECT_THAT(StoredVersions(), testing::ElementsAre(1));
}

TEST_F(ModelSwapTest, RequestRightAfterASwapIsOfTheNewVersion) {
  AddCatalog();
  ExpectOk(Record({Answer("e1", "f1")}));
  for (int64_t version = 1; version <= 3; ++version) {
    Swap();
    const auto response = Recommend("learner: 'learners/l1' preview: true");
    EXPECT_EQ(response.model_version(), version);
    EXPECT_THAT(ResourcesOf(response), testing::Not(testing::IsEmpty()));
  }
}

}  // namespace
}  // namespace evenlight
