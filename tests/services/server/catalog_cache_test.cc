#include "services/server/catalog_cache.h"

#include <string>
#include <utility>

#include "gtest/gtest.h"
#include "recommender/models/resource_features.h"
#include "storage/memory_database.h"
#include "tests/support/status_matchers.h"

namespace evenlight {
namespace {

const TenantId kTenant = "county";

class CatalogCacheTest : public testing::Test {
 protected:
  CatalogCacheTest() { Write("r1"); }

  void Write(const ResourceId& id, const std::string& title = "") {
    auto resource = std::make_shared<Resource>();
    resource->id = id;
    resource->title = title;
    ASSERT_THAT(catalogs_.Update(kTenant,
                                 [&](const Catalog&) {
                                   CatalogChange change;
                                   change.resources.push_back(resource);
                                   return change;
                                 }),
                IsOk());
  }

  const ServingSnapshot* Snapshot(const std::shared_ptr<const ModelSet>& of) {
    const auto snapshot = catalogs_.Snapshot(kTenant, of);
    EXPECT_THAT(snapshot, IsOk());
    kept_.push_back(*snapshot);  // So that no other takes its address.
    return snapshot->get();
  }

  MemoryDatabase database_;
  CatalogCache catalogs_{&database_};
  std::vector<std::shared_ptr<const ServingSnapshot>> kept_;
  const std::shared_ptr<const ModelSet> one_ = std::make_shared<ModelSet>();
  const std::shared_ptr<const ModelSet> two_ = std::make_shared<ModelSet>();
  const std::shared_ptr<const ModelSet> three_ = std::make_shared<ModelSet>();
};

TEST_F(CatalogCacheTest, WarmingTheNextModelKeepsTheServingOneBound) {
  const ServingSnapshot* serving = Snapshot(one_);
  const ServingSnapshot* warmed = Snapshot(two_);
  EXPECT_EQ(Snapshot(one_), serving);
  EXPECT_EQ(Snapshot(two_), warmed);  // The first request after the swap.
  Snapshot(three_);
  EXPECT_EQ(Snapshot(two_), warmed);
  EXPECT_NE(Snapshot(one_), serving);  // Two are kept.
}

TEST_F(CatalogCacheTest, RollbackToTheOlderOfTwoKeepsItForTheNextWarmUp) {
  const ServingSnapshot* one = Snapshot(one_);
  Snapshot(two_);
  EXPECT_EQ(Snapshot(one_), one);  // Rolled back.
  Snapshot(three_);
  EXPECT_EQ(Snapshot(one_), one);
}

TEST_F(CatalogCacheTest, NewCatalogIsBoundAnew) {
  const ServingSnapshot* before = Snapshot(one_);
  Snapshot(two_);
  Write("r2");
  EXPECT_NE(Snapshot(one_), before);
  EXPECT_EQ(Snapshot(one_)->catalog->num_resources(), 2);
  EXPECT_EQ(Snapshot(two_)->catalog->num_resources(), 2);
}

TEST_F(CatalogCacheTest, AResourceAddedAfterTrainingHasFactorsAtOnce) {
  Resource described;
  described.title = "r2";
  InterestParams params;
  params.resources = {"r1"};
  params.popularity = {1};
  params.factors.factors = FactorMatrix::Ones(1, 2);
  params.cold_features = ResourceFeatures(described);
  params.cold = FactorMatrix::Ones(
      static_cast<Eigen::Index>(params.cold_features.size()), 2);
  auto models = std::make_shared<ModelSet>();
  models->interest = InterestModel(std::move(params));

  Snapshot(models);
  Write("r2", "r2");
  Write("r3", "r2");
  const ServingSnapshot* snapshot = Snapshot(models);
  for (const char* id : {"r2", "r3"}) {
    EXPECT_EQ(snapshot->FactorsOf(snapshot->catalog->FindResource(id)).size(),
              2);
  }
}

}  // namespace
}  // namespace evenlight
