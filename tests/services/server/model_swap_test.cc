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
  void Swap(const ModelSet& models = {}) {
    const auto version = ModelDirectory(config_.model_dir, kTenant)
                             .Publish(EncodeModelSet(models), {}, {});
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

float SumOf(const google::protobuf::RepeatedPtrField<v1::ScorePart>& parts) {
  float sum = 0;
  for (const v1::ScorePart& part : parts) sum += part.weight() * part.value();
  return sum;
}

TEST_F(ModelSwapTest, ListsAndTheirExplanationsHaveTheWeightsThatScored) {
  AddCatalog();
  ExpectOk(Record({Answer("e1", "f1", "l1")}));
  ModelSet models;
  SetWeights(Phase::kSelfStudy, {.5f, 0, 0, 0, 0, .25f, .25f}, models.weights);
  Swap(models);
  v1::RecommendResourcesRequest request;
  request.set_learner("learners/l1");
  request.set_include_score_parts(true);
  v1::RecommendResourcesResponse list;
  const auto recommend = [&] {
    list.Clear();
    ExpectOk(client_->Call(*client_->recommendations,
                           &v1::RecommendationService::Stub::RecommendResources,
                           request, &list));
  };
  recommend();
  ASSERT_FALSE(list.recommendations().empty());
  const v1::Recommendation first = list.recommendations(0);
  EXPECT_EQ(first.score_parts(0).weight(), .5f);
  EXPECT_EQ(first.score_parts(1).weight(), 0);
  EXPECT_NEAR(SumOf(first.score_parts()), first.score(), 1e-5);

  v1::ExplainRecommendationRequest about;
  about.set_list(list.list());
  about.set_resource(first.resource());
  v1::ExplainRecommendationResponse explained;
  const auto explain = [&] {
    explained.Clear();
    ExpectOk(
        client_->Call(*client_->recommendations,
                      &v1::RecommendationService::Stub::ExplainRecommendation,
                      about, &explained));
  };
  Restart();  // What was answered is stored by now.
  explain();
  EXPECT_NEAR(SumOf(explained.explanation().score_parts()), first.score(),
              1e-5);

  Swap();
  recommend();
  EXPECT_EQ(list.recommendations(0).score_parts(0).weight(),
            RankingPolicy::DefaultWeights()[0][0]);
  explain();
  EXPECT_EQ(SumOf(explained.explanation().score_parts()), 0)
      << "weights that did not score it";
}

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
