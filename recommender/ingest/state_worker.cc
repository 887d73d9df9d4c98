#include "recommender/ingest/state_worker.h"

#include <sys/resource.h>

#include <memory>

#include "core/log.h"

namespace evenlight {
namespace {

constexpr size_t kMaxWaiting = 100'000;
// Refolds yield to requests: the state is also right without them.
constexpr int kNiceness = 10;

}  // namespace

StateWorker::StateWorker(const StateReader* reader,
                         const ModelRegistry* registry)
    : reader_(*reader), registry_(*registry), thread_([this] { Work(); }) {}

StateWorker::~StateWorker() { Stop(); }

void StateWorker::Enqueue(const TenantId& tenant, const LearnerId& learner) {
  {
    MutexLock lock(mu_);
    if (is_stopping_ || queue_.size() >= kMaxWaiting) return;
    if (!waiting_.emplace(tenant, learner).second) return;
    queue_.emplace_back(tenant, learner);
  }
  wake_.NotifyOne();
}

void StateWorker::Stop() {
  {
    MutexLock lock(mu_);
    is_stopping_ = true;
    queue_.clear();
    waiting_.clear();
  }
  wake_.NotifyAll();
  idle_.NotifyAll();
  if (thread_.joinable()) thread_.join();
}

void StateWorker::WaitUntilIdle() {
  MutexLock lock(mu_);
  while (!queue_.empty() || is_working_) idle_.Wait(mu_);
}

void StateWorker::Work() {
  // On Linux this is of the calling thread only.
  setpriority(PRIO_PROCESS, 0, kNiceness);
  while (true) {
    Key key;
    {
      MutexLock lock(mu_);
      while (queue_.empty() && !is_stopping_) wake_.Wait(mu_);
      if (is_stopping_) return;
      key = std::move(queue_.front());
      queue_.pop_front();
      // From here on an event may come too late for this refold, and the
      // learner may have to wait again.
      waiting_.erase(key);
      is_working_ = true;
    }
    const auto& [tenant, learner] = key;
    const absl::StatusOr<LearnerState> state =
        reader_.Read(tenant, learner, *registry_.Serving(tenant));
    if (!state.ok()) {
      Log(LogLevel::kError, "state_not_refolded",
          {{"tenant", tenant}, {"problem", state.status().ToString()}});
    }
    MutexLock lock(mu_);
    is_working_ = false;
    if (queue_.empty()) idle_.NotifyAll();
  }
}

}  // namespace evenlight
