#include "services/server/catalog_cache.h"

#include "gtest/gtest.h"
#include "storage/memory_database.h"
#include "tests/support/status_matchers.h"

namespace evenlight {
namespace {

const TenantId kTenant = "county";

class CatalogCacheTest : public testing::Test {
 protected:
  CatalogCacheTest() { Write("r1"); }

  void Write(const ResourceId& id) {
    auto resource = std::make_shared<Resource>();
    resource->id = id;
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

}  // namespace
}  // namespace evenlight
