#include "core/executor.h"

#include <utility>

namespace evenlight {

Executor::Executor(int num_threads, int max_queued, int num_levels)
    : max_queued_(static_cast<size_t>(max_queued)),
      num_threads_(num_threads),
      queues_(static_cast<size_t>(num_levels)) {
  threads_.reserve(static_cast<size_t>(num_threads));
  for (int thread = 0; thread < num_threads; ++thread) {
    threads_.emplace_back([this] { Work(); });
  }
}

Executor::~Executor() { Stop(); }

bool Executor::Submit(std::function<void()> task, int level) {
  {
    MutexLock lock(mu_);
    if (is_stopping_ || num_queued_ >= max_queued_) {
      ++num_refused_;
      return false;
    }
    ++num_queued_;
    queues_[static_cast<size_t>(level)].push_back(std::move(task));
  }
  wake_.NotifyOne();
  return true;
}

void Executor::Stop() {
  std::vector<std::thread> threads;
  {
    MutexLock lock(mu_);
    is_stopping_ = true;
    threads.swap(threads_);
  }
  wake_.NotifyAll();
  for (std::thread& thread : threads) thread.join();
}

ExecutorFigures Executor::figures() const {
  MutexLock lock(mu_);
  return {num_threads_, num_running_, static_cast<int64_t>(num_queued_),
          num_refused_};
}

void Executor::Work() {
  std::function<void()> task;
  int64_t num_done = 0;  // Of this thread, and not counted yet.
  while (true) {
    {
      MutexLock lock(mu_);
      num_running_ -= num_done;
      while (num_queued_ == 0 && !is_stopping_) wake_.Wait(mu_);
      if (num_queued_ == 0) return;
      task = TakeNext();
      ++num_running_;
    }
    task();
    task = nullptr;  // Not destroyed under the lock.
    num_done = 1;
  }
}

std::function<void()> Executor::TakeNext() {
  for (auto& queue : queues_) {
    if (queue.empty()) continue;
    std::function<void()> task = std::move(queue.front());
    queue.pop_front();
    --num_queued_;
    return task;
  }
  return nullptr;  // Not reached: somebody waits.
}

}  // namespace evenlight
