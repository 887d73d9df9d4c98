// Many threads at the accounts at once: for ThreadSanitizer.

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "gtest/gtest.h"
#include "recommender/exposure/exposure_replay.h"
#include "recommender/exposure/learner_tiers.h"
#include "recommender/exposure/new_resource_order.h"
#include "recommender/ingest/committer.h"
#include "storage/memory_database.h"
#include "tests/recommender/exposure/exposed.h"

namespace evenlight {
namespace {

constexpr char kTenant[] = "county";
constexpr int kThreads = 4;
constexpr int kListsPerThread = 100;

TEST(ExposureRaceTest, EveryListIsCountedOnceWhileAccountsAreRead) {
  auto resource = std::make_shared<Resource>();
  resource->id = "a";
  resource->create_time = kExposedNow;
  const Catalog catalog(1, {resource}, {});
  MemoryDatabase database;
  ModelRegistry registry;
  ExposureLedger ledger;
  LearnerTiers tiers(&database);
  ExposureReplay replay(&database, &ledger);
  Committer committer(
      {}, &database, &registry, nullptr,
      [&](const TenantId& tenant, const Event& event) {
        ledger.Add(tenant, event, tiers.Of(tenant, event.actor.id, event.time));
      });
  replay.Start(kExposedNow);
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      for (int list = 0; list < kListsPerThread; ++list) {
        StoredList stored;
        stored.id = std::to_string(thread) + "-" + std::to_string(list);
        stored.learner = std::to_string(list % 7);
        EXPECT_TRUE(committer.SubmitExposure(
            kTenant, stored, Exposed(stored.id, stored.learner, {"a"})));
        (void)OrderNewResources(kTenant, catalog, ledger, absl::Hours(1), 1e9,
                                kExposedNow);
        (void)ledger.Tiers(kTenant, kExposedNow,
                           [](ResourceKey) { return 1.0; });
        (void)replay.status(kTenant);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  committer.Stop();
  replay.Wait();
  EXPECT_TRUE(replay.status(kTenant).ok());
  const std::vector<NewResource> order = OrderNewResources(
      kTenant, catalog, ledger, absl::Hours(1), 1e9, kExposedNow);
  ASSERT_EQ(order.size(), 1u);
  EXPECT_EQ(order[0].exposure, kThreads * kListsPerThread);

  // A restart finds the same on the track.
  ExposureLedger again;
  ExposureReplay second(&database, &again);
  second.Start(kExposedNow);
  second.Wait();
  EXPECT_EQ(again.ExposuresOf(kTenant, {ResourceKeyOf("a")}, kExposedNow)[0],
            kThreads * kListsPerThread);
}

}  // namespace
}  // namespace evenlight
