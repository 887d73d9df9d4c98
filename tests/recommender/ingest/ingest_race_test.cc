// Many threads at the committer, the reader and the worker at once.

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "gtest/gtest.h"
#include "recommender/ingest/committer.h"
#include "recommender/ingest/state_reader.h"
#include "recommender/ingest/state_worker.h"
#include "storage/memory_database.h"
#include "tests/recommender/ingest/ingest_world.h"
#include "tests/support/status_matchers.h"

namespace evenlight {
namespace {

constexpr int kThreads = 4;
constexpr int kEventsPerThread = 60;

// Thread `number` answers for one learner of its own and one that all share,
// the latter in an order that depends on the threads.
std::vector<Event> EventsOf(int number) {
  std::vector<Event> events;
  for (int row = 0; row < kEventsPerThread; ++row) {
    const std::string id = std::to_string(number) + "-" + std::to_string(row);
    events.push_back(Answer("own" + id, std::to_string(number), row));
    events.push_back(Answer("shared" + id, "shared", row * 7 % 31));
  }
  return events;
}

TEST(IngestRaceTest, EveryReadSeesWhatWasAcknowledgedWhileModelsSwap) {
  MemoryDatabase database;
  ModelRegistry registry;
  registry.Publish(kTenant, Models(1));
  StateWorker* worker = nullptr;
  auto committer = std::make_unique<Committer>(
      Committer::Options(), &database, &registry,
      [&worker](const TenantId& tenant, const LearnerId& learner) {
        worker->Enqueue(tenant, learner);
      });
  const StateReader reader(&database, committer.get());
  StateWorker started(&database, &reader, &registry);
  worker = &started;

  std::atomic<int> num_wrong = 0;
  std::vector<std::thread> threads;
  for (int number = 0; number < kThreads; ++number) {
    threads.emplace_back([&, number] {
      int64_t num_events = 0;
      for (const Event& event : EventsOf(number)) {
        if (!SubmitNow(*committer, {event}).ok()) ++num_wrong;
        const auto [list, shown] = Shown("list" + event.id, "shared", event.id);
        committer->SubmitExposure(kTenant, list, shown);
        committer->FindQueuedRequest(kTenant, "shared", event.id);
        if (event.actor.id == "shared") continue;
        ++num_events;
        const auto models = registry.Serving(kTenant);
        const auto state = reader.Read(kTenant, event.actor.id, *models);
        if (!state.ok() || state->num_events != num_events ||
            state->model_version != models->version) {
          ++num_wrong;
        }
      }
    });
  }
  for (int64_t version = 2; version < 20; ++version) {
    registry.Publish(kTenant, Models(version));
    std::this_thread::yield();
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(num_wrong, 0);

  const auto models = registry.Serving(kTenant);
  std::vector<Event> events;
  for (int number = 0; number < kThreads; ++number) {
    for (Event& event : EventsOf(number)) events.push_back(std::move(event));
  }
  const auto state = reader.Read(kTenant, "shared", *models);
  ASSERT_THAT(state, IsOk());
  EXPECT_EQ(EncodeState(*state), ReplayedState(events, "shared", *models));
  committer->Stop();
  started.WaitUntilIdle();
  // Every event and its exposure.
  EXPECT_EQ(Sequences(database),
            OneTo(static_cast<int64_t>(2 * events.size())));
}

}  // namespace
}  // namespace evenlight
