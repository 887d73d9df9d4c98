#include "recommender/exposure/new_resource_order.h"

#include <memory>
#include <utility>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/recommender/exposure/exposed.h"

namespace evenlight {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr char kTenant[] = "county";
constexpr absl::Duration kMonth = absl::Hours(24 * 28);

class NewResourceOrderTest : public testing::Test {
 protected:
  std::shared_ptr<Resource> Add(const ResourceId& id, int days_old) {
    auto resource = std::make_shared<Resource>();
    resource->id = id;
    resource->create_time = kExposedNow - absl::Hours(24 * days_old);
    resources_.push_back(resource);
    return resource;
  }
  std::vector<ResourceId> Order(double budget = 100) const {
    const Catalog catalog(1, resources_, {});
    std::vector<ResourceId> ids;
    for (const NewResource& one : OrderNewResources(
             kTenant, catalog, ledger_, kMonth, budget, kExposedNow)) {
      ids.push_back(catalog.resource(one.resource).id);
    }
    return ids;
  }

  std::vector<std::shared_ptr<const Resource>> resources_;
  ExposureLedger ledger_;
};

TEST_F(NewResourceOrderTest, TheLeastExposedComeFirstTiesByPosition) {
  for (const char* id : {"a", "b", "c", "d"}) Add(id, 1);
  EXPECT_THAT(Order(), ElementsAre("a", "b", "c", "d"));
  ledger_.Add(kTenant, Exposed("1", "l1", {"a", "c"}), Tier::kUrban);
  EXPECT_THAT(Order(), ElementsAre("b", "d", "c", "a"));
  ledger_.Add("elsewhere", Exposed("2", "l1", {"b"}), Tier::kUrban);
  EXPECT_THAT(Order(), ElementsAre("b", "d", "c", "a"));
}

TEST_F(NewResourceOrderTest, OneWhoseBudgetIsSpentIsNoLongerNew) {
  for (const char* id : {"a", "b"}) Add(id, 1);
  for (int list = 0; list < 3; ++list) {
    ledger_.Add(kTenant, Exposed(std::to_string(list), "l1", {"a"}),
                Tier::kUrban);
  }
  EXPECT_THAT(Order(3.5), ElementsAre("b", "a"));
  EXPECT_THAT(Order(3), ElementsAre("b"));
}

TEST_F(NewResourceOrderTest, WhatIsOldImportedHiddenOrExpiredIsNotNew) {
  Add("new", 28);
  Add("old", 29);
  Add("imported", 1)->imported = true;
  Add("hidden", 1)->hidden = true;
  Add("expired", 1)->expire_time = kExposedNow;
  EXPECT_THAT(Order(), ElementsAre("new"));
  EXPECT_THAT(Order(0), IsEmpty());
}

TEST_F(NewResourceOrderTest, IfEachListShowsTheFirstEveryOneGetsItsBudget) {
  for (int r = 0; r < 30; ++r) Add(std::to_string(100 + r), 1);
  int num_lists = 0;
  for (std::vector<ResourceId> order = Order(2); !order.empty();
       order = Order(2)) {
    order.resize(std::min<size_t>(order.size(), 5));
    ledger_.Add(kTenant, Exposed(std::to_string(++num_lists), "l1", order),
                Tier::kUrban);
  }
  std::vector<ResourceKey> keys;
  for (const auto& resource : resources_) {
    keys.push_back(ResourceKeyOf(resource->id));
  }
  for (const double exposure :
       ledger_.ExposuresOf(kTenant, keys, kExposedNow)) {
    EXPECT_GE(exposure, 2);
    EXPECT_LT(exposure, 3);
  }
}

}  // namespace
}  // namespace evenlight
