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

StateWorker::StateWorker(Database* database, const StateReader* reader,
                         const ModelRegistry* registry)
    : states_(database),
      reader_(*reader),
      registry_(*registry),
      thread_([this] { Work(); }) {}

StateWorker::~StateWorker() { Stop(); }

void StateWorker::Enqueue(const TenantId& tenant, const LearnerId& learner) {
  {
    MutexLock lock(mu_);
    if (!Push({tenant, learner})) return;
  }
  wake_.NotifyOne();
}

void StateWorker::EnqueueOutdated(const TenantId& tenant) {
  Enqueue(tenant, LearnerId());
}

// False if nothing more can wait.
bool StateWorker::Push(Key key) {
  if (is_stopping_ || queue_.size() >= kMaxWaiting) return false;
  if (waiting_.insert(key).second) queue_.push_back(std::move(key));
  return true;
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

StateWorkerFigures StateWorker::figures() const {
  MutexLock lock(mu_);
  return {static_cast<int64_t>(queue_.size()), num_failed_};
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
    const absl::Status status =
        key.second.empty() ? FindOutdated(key.first) : CatchUp(key);
    if (!status.ok()) {
      Log(LogLevel::kError, "state_not_refolded",
          {{"tenant", key.first}, {"problem", status.ToString()}});
    }
    MutexLock lock(mu_);
    is_working_ = false;
    if (!status.ok()) ++num_failed_;
    if (queue_.empty()) idle_.NotifyAll();
  }
}

absl::Status StateWorker::FindOutdated(const TenantId& tenant) {
  const int64_t version = registry_.Serving(tenant)->version;
  return states_.List(
      tenant, /*from=*/"",
      [&](const LearnerId& learner, const StoredLearnerState& state) {
        if (!state.is_stale && state.model_version == version) return true;
        MutexLock lock(mu_);
        return Push({tenant, learner});
      });
}

absl::Status StateWorker::CatchUp(const Key& key) {
  const auto& [tenant, learner] = key;
  return reader_.Read(tenant, learner, *registry_.Serving(tenant)).status();
}

}  // namespace evenlight
