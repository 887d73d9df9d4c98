#include "storage/delivery_store.h"

#include "tests/storage/databases.h"

namespace evenlight {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr char kTenant[] = "t";

absl::Time Hour(int hour) { return absl::UnixEpoch() + absl::Hours(hour); }

class DeliveryStoreTest : public DatabaseContract {
 protected:
  DeliveryStore store() { return DeliveryStore(database_.get()); }

  void Put(const PushId& push, const StoredDelivery& delivery,
           const TenantId& tenant = kTenant) {
    WriteBatch batch;
    store().Put(tenant, push, delivery, &batch);
    Write(batch);
  }
};

INSTANTIATE_TEST_SUITE_P(All, DeliveryStoreTest, AllDatabases(), NameOfKind);

TEST_P(DeliveryStoreTest, OfAPushAreItsOwnByLearner) {
  const StoredDelivery first = {"l1", Hour(1), 3, Hour(1)};
  const StoredDelivery second = {"l2", Hour(2), 4, Hour(5)};
  Put("p", second);
  Put("p", first);
  Put("p1", {"l1", Hour(1), 1, Hour(1)});
  Put("p", {"l3", Hour(1), 1, Hour(1)}, "other");
  EXPECT_THAT(*store().Of(kTenant, "p"), ElementsAre(first, second));
  EXPECT_THAT(*store().Of(kTenant, "q"), IsEmpty());
  EXPECT_EQ(*store().Get(kTenant, "p", "l2"), second);
  EXPECT_EQ(*store().Get(kTenant, "p", "l"), std::nullopt);
}

TEST_P(DeliveryStoreTest, TheLastWordOfALearnerStands) {
  Put("p", {"l1", Hour(1), 3, Hour(1)});
  const StoredDelivery newer = {"l1", Hour(1), 9, Hour(7)};
  Put("p", newer);
  EXPECT_THAT(*store().Of(kTenant, "p"), ElementsAre(newer));
}

TEST_P(DeliveryStoreTest, WhatIsDamagedIsToldWithTheLearner) {
  WriteBatch batch;
  batch.Put(Family::kLists, PushDeliveryKey(kTenant, "p", "l1"), "x");
  Write(batch);
  for (const absl::Status& status :
       {store().Of(kTenant, "p").status(),
        store().Get(kTenant, "p", "l1").status()}) {
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
    EXPECT_THAT(std::string(status.message()), testing::HasSubstr("l1"));
  }
}

}  // namespace
}  // namespace evenlight
