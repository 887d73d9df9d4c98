// The parts of a server that tracks and lists, over a database in memory whose
// faults the test chooses, with one worker thread and a clock that can be held.
// Good for tests of what happens in between, which a whole server hides.

#ifndef EVENLIGHT_TESTS_SERVICES_SERVER_PARTS_WORLD_H_
#define EVENLIGHT_TESTS_SERVICES_SERVER_PARTS_WORLD_H_

#include <grpcpp/grpcpp.h>

#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "evenlight/v1/track_service.grpc.pb.h"
#include "gtest/gtest.h"
#include "recommender/ingest/committer.h"
#include "recommender/lifecycle/model_registry.h"
#include "services/server/call_runner.h"
#include "services/server/catalog_cache.h"
#include "services/server/track_service.h"
#include "tests/support/fault_database.h"
#include "tests/support/status_matchers.h"

namespace evenlight {

// Whoever asks it the time waits while it is held. Thread-safe.
class HeldClock : public Clock {
 public:
  absl::Time Now() const override {
    MutexLock lock(mu_);
    ++num_calls_;
    changed_.NotifyAll();
    while (is_held_) changed_.Wait(mu_);
    return absl::FromUnixSeconds(1'772'352'000);
  }
  void Hold() { Set(true); }
  void Release() { Set(false); }
  void WaitForCalls(int num_calls) {
    MutexLock lock(mu_);
    while (num_calls_ < num_calls) changed_.Wait(mu_);
  }
  int num_calls() const {
    MutexLock lock(mu_);
    return num_calls_;
  }

 private:
  void Set(bool is_held) {
    MutexLock lock(mu_);
    is_held_ = is_held;
    changed_.NotifyAll();
  }

  mutable Mutex mu_;
  mutable CondVar changed_;
  mutable int num_calls_ ABSL_GUARDED_BY(mu_) = 0;
  bool is_held_ ABSL_GUARDED_BY(mu_) = false;
};

class PartsWorld : public testing::Test {
 protected:
  static constexpr char kTenant[] = "county";

  explicit PartsWorld(Committer::Options options = {})
      : committer_(options, &database_, &registry_, nullptr),
        executor_(1, 100, kNumPriorities),
        catalogs_(&database_),
        runner_(&executor_, &limit_, kTenant) {
    AddCatalog();
  }

  void AddCatalog() {
    auto resource = std::make_shared<Resource>();
    resource->id = "f1";
    resource->title = "One";
    resource->kind = ResourceKind::kExercise;
    ASSERT_THAT(catalogs_.Update(kTenant,
                                 [&](const Catalog&) {
                                   CatalogChange change;
                                   change.resources.push_back(resource);
                                   return change;
                                 }),
                IsOk());
  }

  static v1::Event Answer(const std::string& id,
                          const std::string& resource = "f1") {
    v1::Event event;
    event.set_event_id(id);
    event.set_actor("learners/l1");
    event.mutable_event_time()->set_seconds(1'772'352'000);
    event.set_resource("resources/" + resource);
    event.mutable_answered()->set_correct(true);
    return event;
  }

  // Keeps the committer busy with an event of another tenant, until Release().
  void HoldCommitter() {
    database_.Hold();
    const int num_writes = database_.num_writes();
    Event event;
    event.id = "other";
    event.actor = {ActorKind::kLearner, "other"};
    event.time = absl::FromUnixSeconds(1);
    event.verb = Verb::kViewed;
    event.resource = "r";
    ASSERT_THAT(committer_.Submit("elsewhere", {event}, false, [](auto) {}),
                IsOk());
    database_.WaitForWrites(num_writes + 1);
  }

  // Blocks until the worker has done what waits now.
  void WaitForExecutor() {
    std::promise<void> done;
    ASSERT_TRUE(
        executor_.Submit([&] { done.set_value(); }, kNumPriorities - 1));
    done.get_future().wait();
  }

  FaultDatabase database_;
  ModelRegistry registry_;
  HeldClock clock_;
  Committer committer_;
  ConcurrencyLimit limit_{{}};
  Executor executor_;
  CatalogCache catalogs_;
  CallRunner runner_;
};

}  // namespace evenlight

#endif  // EVENLIGHT_TESTS_SERVICES_SERVER_PARTS_WORLD_H_
