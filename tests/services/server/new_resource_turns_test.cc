#include "services/server/new_resource_turns.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/keys.h"
#include "storage/memory_database.h"
#include "tests/support/status_matchers.h"

namespace evenlight {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr char kTenant[] = "county";

class NewResourceTurnsTest : public testing::Test {
 protected:
  // Of three new resources.
  std::shared_ptr<const Catalog> MakeCatalog(int64_t version) const {
    std::vector<std::shared_ptr<const Resource>> resources;
    for (const char* id : {"a", "b", "c"}) {
      auto resource = std::make_shared<Resource>();
      resource->id = id;
      resource->create_time = now_;
      resources.push_back(std::move(resource));
    }
    return std::make_shared<const Catalog>(version, std::move(resources),
                                           Kcs());
  }

  std::vector<int> Turns(const std::shared_ptr<const Catalog>& catalog,
                         absl::Time now) {
    std::vector<int> turns;
    const auto order = turns_.Get(kTenant, catalog, now);
    EXPECT_NE(order, nullptr);
    if (order == nullptr || !order->ok()) return turns;
    for (const ResourceIndex one : **order) turns.push_back(ToInt(one));
    return turns;
  }

  void Show(const ResourceId& resource) {
    Event event;
    event.actor = {ActorKind::kLearner, "l1"};
    event.time = now_;
    event.verb = Verb::kRecommended;
    event.listed = {{resource, 1, 1}};
    ledger_.Add(kTenant, event, Tier::kUrban);
  }

  using Kcs = std::vector<std::shared_ptr<const KnowledgeComponent>>;
  const absl::Time now_ = absl::FromUnixSeconds(1'772'352'000);
  MemoryDatabase database_;
  ExposureLedger ledger_;
  ExposureReplay replay_{&database_, &ledger_};
  NewResourceTurns turns_{{.budget = 2}, &ledger_, &replay_};
};

TEST_F(NewResourceTurnsTest, AreAtMostASecondOldAndNeverOfAnotherCatalog) {
  replay_.Start(now_);
  replay_.Wait();
  const auto catalog = MakeCatalog(1);
  EXPECT_THAT(Turns(catalog, now_), ElementsAre(0, 1, 2));
  Show("a");
  EXPECT_THAT(Turns(catalog, now_ + absl::Milliseconds(999)),
              ElementsAre(0, 1, 2));
  EXPECT_THAT(Turns(catalog, now_ + absl::Seconds(1)), ElementsAre(1, 2, 0));
  Show("a");
  EXPECT_THAT(Turns(MakeCatalog(2), now_ + absl::Seconds(1)),
              ElementsAre(1, 2));
  EXPECT_THAT(Turns(catalog, now_ + absl::Hours(24 * 29)), IsEmpty());
}

TEST_F(NewResourceTurnsTest, AreNotKnownWhileTheTrackIsRead) {
  const auto catalog = MakeCatalog(1);
  EXPECT_EQ(turns_.Get(kTenant, catalog, now_), nullptr);
  replay_.Start(now_);
  replay_.Wait();
  EXPECT_THAT(Turns(catalog, now_), ElementsAre(0, 1, 2));
}

TEST_F(NewResourceTurnsTest, ADamagedTrackIsAnErrorWithoutItsDetails) {
  WriteBatch batch;
  batch.Put(Family::kEvents,
            EventKeyOf(kTenant, {ActorKind::kLearner, "l2"}, {now_, "x"}),
            "no event");
  ASSERT_THAT(database_.Write(batch), IsOk());
  replay_.Start(now_);
  replay_.Wait();
  const auto order = turns_.Get(kTenant, MakeCatalog(1), now_);
  ASSERT_NE(order, nullptr);
  EXPECT_THAT(order->status(), HasCode(absl::StatusCode::kDataLoss));
  EXPECT_THAT(std::string(order->status().message()),
              testing::Not(testing::HasSubstr("l2")));
}

}  // namespace
}  // namespace evenlight
